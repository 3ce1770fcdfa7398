import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bufferSource } from '../../src/files/source.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { makePng } from '../make-audio.ts'
import { atom, be, data, freeform, ilst, itemsOf, makeMp4, meta, text, udta } from './make-mp4.ts'
import { fieldsOf, newPicture, options, patch, picturesOf, set } from './patching.ts'

const name = 'a.m4a'
const file = (...items: Uint8Array[]): Buffer => makeMp4({ tags: udta(meta(ilst(...items))) })
const fields = (...items: Uint8Array[]): Record<string, readonly string[]> =>
  Object.fromEntries(fieldsOf(file(...items), name))
const raw = (bytes: Buffer, ...types: string[]): string[] =>
  itemsOf(bytes)
    .filter(({ type }) => types.length === 0 || types.includes(type))
    .map(one => one.bytes.toString('latin1'))
const latin1 = (...items: Uint8Array[]): string[] => items.map(item => Buffer.from(item).toString('latin1'))
const reasons = (before: Buffer, wanted: Record<string, readonly string[]>): string[] =>
  patch(before, name, wanted).refused.map(({ code, detail }) => `${code} ${detail}`)

const integer = (type: string, ...bytes: number[]): Buffer => atom(type, data(21, Buffer.from(bytes)))
const pair = (type: string, number: number, total: number, length = 8): Buffer =>
  atom(type, data(0, Buffer.concat([be(4, number), be(4, total * 0x10000)]).subarray(0, length)))

describe('fields in an MP4 list', () => {
  test('each kind of item is read in its own way', () => {
    const read = fields(
      text('©nam', 'Title'),
      text('©ART', 'One', 'Two'),
      pair('trkn', 3, 12),
      pair('disk', 1, 0, 6),
      integer('cpil', 1),
      integer('pgap', 0),
      integer('tmpo', 0, 120),
      integer('©mvi', 2),
      atom('gnre', data(0, be(2, 18))),
      freeform('MusicBrainz Album Id', [data(1, 'an id')]),
      freeform('My Own', [data(1, 'a'), data(1, 'b')]),
    )
    assert.deepEqual(read, {
      title: ['Title'],
      artist: ['One', 'Two'],
      tracknumber: ['3'],
      totaltracks: ['12'],
      discnumber: ['1'],
      compilation: ['1'],
      gapless: ['0'],
      bpm: ['120'],
      movementnumber: ['2'],
      genre: ['Rock'],
      musicbrainz_albumid: ['an id'],
      'My Own': ['a', 'b'],
    })
  })

  test('text is UTF-8 or UTF-16, with or without its type, and without the NUL of C', () => {
    const wide = Buffer.from('標題', 'utf16le').swap16()
    assert.deepEqual(fields(atom('©nam', data(2, wide), data(0, 'plain'), data(1, 'ended\0'))), {
      title: ['標題', 'plain', 'ended'],
    })
  })

  test('items of one field are one field, and a named genre hides its number', () => {
    const items = [text('©ART', 'One'), text('©ART', 'Two'), atom('gnre', data(0, be(2, 18))), text('©gen', 'Own')]
    assert.deepEqual(fields(...items), { artist: ['One', 'Two'], genre: ['Own'] })
  })

  test('an empty text can be seen, so that it can be removed', () => {
    const before = file(text('©gen', ''), text('©nam', 'Title'))
    assert.deepEqual(fieldsOf(before, name).get('genre'), [''])
    assert.deepEqual(raw(set(before, name, { genre: [] })), latin1(text('©nam', 'Title')))
  })

  test('what cannot be read is no field, and stays', () => {
    const odd = [
      atom('©alb', Buffer.from('no values at all')),
      atom('©day', be(4, 0), Buffer.from('data')),
      atom('gnre', data(0, be(2, 999))),
      atom('tmpo', data(1, 'fast')),
      atom('trkn', data(0, be(2, 1))),
      atom('covr'),
      freeform('Encoding Params', [data(0, Buffer.from('vers\0\0\0\x01'))]),
      freeform('title', [data(1, 'only looks like one')]),
      freeform('FOREIGN', [data(1, 'x')], 'org.example'),
      atom('----', atom('mean', be(4, 0), Buffer.from('com.apple.iTunes'))),
      integer('stik', 2),
      integer('rtng', 0),
      text('desc', 'Description'),
    ]
    assert.deepEqual(fields(...odd), {})
    const after = set(file(...odd), name, { artist: ['New'], FOREIGN: ['mine'] })
    assert.deepEqual(raw(after), latin1(...odd, text('©ART', 'New'), freeform('FOREIGN', [data(1, 'mine')])))
  })
})

