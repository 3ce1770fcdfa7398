import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bufferSource } from '../../src/files/source.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { makePng } from '../make-audio.ts'
import { type AsfSpec, le, makeAsf, parseAsf, picture, type RawAttribute, types, wide } from './make-asf.ts'
import { fieldsOf, newPicture, options, patch, picturesOf, set } from './patching.ts'

const wma = 'a.wma'
const full: AsfSpec = {
  content: ['Old title', 'Old artist', '', 'A comment', 'PG'],
  extended: [
    { name: 'WM/AlbumTitle', value: 'Album' },
    { name: 'WM/TrackNumber', value: le(4, 5), type: types.dword },
    { name: 'WM/IsCompilation', value: le(4, 1), type: types.bool },
    { name: 'WM/MCDI', value: Buffer.from([1, 2, 3]), type: types.bytes },
    { name: 'Own', value: 'thing' },
  ],
  metadata: [{ name: 'IsVBR', value: le(2, 1), type: types.bool, stream: 1 }],
  library: [{ name: 'WM/WMContentID', value: Buffer.alloc(16, 1), type: types.guid }],
  padding: 2000,
}

const named = (file: Buffer, name: string): RawAttribute[] => parseAsf(file).attributes.filter(a => a.name === name)
const shown = (file: Buffer, name: string): string[] =>
  named(file, name).map(({ place, type, value }) =>
    type === types.unicode
      ? `${place} ${value.toString('utf16le').replace(/\0$/, '')}`
      : `${place} ${type}:${value.toString('hex')}`,
  )
const others = (file: Buffer, ...names: string[]): RawAttribute[] =>
  parseAsf(file).attributes.filter(a => !names.includes(a.name))

