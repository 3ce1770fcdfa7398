import assert from 'node:assert/strict'
import { renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { TrackPage } from '../../src/schemas/track.ts'
import type { ValuePage } from '../../src/schemas/value.ts'
import { makeFlac, makeMp3, textFrame, vorbisComment } from '../make-audio.ts'
import { assertProblem, type MusicLibrary, only, openLibrary } from '../music-library.ts'

const flac = (...comments: string[]): Buffer => makeFlac({ blocks: [vorbisComment(comments)] })

async function list(library: MusicLibrary, query: Record<string, string>): Promise<TrackPage> {
  const reply = await library.get('/tracks', query)
  assert.equal(reply.status, 200, JSON.stringify(reply.body))
  return reply.body as TrackPage
}

const pathsOf = ({ items }: TrackPage): string[] => items.map(({ path }) => path)

/** A library whose tracks are all read. */
async function openRead(t: TestContext, files: Record<string, Uint8Array>): Promise<MusicLibrary> {
  const library = await openLibrary(t, files)
  await library.app.service.library.scan.start()
  return library
}

const album = {
  'B/2.flac': flac('TITLE=Zebra', 'TRACKNUMBER=2', 'DATE=1999', 'ARTIST=Björk'),
  'B/10.flac': flac('TITLE=apple', 'TRACKNUMBER=10', 'DATE=2001-05', 'ARTIST=Björk', 'ARTIST=宇多田'),
  'B/Disc/1.flac': flac('TITLE=Mango', 'TRACKNUMBER=1', 'DATE=1987', 'GENRE=Trip Hop'),
  'A/x.mp3': makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Élan'), textFrame('TRCK', '3')] } }),
  'untagged.mp3': makeMp3(),
}

test('everything below a folder is listed in natural order, the tracks of a folder before its folders', async t => {
  const library = await openRead(t, album)
  const page = await list(library, { recursive: 'true' })
  assert.deepEqual(pathsOf(page), ['untagged.mp3', 'A/x.mp3', 'B/2.flac', 'B/10.flac', 'B/Disc/1.flac'])
  assert.deepEqual([page.total, page.nextCursor, page.complete], [5, null, true])
  assert.deepEqual(pathsOf(await list(library, { path: 'B', recursive: 'true' })), [
    'B/2.flac',
    'B/10.flac',
    'B/Disc/1.flac',
  ])
  assert.deepEqual(pathsOf(await list(library, { path: 'B' })), ['B/2.flac', 'B/10.flac'])
})

for (const [sort, expected] of [
  ['title', ['B/10.flac', 'A/x.mp3', 'B/Disc/1.flac', 'B/2.flac', 'untagged.mp3']],
  ['-title', ['B/2.flac', 'B/Disc/1.flac', 'A/x.mp3', 'B/10.flac', 'untagged.mp3']],
  ['tracknumber', ['B/Disc/1.flac', 'B/2.flac', 'A/x.mp3', 'B/10.flac', 'untagged.mp3']],
  ['artist,-date', ['B/10.flac', 'B/2.flac', 'B/Disc/1.flac', 'untagged.mp3', 'A/x.mp3']],
  ['-path', ['B/Disc/1.flac', 'B/10.flac', 'B/2.flac', 'A/x.mp3', 'untagged.mp3']],
  ['-filename', ['A/x.mp3', 'untagged.mp3', 'B/10.flac', 'B/2.flac', 'B/Disc/1.flac']],
] as const) {
  test(`sorted by ${sort}, tracks without a value come last`, async t => {
    const library = await openRead(t, album)
    assert.deepEqual(pathsOf(await list(library, { recursive: 'true', sort })), expected)
    // The same, a track at a time.
    const found: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: TrackPage = await list(library, {
        recursive: 'true',
        sort,
        limit: '1',
        ...(cursor ? { cursor } : {}),
      })
      found.push(...pathsOf(page))
      cursor = page.nextCursor
    }
    assert.deepEqual(found, expected)
  })
}