describe('editing an MP4 list', () => {
  test('only the named items change, where they stand', () => {
    const [a, b, c] = [text('©alb', 'Album'), text('©nam', 'Old'), integer('stik', 1)]
    const after = set(file(a, b, c), name, { title: ['New', 'Other'], barcode: ['123'] })
    assert.deepEqual(raw(after), latin1(a, text('©nam', 'New', 'Other'), c, freeform('BARCODE', [data(1, '123')])))
    assert.deepEqual(raw(set(after, name, { title: [] })).length, 3)
  })

  test('several items of a field become one', () => {
    const before = file(text('©ART', 'One'), text('©nam', 'Title'), text('©ART', 'Two'))
    const after = set(before, name, { artist: ['A', 'B'] })
    assert.deepEqual(raw(after), latin1(text('©ART', 'A', 'B'), text('©nam', 'Title')))
  })

  test('a genre by number gives way to one by name', () => {
    const before = file(atom('gnre', data(0, be(2, 18))))
    assert.deepEqual(raw(set(before, name, { genre: ['Jazz', 'Own'] })), latin1(text('©gen', 'Jazz', 'Own')))
    assert.deepEqual(raw(set(before, name, { genre: [] })), [])
  })

  test('a freeform name matches in any case and keeps its spelling', () => {
    const before = file(freeform('My Own', [data(1, 'a')]), freeform('my own', [data(1, 'x')], 'org.example'))
    const after = set(before, name, { 'MY OWN': ['b', 'c'] })
    assert.deepEqual(raw(after), [
      ...latin1(freeform('My Own', [data(1, 'b'), data(1, 'c')])),
      ...latin1(freeform('my own', [data(1, 'x')], 'org.example')),
    ])
  })

  test('a pair keeps its other half and the bytes it has', () => {
    const before = file(pair('trkn', 3, 12), pair('disk', 1, 2, 6))
    const after = set(before, name, { tracknumber: ['4'], totaldiscs: [] })
    assert.deepEqual(raw(after), latin1(pair('trkn', 4, 12), pair('disk', 1, 0, 6)))
    assert.deepEqual(raw(set(after, name, { tracknumber: [], totaltracks: [], discnumber: [] })), [])
    assert.deepEqual(raw(set(file(), name, { totaltracks: ['9'], discnumber: ['2'] })), [
      ...latin1(pair('trkn', 0, 9)),
      ...latin1(pair('disk', 2, 0, 6)),
    ])
  })

  test('flags and numbers keep the type that they have', () => {
    const before = file(atom('cpil', data(0, be(1, 0))), atom('tmpo', data(0, be(2, 90))))
    const after = set(before, name, { compilation: ['1'], bpm: ['300'], podcast: ['0'] })
    assert.deepEqual(raw(after), [
      ...latin1(atom('cpil', data(0, be(1, 1))), atom('tmpo', data(0, be(2, 300)))),
      ...latin1(integer('pcst', 0)),
    ])
  })

  test('what MP4 cannot hold is refused with the reason', () => {
    const before = file(text('©nam', 'Title'))
    for (const value of ['A1', '0', '-1', '1.5', '07', '65536', '3/12', '']) {
      assert.match(reasons(before, { tracknumber: [value] }).join(), /^VALUE_UNSUPPORTED .* from 1 to 65535/)
    }
    assert.match(reasons(before, { bpm: ['32768'] }).join(), /from 0 to 32767/)
    assert.match(reasons(before, { compilation: ['yes'] }).join(), /0 or 1/)
    assert.match(reasons(before, { 'a\nname': ['x'] }).join(), /^FIELD_UNSUPPORTED .*control characters/)
  })

  test('items are shown with their field and text', () => {
    const items = [text('©nam', 'Title'), integer('stik', 2), text('desc', 'D'), atom('\0\0\0\x01', data(1, 'x'))]
    const block = openTags(bufferSource(file(...items, freeform('X', [data(1, 'y')], 'm'))), name, options).blocks[0]
    assert.deepEqual(block?.items(), [
      { block: 'MP4 ilst', id: '©nam', field: 'title', bytes: 5, text: ['Title'] },
      { block: 'MP4 ilst', id: 'stik', bytes: 1 },
      { block: 'MP4 ilst', id: 'desc', bytes: 1, text: ['D'] },
      { block: 'MP4 ilst', id: '????', bytes: 1, text: ['x'] },
      { block: 'MP4 ilst', id: '----:m:X', bytes: 1, text: ['y'] },
    ])
  })
})

