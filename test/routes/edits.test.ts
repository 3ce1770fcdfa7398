import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Edit } from '../../src/schemas/change.ts'
import { languageFrame, makeFlac, makeMp3, textFrame, userFrame, vorbisComment } from '../make-audio.ts'
import { openLibrary } from '../music-library.ts'
import { parseFlac, parseMp3 } from '../parse-audio.ts'

const set = (field: string, ...values: string[]): Edit => ({ op: 'set', field, values })
const add = (field: string, ...values: string[]): Edit => ({ op: 'add', field, values })

/** Ids of the frames of an MP3, with the text of the plain ones in Latin-1. */
const frames = (file: Buffer): string[] =>
  parseMp3(file).id3v2?.frames.map(({ id, body }) => `${id}=${body.toString('latin1', 1)}`) ?? []
const comments = (file: Buffer): string[] => parseFlac(file).comments.map(({ raw }) => raw.toString())

for (const [version, id] of [
  [2, 'TT2'],
  [3, 'TIT2'],
  [4, 'TIT2'],
] as const) {
  test(`an ID3v2.${version} tag stays ID3v2.${version}`, async t => {
    const bytes = makeMp3({ id3v2: { version, frames: [textFrame(id, 'Old')] } })
    const library = await openLibrary(t, { 'a.mp3': bytes })
    await library.edit('a.mp3', set('title', 'New'), set('album', 'Album'))
    assert.equal(parseMp3(library.bytes('a.mp3')).id3v2?.version, version)
    assert.deepEqual(frames(library.bytes('a.mp3')), [`${id}=New`, `${version === 2 ? 'TAL' : 'TALB'}=Album`])
  })
}

for (const [setting, version] of [
  ['2.3', 3],
  ['2.4', 4],
] as const) {
  test(`an MP3 without a tag gets ID3v2.${version} where ID3_VERSION is ${setting}, and no other block`, async t => {
    const library = await openLibrary(t, { 'a.mp3': makeMp3() }, { ID3_VERSION: setting })
    await library.edit('a.mp3', set('title', 'New'))
    const { id3v2, id3v1, ape } = parseMp3(library.bytes('a.mp3'))
    assert.deepEqual([id3v2?.version, id3v1, ape], [version, null, null])
  })
}

test('a full date in ID3v2.3 is TYER and TDAT, and a year alone takes TDAT away', async t => {
  const library = await openLibrary(t, { 'a.mp3': makeMp3({ id3v2: { version: 3, frames: [] } }) })
  await library.edit('a.mp3', set('date', '2003-05-17'))
  assert.deepEqual(frames(library.bytes('a.mp3')), ['TYER=2003', 'TDAT=1705'])
  assert.deepEqual((await library.track('a.mp3')).tags.date, ['2003-05-17'])
  await library.edit('a.mp3', set('date', '1999'))
  assert.deepEqual(frames(library.bytes('a.mp3')), ['TYER=1999'])
})

test('number and total share TRCK, and each is changed without the other', async t => {
  const frame = textFrame('TRCK', '3/12')
  const library = await openLibrary(t, { 'a.mp3': makeMp3({ id3v2: { version: 4, frames: [frame] } }) })
  await library.edit('a.mp3', set('tracknumber', '4'))
  assert.deepEqual(frames(library.bytes('a.mp3')), ['TRCK=4/12'])
  await library.edit('a.mp3', set('totaltracks', '14'))
  assert.deepEqual(frames(library.bytes('a.mp3')), ['TRCK=4/14'])
  await library.edit('a.mp3', { op: 'remove', field: 'totaltracks' })
  assert.deepEqual(frames(library.bytes('a.mp3')), ['TRCK=4'])
  await library.edit('a.mp3', set('tracknumber', '5/20'))
  assert.deepEqual((await library.track('a.mp3')).tags, { tracknumber: ['5'], totaltracks: ['20'] })
})

test('a total stays where a FLAC has it: in TRACKTOTAL, TOTALTRACKS or behind the slash', async t => {
  const flac = (...list: string[]) => makeFlac({ blocks: [vorbisComment(list)] })
  const library = await openLibrary(t, {
    'a.flac': flac('TRACKNUMBER=3', 'TOTALTRACKS=12'),
    'b.flac': flac('TRACKNUMBER=3/12'),
    'c.flac': flac('TRACKNUMBER=3'),
  })
  await library.change({ target: { folder: '' }, edits: [set('totaltracks', '14')] })
  assert.deepEqual(comments(library.bytes('a.flac')), ['TRACKNUMBER=3', 'TOTALTRACKS=14'])
  assert.deepEqual(comments(library.bytes('b.flac')), ['TRACKNUMBER=3/14'])
  assert.deepEqual(comments(library.bytes('c.flac')), ['TRACKNUMBER=3', 'TRACKTOTAL=14'])
})

test('several values are repeated comments in FLAC and parts between NULs in ID3', async t => {
  const library = await openLibrary(t, { 'a.flac': makeFlac(), 'a.mp3': makeMp3() })
  await library.change({ target: { folder: '' }, edits: [set('artist', 'A', 'B/C'), add('artist', 'D', 'A')] })
  assert.deepEqual(comments(library.bytes('a.flac')), ['ARTIST=A', 'ARTIST=B/C', 'ARTIST=D'])
  assert.deepEqual(frames(library.bytes('a.mp3')), ['TPE1=A\0B/C\0D'])
  assert.deepEqual((await library.track('a.mp3')).tags.artist, ['A', 'B/C', 'D'])
})