test('a sort that is none is refused', async t => {
  const library = await openRead(t, album)
  for (const sort of [',', 'a,,b', '-', 'a,b,c,d,e,f,g,h,i'])
    assertProblem(await library.get('/tracks', { recursive: 'true', sort }), 400, 'BAD_REQUEST')
})

test('a cursor holds where the tracks around it are edited, moved and deleted meanwhile', async t => {
  const titles = [...'abcdefghij']
  const library = await openRead(t, Object.fromEntries(titles.map(title => [`${title}.flac`, flac(`TITLE=${title}`)])))
  const first = await list(library, { recursive: 'true', sort: 'title', limit: '4' })
  assert.deepEqual(pathsOf(first), ['a.flac', 'b.flac', 'c.flac', 'd.flac'])
  await library.edit('d.flac', { op: 'set', field: 'title', values: ['zz'] })
  await library.edit('b.flac', { op: 'set', field: 'title', values: ['yy'] })
  unlinkSync(join(library.root, 'c.flac'))
  unlinkSync(join(library.root, 'e.flac'))
  renameSync(join(library.root, 'g.flac'), join(library.root, 'other.flac'))
  const second = await list(library, { recursive: 'true', sort: 'title', limit: '100', cursor: first.nextCursor ?? '' })
  const rest = pathsOf(second).filter(path => !['other.flac', 'g.flac', 'b.flac', 'd.flac'].includes(path))
  assert.deepEqual(rest, ['f.flac', 'h.flac', 'i.flac', 'j.flac'])
})

test('a cursor of another kind of list is refused', async t => {
  const library = await openRead(t, album)
  const { nextCursor } = await list(library, { recursive: 'true', sort: 'title', limit: '1' })
  assertProblem(
    await library.get('/tracks', { recursive: 'true', sort: 'title,date', cursor: nextCursor ?? '' }),
    400,
    'BAD_REQUEST',
  )
})

for (const [q, expected] of [
  ['bjork', ['B/2.flac', 'B/10.flac']],
  ['田', ['B/10.flac']],
  ['artist:björk -date:1990..1999', ['B/10.flac']],
  ['"trip hop"', ['B/Disc/1.flac']],
  ['missing:title', ['untagged.mp3']],
  ['format:mp3 has:title', ['A/x.mp3']],
  ['date:..1987', ['B/Disc/1.flac']],
] as const) {
  test(`the search ${q} finds what it says`, async t => {
    const library = await openRead(t, album)
    const page = await list(library, { recursive: 'true', q })
    assert.deepEqual([pathsOf(page), page.total], [expected, expected.length])
  })
}

test('a search in one folder leaves out the folders below it', async t => {
  const library = await openRead(t, album)
  assert.deepEqual(pathsOf(await list(library, { path: 'B', q: 'title:a' })), ['B/2.flac', 'B/10.flac'])
  assert.deepEqual(pathsOf(await list(library, { path: 'B', q: 'title:a', recursive: 'true' })).length, 3)
})

test('a mistake in a search is pointed at', async t => {
  const library = await openRead(t, album)
  const reply = await library.get('/tracks', { recursive: 'true', q: 'artist:x bitrate:<many' })
  assertProblem(reply, 400, 'QUERY_INVALID')
  const { position, length } = reply.body as { position: number; length: number }
  assert.equal('artist:x bitrate:<many'.slice(position - 1, position - 1 + length).includes('many'), true)
})

test('what we write is found by its new values as soon as we say that it is written, and undone as well', async t => {
  const library = await openRead(t, album)
  const { id } = await library.edit('A/x.mp3', { op: 'set', field: 'title', values: ['Quince'] })
  assert.deepEqual(pathsOf(await list(library, { recursive: 'true', q: 'quince' })), ['A/x.mp3'])
  assert.deepEqual(pathsOf(await list(library, { recursive: 'true', q: 'élan' })), [])
  await library.undo(id)
  assert.deepEqual(pathsOf(await list(library, { recursive: 'true', q: 'quince' })), [])
  assert.deepEqual(pathsOf(await list(library, { recursive: 'true', q: 'élan' })), ['A/x.mp3'])
})