describe('fields of an ASF header', () => {
  test('every object of attributes is read, each type as text', () => {
    assert.deepEqual(
      [...fieldsOf(makeAsf(full), wma)],
      [
        ['title', ['Old title']],
        ['artist', ['Old artist']],
        ['comment', ['A comment']],
        ['album', ['Album']],
        ['tracknumber', ['5']],
        ['compilation', ['1']],
        ['Own', ['thing']],
      ],
    )
  })

  test('attributes of one stream, bytes and GUIDs are items but no fields', () => {
    const file = openTags(bufferSource(makeAsf(full)), wma, options)
    const items = file.blocks.flatMap(block => block.items())
    assert.deepEqual(
      items.filter(item => item.field === undefined).map(({ id, text }) => [id, text]),
      [
        ['Rating', ['PG']],
        ['WM/MCDI', undefined],
        ['IsVBR', ['1']],
        ['WM/WMContentID', ['01010101-0101-0101-0101-010101010101']],
      ],
    )
  })

  test('an edit changes the attribute that it names and no other', () => {
    const before = makeAsf(full)
    const after = set(before, wma, { title: ['Neuer Titel 標題 🎵'] })
    assert.deepEqual(shown(after, 'Title'), ['content Neuer Titel 標題 🎵'])
    assert.deepEqual(others(after, 'Title'), others(before, 'Title'))
    assert.deepEqual(fieldsOf(after, wma).get('title'), ['Neuer Titel 標題 🎵'])
  })

  test('several values: the first where Windows looks for it, the others in the library', () => {
    const after = set(makeAsf(full), wma, {
      artist: ['First', 'AC/DC', 'Third'],
      genre: ['One', 'Two'],
      Own: ['x', 'y'],
    })
    assert.deepEqual(shown(after, 'Author'), ['content First', 'library AC/DC', 'library Third'])
    assert.deepEqual(shown(after, 'WM/Genre'), ['extended One', 'library Two'])
    assert.deepEqual(shown(after, 'Own'), ['extended x', 'library y'])
    assert.deepEqual(fieldsOf(after, wma).get('artist'), ['First', 'AC/DC', 'Third'])
    assert.deepEqual(shown(set(after, wma, { artist: ['Only'] }), 'Author'), ['content Only'])
    assert.deepEqual(shown(set(after, wma, { artist: [] }), 'Author'), [])
  })

  test('attributes that are there keep their objects, languages and order', () => {
    const file = makeAsf({
      ...full,
      extended: [
        { name: 'WM/Genre', value: 'a' },
        { name: 'WM/Genre', value: 'b' },
      ],
      library: [{ name: 'WM/Genre', value: 'c', language: 1 }],
    })
    const after = set(file, wma, { genre: ['1', '2', '3', '4'] })
    assert.deepEqual(shown(after, 'WM/Genre'), ['extended 1', 'extended 2', 'library 3', 'library 4'])
    assert.deepEqual(
      named(after, 'WM/Genre').map(({ language }) => language),
      [0, 0, 1, 0],
    )
  })

  test('a number stays a number where the new value is one, and becomes text where it is not', () => {
    const file = makeAsf(full)
    assert.deepEqual(shown(set(file, wma, { tracknumber: ['7'] }), 'WM/TrackNumber'), ['extended 3:07000000'])
    assert.deepEqual(shown(set(file, wma, { totaltracks: ['12'] }), 'WM/TrackNumber'), ['extended 5/12'])
    assert.deepEqual(shown(set(file, wma, { tracknumber: ['A1'] }), 'WM/TrackNumber'), ['extended A1'])
    assert.deepEqual(shown(set(file, wma, { compilation: ['0'] }), 'WM/IsCompilation'), ['extended 2:00000000'])
    const words = makeAsf({ metadata: [{ name: 'N', value: le(2, 9), type: types.word }] })
    assert.deepEqual(shown(set(words, wma, { N: ['65535'] }), 'N'), ['metadata 5:ffff'])
    assert.deepEqual(shown(set(words, wma, { N: ['65536'] }), 'N'), ['metadata 65536'])
    const long = makeAsf({ library: [{ name: 'N', value: le(8, 2n ** 63n), type: types.qword }] })
    assert.deepEqual(fieldsOf(long, wma).get('N'), ['9223372036854775808'])
    assert.deepEqual(shown(set(long, wma, { N: ['07'] }), 'N'), ['library 07'])
  })

  test('a rating from 0 to 99 is stars from 0 to 5', () => {
    const rated = (value: number) =>
      makeAsf({ extended: [{ name: 'WM/SharedUserRating', value: le(4, value), type: types.dword }] })
    const stars = [0, 1, 25, 50, 75, 99].map(value => fieldsOf(rated(value), wma).get('rating'))
    assert.deepEqual(stars, [['0'], ['1'], ['2'], ['3'], ['4'], ['5']])
    assert.deepEqual(shown(set(rated(50), wma, { rating: ['4'] }), 'WM/SharedUserRating'), ['extended 3:4b000000'])
    assert.deepEqual(shown(set(makeAsf(), wma, { rating: ['1'] }), 'WM/SharedUserRating'), ['extended 3:01000000'])
    const near = patch(rated(95), wma, { rating: ['5'] })
    assert.deepEqual(near.splices, [], 'five stars by another program stay as that wrote them')
    assert.equal(patch(makeAsf(), wma, { rating: ['6'] }).refused[0]?.code, 'VALUE_UNSUPPORTED')
  })

  test('a name in two spellings is read once, kept in step and removed as one', () => {
    const file = makeAsf({
      content: ['Same', '', '', '', ''],
      extended: [{ name: 'TITLE', value: 'Same' }],
      padding: 500,
    })
    assert.deepEqual(fieldsOf(file, wma).get('title'), ['Same'])
    const after = set(file, wma, { title: ['New'] })
    assert.deepEqual([shown(after, 'Title'), shown(after, 'TITLE')], [['content New'], ['extended New']])
    assert.deepEqual(others(set(file, wma, { title: [] })), [])
  })

  test('a name in a spelling that other readers miss gets the one that they know beside it', () => {
    const after = set(makeAsf({ extended: [{ name: 'wm/genre', value: 'a' }] }), wma, { genre: ['b'] })
    assert.deepEqual([shown(after, 'WM/Genre'), shown(after, 'wm/genre')], [['extended b'], ['extended b']])
  })

  test('a text too long for the description goes to the library, and one that is shorter comes in its place', () => {
    const long = 'x'.repeat(40_000)
    const after = set(makeAsf(full), wma, { title: [long, 'short'], genre: [long] })
    assert.deepEqual(
      named(after, 'Title').map(({ place, value }) => [place, value.length]),
      [
        ['library', 80_002],
        ['library', 12],
      ],
    )
    assert.deepEqual(named(after, 'WM/Genre')[0]?.place, 'library')
    assert.deepEqual(fieldsOf(after, wma).get('title'), [long, 'short'])
    assert.deepEqual(shown(set(after, wma, { title: ['s'] }), 'Title'), ['library s'])
  })

  test('what it cannot hold is refused by field', () => {
    const codes = (fields: Record<string, string[]>) =>
      patch(makeAsf(full), wma, fields).refused.map(({ field, code }) => [field, code])
    assert.deepEqual(codes({ 'WM/Picture': ['x'] }), [['WM/Picture', 'FIELD_UNSUPPORTED']])
    assert.deepEqual(codes({ 'wm/mcdi': ['x'] }), [['wm/mcdi', 'FIELD_UNSUPPORTED']])
    assert.deepEqual(codes({ ['n'.repeat(40_000)]: ['x'] })[0]?.[1], 'FIELD_UNSUPPORTED')
    assert.deepEqual(codes({ title: ['a\0b'] }), [['title', 'VALUE_UNSUPPORTED']])
    assert.deepEqual(codes({ title: ['fine'], podcasturl: ['http://x'] })[0]?.[0], 'podcasturl')
    assert.deepEqual(codes({ lyrics: ['x'.repeat(9_000_000)] }), [['lyrics', 'VALUE_UNSUPPORTED']])
  })
})

