import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Folder } from '../../src/schemas/folder.ts'
import type { TrackPage } from '../../src/schemas/track.ts'
import { makeFlac, makeMp3, makePng, pictureFrame, textFrame, userFrame, vorbisComment } from '../make-audio.ts'
import { assertProblem, type MusicLibrary, only, openLibrary } from '../music-library.ts'

const mp3 = makeMp3()

const page = async (library: MusicLibrary, query: Record<string, string>): Promise<TrackPage> =>
  (await library.get('/tracks', query)).body as TrackPage

const pathsOf = ({ items }: TrackPage): string[] => items.map(({ path }) => path)

test('folders come in natural order with the counts of their direct children', async t => {
  const library = await openLibrary(t, {
    'Disc 10/1.mp3': mp3,
    'Disc 2/1.mp3': mp3,
    'Disc 2/2.flac': makeFlac(),
    'Disc 2/cover.jpg': makePng(),
    'Disc 2/Extra/1.mp3': mp3,
  })
  mkdirSync(join(library.root, 'empty'))
  const { path, name, folders } = (await library.get('/folders')).body as Folder
  assert.deepEqual([path, name], ['', ''])
  assert.deepEqual(
    folders.map(f => [f.path, f.name, f.folders, f.tracks]),
    [
      ['Disc 2', 'Disc 2', 1, 2],
      ['Disc 10', 'Disc 10', 0, 1],
      ['empty', 'empty', 0, 0],
    ],
  )
  const inner = (await library.get('/folders', { path: 'Disc 2' })).body as Folder
  assert.deepEqual(inner.folders, [{ path: 'Disc 2/Extra', name: 'Extra', folders: 0, tracks: 1 }])
})

test('hidden files, system folders and what is no audio are not shown', async t => {
  const library = await openLibrary(t, {
    '.hidden.mp3': mp3,
    '.hidden/a.mp3': mp3,
    '@eaDir/a.mp3': mp3,
    'cover.png': makePng(),
    'notes.txt': Buffer.from('hello'),
    'a.mp3': mp3,
  })
  assert.deepEqual(pathsOf(await page(library, { recursive: 'true' })), ['a.mp3'])
  assert.deepEqual(((await library.get('/folders')).body as Folder).folders, [])
})

test('tracks come in natural order, and with their folders where it is asked for', async t => {
  const library = await openLibrary(t, { '10.mp3': mp3, '9.mp3': mp3, 'B/1.mp3': mp3, 'a.mp3': mp3, 'B/C/1.mp3': mp3 })
  assert.deepEqual(pathsOf(await page(library, {})), ['9.mp3', '10.mp3', 'a.mp3'])
  const all = ['9.mp3', '10.mp3', 'a.mp3', 'B/1.mp3', 'B/C/1.mp3']
  assert.deepEqual(pathsOf(await page(library, { recursive: 'true' })), all)
})

test('pages lead through all tracks once, also where tracks come and go meanwhile', async t => {
  const names = Array.from({ length: 7 }, (_, i) => `${i + 1}.mp3`)
  const library = await openLibrary(t, Object.fromEntries(names.map(name => [name, mp3])))
  const first = await page(library, { limit: '3' })
  assert.deepEqual([pathsOf(first), first.total], [names.slice(0, 3), 7])

  library.put('2b.mp3', mp3)
  assert.equal((await library.edit('3.mp3', { op: 'rename', to: '0' })).status, 'applied')
  const second = await page(library, { limit: '3', cursor: first.nextCursor ?? '' })
  const third = await page(library, { limit: '3', cursor: second.nextCursor ?? '' })
  assert.deepEqual([...pathsOf(second), ...pathsOf(third)], names.slice(3))
  assert.equal(third.nextCursor, null)
})

test('a cursor or limit that is none is refused', async t => {
  const library = await openLibrary(t)
  assertProblem(await library.get('/tracks', { cursor: '!' }), 400, 'BAD_REQUEST')
  assertProblem(await library.get('/changes', { cursor: 'x' }), 400, 'BAD_REQUEST')
  for (const limit of ['0', '1001', 'many', '1.5'])
    assertProblem(await library.get('/tracks', { limit }), 400, 'BAD_REQUEST')
})

test('a summary says what the file is and holds', async t => {
  const frames = [textFrame('TIT2', 'Title'), textFrame('TRCK', '3/12'), pictureFrame(makePng(3))]
  const library = await openLibrary(t, { 'A/a.mp3': makeMp3({ id3v2: { version: 4, frames } }) })
  utimesSync(join(library.root, 'A/a.mp3'), 1_000_000_000, 1_000_000_000)
  const track = only((await page(library, { path: 'A' })).items)
  assert.deepEqual([track.path, track.name, track.size], ['A/a.mp3', 'a.mp3', library.bytes('A/a.mp3').length])
  assert.equal(track.modified, '2001-09-09T01:46:40.000Z')
  assert.deepEqual([track.writable, track.reason, track.pictures], [true, null, 1])
  assert.deepEqual(track.tags, { title: ['Title'], tracknumber: ['3'], totaltracks: ['12'] })
  assert.deepEqual([track.audio?.sampleRate, track.audio?.channels, track.audio?.lossless], [44100, 1, false])
})