describe('covers of an MP4 file', () => {
  const [one, two, three] = [makePng(2), makePng(20), makePng(30)]
  const sizes = (bytes: Buffer): number[] => picturesOf(bytes, name).map(picture => picture.bytes)

  test('all are front covers, of the kind that their bytes are', () => {
    const before = file(atom('covr', data(13, one), data(14, two), data(14, '')))
    assert.deepEqual(sizes(before), [one.length, two.length])
    assert.ok(picturesOf(before, name).every(({ type, description }) => type === 3 && description === ''))
  })

  test('the first takes the place of what it replaces; names and empty values go with their covers', () => {
    const named = atom('name', be(4, 0), Buffer.from('n'))
    const before = file(atom('covr', data(14, one), named, data(14, two), data(0, '')), text('©nam', 'T'))
    const [first] = picturesOf(before, name)
    const { bytes } = patch(before, name, {}, { removed: first ? [first] : [], added: [newPicture(three)] })
    assert.deepEqual(raw(bytes), latin1(atom('covr', data(14, three), data(14, two)), text('©nam', 'T')))
  })

  test('a cover can be added, and the last be removed', () => {
    const { bytes } = patch(file(text('©nam', 'T')), name, {}, { added: [newPicture(one)] })
    assert.deepEqual(raw(bytes), latin1(text('©nam', 'T'), atom('covr', data(14, one))))
    const more = patch(bytes, name, {}, { added: [newPicture(two)] }).bytes
    assert.deepEqual(sizes(more), [one.length, two.length])
    assert.deepEqual(raw(patch(more, name, {}, { removed: picturesOf(more, name) }).bytes, 'covr'), [])
  })

  test('a covr that cannot be read stays beside a new one', () => {
    const broken = atom('covr', be(4, 9999), Buffer.from('data'), be(8, 13), one)
    const { bytes } = patch(file(broken), name, {}, { added: [newPicture(two)] })
    assert.deepEqual(raw(bytes), latin1(broken, atom('covr', data(14, two))))
  })

  test('a back cover, a description and an image that players do not know are refused', () => {
    const refusal = (picture: ReturnType<typeof newPicture>) =>
      patch(file(), name, {}, { added: [picture] }).refused.map(({ code, detail }) => `${code} ${detail}`)
    assert.match(refusal(newPicture(one, 4)).join(), /^PICTURE_UNSUPPORTED .*front covers only/)
    assert.match(refusal(newPicture(one, 3, 'words')).join(), /descriptions/)
    assert.match(refusal({ ...newPicture(one), mime: 'image/webp' }).join(), /JPEG and PNG/)
  })
})