describe('pictures of an ASF header', () => {
  const png = makePng(2)
  const huge = Buffer.concat([makePng(3), Buffer.alloc(100_000, 1)])

  test('a picture is read with its type, description and bytes', () => {
    const file = makeAsf({
      extended: [{ name: 'WM/Picture', value: picture(png, 4, 'image/png', 'Rückseite'), type: types.bytes }],
    })
    const [one] = picturesOf(file, wma)
    assert.deepEqual([one?.type, one?.mime, one?.description], [4, 'image/png', 'Rückseite'])
    assert.ok(png.equals(one?.data() ?? Buffer.alloc(0)))
  })

  test('a small picture goes to the extended description, one over 64 KiB to the library', () => {
    const small = patch(makeAsf(full), wma, {}, { added: [newPicture(png, 3, 'cover')] }).bytes
    assert.deepEqual(
      named(small, 'WM/Picture').map(({ place, value }) => [
        place,
        value.equals(picture(png, 3, 'image/png', 'cover')),
      ]),
      [['extended', true]],
    )
    const large = patch(makeAsf(full), wma, {}, { added: [newPicture(huge)] }).bytes
    assert.deepEqual(
      named(large, 'WM/Picture').map(({ place, type }) => [place, type]),
      [['library', types.bytes]],
    )
    assert.ok(huge.equals(picturesOf(large, wma)[0]?.data() ?? Buffer.alloc(0)))
    const both = patch(small, wma, {}, { added: [newPicture(makePng(4), 4)] }).bytes
    assert.deepEqual(
      named(both, 'WM/Picture').map(({ place }) => place),
      ['extended', 'library'],
    )
  })

  test('a header without extension gets one for a large picture', () => {
    const after = patch(makeAsf({ extension: false }), wma, {}, { added: [newPicture(huge)] }).bytes
    assert.deepEqual(
      parseAsf(after).extension.map(({ id }) => id),
      ['library'],
    )
  })

  test('a new picture takes the place of the one it replaces; others stay', () => {
    const file = makeAsf({
      extended: [
        { name: 'WM/Picture', value: picture(png, 3), type: types.bytes },
        { name: 'Own', value: 'x' },
        { name: 'WM/Picture', value: picture(makePng(5), 4), type: types.bytes },
      ],
    })
    const [front] = picturesOf(file, wma)
    const after = patch(file, wma, {}, { removed: front ? [front] : [], added: [newPicture(makePng(6))] }).bytes
    assert.deepEqual(
      parseAsf(after).attributes.map(({ name, value }) => (name === 'Own' ? name : value[0])),
      [3, 'Own', 4],
    )
    const none = patch(after, wma, {}, { removed: picturesOf(after, wma) }).bytes
    assert.deepEqual(
      parseAsf(none).attributes.map(({ name }) => name),
      ['Own'],
    )
  })

  test('a picture that makes the header too large for players is refused', () => {
    const { refused } = patch(makeAsf(), wma, {}, { added: [newPicture(Buffer.alloc(17 * 1024 * 1024))] })
    assert.equal(refused[0]?.code, 'PICTURE_UNSUPPORTED')
    const described = patch(makeAsf(), wma, {}, { added: [newPicture(png, 3, 'd'.repeat(20_000))] })
    assert.equal(described.refused[0]?.code, 'PICTURE_UNSUPPORTED')
  })

  test('what only claims to be a picture stays an item, byte for byte', () => {
    const odd = [Buffer.from([3, 255, 255, 255, 255, 1, 0]), Buffer.alloc(0), picture(Buffer.from('http'), 3, '-->')]
    const file = makeAsf({
      ...full,
      extended: [
        ...odd.map(value => ({ name: 'WM/Picture', value, type: types.bytes })),
        { name: 'WM/Picture', value: wide('text') },
      ],
    })
    assert.deepEqual(picturesOf(file, wma), [])
    const after = set(file, wma, { album: ['x'] })
    assert.deepEqual(named(after, 'WM/Picture'), named(file, 'WM/Picture'))
  })
})