test('what another program wrote is seen by the list that shows it', async t => {
  const library = await openRead(t, album)
  writeFileSync(join(library.root, 'A/x.mp3'), makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Other')] } }))
  const track = only((await list(library, { recursive: 'true', q: 'filename:x.mp3' })).items)
  assert.deepEqual(track.tags.title, ['Other'])
})

test('a change is applied to what a search finds', async t => {
  const library = await openRead(t, album)
  const change = await library.change({
    target: { q: 'bjork', path: 'B' },
    edits: [{ op: 'set', field: 'genre', values: ['Pop'] }],
  })
  assert.deepEqual(change.files.map(({ path, status }) => [path, status]), [['B/2.flac', 'applied'], ['B/10.flac', 'applied']]) // biome-ignore format: a table
  const nobody = { target: { q: ' ' }, edits: [{ op: 'remove', field: 'genre' }] }
  assertProblem(await library.post('/changes', nobody), 400, 'BAD_REQUEST')
})

async function values(library: MusicLibrary, query: Record<string, string>): Promise<ValuePage> {
  const reply = await library.get('/values', query)
  assert.equal(reply.status, 200, JSON.stringify(reply.body))
  return reply.body as ValuePage
}

test('the values of a field are listed once each, with the number of their tracks', async t => {
  const library = await openRead(t, album)
  const { items, total, nextCursor } = await values(library, { field: 'Artist' })
  assert.deepEqual([items, total, nextCursor], [[{ value: 'Björk', tracks: 2 }, { value: '宇多田', tracks: 1 }], 2, null]) // biome-ignore format: a table
  assert.deepEqual((await values(library, { field: 'title', q: 'A' })).items.map(({ value }) => value), ['apple', 'Élan', 'Mango', 'Zebra']) // biome-ignore format: a table
  await library.edit('B/2.flac', { op: 'set', field: 'artist', values: ['宇多田'] })
  assert.deepEqual((await values(library, { field: 'artist', sort: 'tracks' })).items[0], {
    value: '宇多田',
    tracks: 2,
  })
  await library.edit('B/10.flac', { op: 'remove', field: 'artist' })
  assert.deepEqual((await values(library, { field: 'artist' })).items, [{ value: '宇多田', tracks: 1 }])
})

test('the values of a field come in pages', async t => {
  const library = await openRead(t, album)
  const first = await values(library, { field: 'filename', limit: '3' })
  const second = await values(library, { field: 'filename', limit: '3', cursor: first.nextCursor ?? '' })
  assert.deepEqual(
    [...first.items, ...second.items].map(({ value }) => value),
    ['1.flac', '2.flac', '10.flac', 'untagged.mp3', 'x.mp3'],
  )
  assertProblem(await library.get('/values', { field: 'title', cursor: 'x' }), 400, 'BAD_REQUEST')
  assertProblem(await library.get('/values', {}), 400, 'BAD_REQUEST')
})

test('a value that many tracks could have put into memory is cut off in lists, and found whole', async t => {
  const lyrics = `${'la '.repeat(5000)}the very end`
  const library = await openRead(t, { 'a.flac': flac(`LYRICS=${lyrics}`), 'b.flac': flac(`LYRICS=${lyrics}!`) })
  assert.equal((await values(library, { field: 'lyrics' })).items.length, 2)
  assert.ok((await values(library, { field: 'lyrics' })).items.every(({ value }) => value.length < 250))
  assert.deepEqual(pathsOf(await list(library, { recursive: 'true', q: '"very end!"' })), ['b.flac'])
})