test('a track in full shows every item, also those that no field maps', async t => {
  const blocks = [vorbisComment(['TITLE=One', 'artist=A', 'ARTIST=B', 'X_OWN=1'])]
  const library = await openLibrary(t, { 'a.flac': makeFlac({ blocks }) })
  const { items, tags, pictures, warnings } = await library.track('a.flac')
  assert.deepEqual(
    items.map(({ id, field, text }) => [id, field, text]),
    [
      ['TITLE', 'title', ['One']],
      ['artist', 'artist', ['A']],
      ['ARTIST', 'artist', ['B']],
      ['X_OWN', 'X_OWN', ['1']],
    ],
  )
  assert.deepEqual(tags, { title: ['One'], artist: ['A', 'B'], X_OWN: ['1'] })
  assert.deepEqual([pictures, warnings], [[], []])
})

test('a field is shown under whatever name the file gives it', async t => {
  const names = ['two\nlines', '__proto__', 'constructor', ' ', '%s']
  const frames = names.map(name => userFrame(name, 'value'))
  const library = await openLibrary(t, { 'a.mp3': makeMp3({ id3v2: { version: 4, frames } }) })
  assert.deepEqual(
    Object.entries((await library.track('a.mp3')).tags),
    names.map(name => [name, ['value']]),
  )
})

test('a track that the server may not read is listed with the reason, and read once it may', {
  skip: process.getuid?.() !== 0,
}, async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3, 'b.mp3': mp3 })
  chmodSync(library.root, 0o755)
  chmodSync(join(library.root, 'a.mp3'), 0o000)
  const listed = () => page(library, {})
  process.seteuid?.(65534)
  try {
    const { items } = await listed()
    assert.deepEqual(
      items.map(({ path, writable }) => [path, writable]),
      [
        ['a.mp3', false],
        ['b.mp3', true],
      ],
    )
    assert.equal(items[0]?.reason?.code, 'READ_ONLY')
    assert.match(items[0]?.reason?.detail ?? '', /may not read the file; check its owner and mode/)
  } finally {
    process.seteuid?.(0)
  }
  chmodSync(join(library.root, 'a.mp3'), 0o644)
  assert.deepEqual(
    (await listed()).items.map(({ reason }) => reason),
    [null, null],
  )
})

test('what is not there is 404 with the code that says what', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  assertProblem(await library.get('/folders', { path: 'none' }), 404, 'FOLDER_NOT_FOUND')
  assertProblem(await library.get('/tracks', { path: 'a.mp3' }), 404, 'FOLDER_NOT_FOUND')
  assertProblem(await library.get('/track', { path: 'none.mp3' }), 404, 'TRACK_NOT_FOUND')
  assertProblem(await library.get('/track', { path: '' }), 404, 'TRACK_NOT_FOUND')
  assertProblem(await library.get('/track/picture', { path: 'a.mp3', index: '0' }), 404, 'PICTURE_NOT_FOUND')
  assertProblem(await library.get(`/changes/${'0'.repeat(26)}`), 404, 'CHANGE_NOT_FOUND')
  assertProblem(await library.get(`/pictures/${'0'.repeat(64)}`), 404, 'PICTURE_NOT_FOUND')
})

test('unknown query parameters and properties are refused, not ignored', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  for (const url of ['/folders', '/tracks', '/changes'])
    assertProblem(await library.get(url, { x: '1' }), 400, 'BAD_REQUEST')
  assertProblem(await library.get('/track', { path: 'a.mp3', x: '1' }), 400, 'BAD_REQUEST')
  const target = { paths: ['a.mp3'] }
  const set = { op: 'set', field: 'title', values: ['x'] }
  for (const body of [
    { target, edits: [set], x: 1 },
    { target: { ...target, x: 1 }, edits: [set] },
    { target: { ...target, folder: '' }, edits: [set] },
    { target, edits: [{ ...set, x: 1 }] },
    { target, edits: [{ op: 'explode' }] },
    { target, edits: [] },
    { target: { paths: [] }, edits: [set] },
    { target, edits: [{ ...set, values: 'x' }] },
    { target, edits: [{ ...set, values: [] }] },
    { target, edits: [set], dryRun: 'yes' },
    [],
  ]) {
    const before = library.bytes('a.mp3')
    assertProblem(await library.post('/changes', body), 400, 'BAD_REQUEST')
    assert.ok(library.bytes('a.mp3').equals(before))
  }
})