test('no value but empty ones removes a field', async t => {
  const library = await openLibrary(t, { 'a.flac': makeFlac({ blocks: [vorbisComment(['TITLE=Old', 'ARTIST=A'])] }) })
  await library.edit('a.flac', set('title', ''))
  assert.deepEqual(comments(library.bytes('a.flac')), ['ARTIST=A'])
})

test('a custom field is one field in any case, and keeps the case that the file gave it', async t => {
  const mp3 = makeMp3({ id3v2: { version: 4, frames: [userFrame('Mood', 'calm')] } })
  const library = await openLibrary(t, {
    'a.mp3': mp3,
    'a.flac': makeFlac({ blocks: [vorbisComment(['Mood2=calm'])] }),
  })
  await library.edit('a.mp3', set('MOOD', 'wild'))
  assert.deepEqual(frames(library.bytes('a.mp3')).length, 1)
  await library.edit('a.flac', set('MOOD2', 'wild'))
  assert.deepEqual(comments(library.bytes('a.flac')), ['Mood2=wild'])
  await library.edit('a.flac', { op: 'remove', field: 'mood2' })
  assert.deepEqual(comments(library.bytes('a.flac')), [])
})

test('a comment of a language and a description of its own is another field than the plain comment', async t => {
  const list = [languageFrame('COMM', 'deu', '', 'Alt'), languageFrame('COMM', 'eng', 'iTunNORM', '0001')]
  const library = await openLibrary(t, { 'a.mp3': makeMp3({ id3v2: { version: 3, frames: list } }) })
  await library.edit('a.mp3', set('comment', 'Neu'))
  assert.deepEqual(frames(library.bytes('a.mp3')), ['COMM=deu\0Neu', 'COMM=engiTunNORM\x000001'])
})

test('ID3v1 and APEv2 that are there are kept in step', async t => {
  const bytes = makeMp3({
    id3v2: { version: 4, frames: [textFrame('TIT2', 'Old')] },
    ape: [{ key: 'TITLE', value: 'Old' }],
    id3v1: { title: 'Old', artist: 'Someone', track: 2, genre: 17 },
  })
  const library = await openLibrary(t, { 'a.mp3': bytes })
  const long = 'A title of more than thirty letters in all'
  await library.edit('a.mp3', set('title', long), set('genre', 'Jazz'), set('tracknumber', '9'))
  const { ape, id3v1 } = parseMp3(library.bytes('a.mp3'))
  assert.deepEqual(
    ape?.items.map(({ key, value }) => `${key}=${value}`),
    [`TITLE=${long}`],
  )
  assert.equal(id3v1?.toString('latin1', 3, 33), long.slice(0, 30))
  assert.equal(id3v1?.toString('latin1', 33, 40), 'Someone')
  assert.deepEqual([id3v1?.[125], id3v1?.[126], id3v1?.[127]], [0, 9, 8])
})

test('an MP3 with ID3v1 alone gets an ID3v2 tag that takes over what the old one said', async t => {
  const id3v1 = { title: 'Title', artist: 'Someone', album: 'Album', year: '1999', track: 7, genre: 17 }
  const library = await openLibrary(t, { 'a.mp3': makeMp3({ id3v1 }) })
  const before = (await library.track('a.mp3')).tags
  await library.edit('a.mp3', set('title', 'New'))
  const file = library.bytes('a.mp3')
  assert.deepEqual((await library.track('a.mp3')).tags, { ...before, title: ['New'] })
  assert.ok(frames(file).includes('TPE1=Someone') && frames(file).includes('TRCK=7'))
  assert.equal(parseMp3(file).id3v1?.toString('latin1', 3, 6), 'New')
})

test('the text encoding of a frame is kept where it can hold the new text', async t => {
  const list = [textFrame('TIT2', 'Old', 1), textFrame('TPE1', 'Old', 0), textFrame('TALB', 'Old', 0)]
  const library = await openLibrary(t, { 'a.mp3': makeMp3({ id3v2: { version: 3, frames: list } }) })
  await library.edit('a.mp3', set('title', 'New'), set('artist', 'Björk'), set('album', '硝子'))
  const encodings = parseMp3(library.bytes('a.mp3')).id3v2?.frames.map(({ id, body }) => [id, body[0]])
  assert.deepEqual(encodings, [
    ['TIT2', 1],
    ['TPE1', 0],
    ['TALB', 1],
  ])
})

test('an edit that fits into the padding leaves the length of the file as it was', async t => {
  const frame = textFrame('TIT2', 'Old')
  const library = await openLibrary(t, { 'a.mp3': makeMp3({ id3v2: { version: 4, frames: [frame], padding: 200 } }) })
  const before = library.bytes('a.mp3').length
  await library.edit('a.mp3', set('title', 'A somewhat longer title'))
  assert.equal(library.bytes('a.mp3').length, before)
})
