import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readRecords } from '../../src/csv/records.ts'
import type { TrackPage, TrackSummary } from '../../src/schemas/track.ts'
import { fields } from '../../src/tags/fields.ts'
import { makeFlac, makeMp3, textFrame, userFrame, vorbisComment } from '../make-audio.ts'
import { assertProblem, type MusicLibrary, openLibrary, type Reply } from '../music-library.ts'

const flac = (...comments: string[]) => makeFlac({ blocks: [vorbisComment(comments)] })

/** The rows of a table as the objects that its first row makes them. */
function rowsOf({ raw }: Reply, delimiter = ','): Record<string, string>[] {
  const text = new TextDecoder().decode(raw)
  const [head, ...rows] = [...readRecords(text, delimiter)].map(({ cells }) => cells)
  return rows.map(cells => Object.fromEntries((head ?? []).map((name, i) => [name, cells[i] ?? ''])))
}

const columnsOf = (reply: Reply): string[] => Object.keys(rowsOf(reply)[0] ?? {})

test('a table has the path, the common fields and those that are found, custom ones, and the properties', async t => {
  const library = await openLibrary(t, {
    'A/1.flac': flac('TITLE=One', 'MOOD=calm', 'ZEBRA=z'),
    'A/2.mp3': makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Two'), userFrame('Aardvark', 'a')] } }),
  })
  const reply = await library.get('/tracks.csv', { path: 'A' })
  assert.equal(reply.status, 200)
  const columns = columnsOf(reply)
  const standard = fields.filter(({ name, common }) => common || name === 'mood').map(({ name }) => name)
  assert.deepEqual(columns.slice(0, standard.length + 3), ['path', ...standard, 'Aardvark', 'ZEBRA'])
  assert.ok(columns.slice(standard.length + 3).every(name => name.startsWith('#')))
  assert.ok(columns.includes('#duration') && columns.at(-1) === '#revision')
  const [one, two] = rowsOf(reply)
  assert.deepEqual([one?.path, one?.title, one?.mood, one?.Aardvark], ['A/1.flac', 'One', 'calm', ''])
  assert.deepEqual([two?.path, two?.title, two?.mood, two?.Aardvark], ['A/2.mp3', 'Two', '', 'a'])
  assert.equal(two?.['#revision'], (await library.track('A/2.mp3')).revision)
})

test('a table is a file that Excel reads as UTF-8, and nobody keeps', async t => {
  const library = await openLibrary(t, { 'A/1.flac': flac('TITLE=東京 🎵 مرحبا') })
  const { raw, headers } = await library.get('/tracks.csv', { path: 'A' })
  assert.deepEqual([...raw.subarray(0, 3)], [0xef, 0xbb, 0xbf])
  assert.match(raw.toString(), /"東京 🎵 مرحبا".*\r\n$/)
  assert.equal(headers['content-type'], 'text/csv; charset=utf-8')
  assert.equal(headers['cache-control'], 'no-store, no-cache, must-revalidate, private')
})

const folders: [folder: string, header: string][] = [
  ['', 'attachment; filename=library.csv'],
  ['Tin Orchard/Paper Weather', 'attachment; filename="Paper Weather.csv"'],
  ['A "B"; c', 'attachment; filename="A \\"B\\"; c.csv"'],
  ['硝子', 'attachment; filename="??.csv"; filename*=utf-8\'\'%E7%A1%9D%E5%AD%90.csv'],
  ['line\r\nfeed: x', 'attachment; filename="line  feed: x.csv"'],
]
for (const [folder, header] of folders) {
  test(`the file is named after ${JSON.stringify(folder)}`, async t => {
    const library = await openLibrary(t, { [folder === '' ? '1.mp3' : `${folder}/1.mp3`]: makeMp3() })
    const { headers } = await library.get('/tracks.csv', { path: folder })
    assert.equal(
      String(headers['content-disposition']).toLowerCase(),
      header.replace('硝', '').toLowerCase().replace('%e7%a1%9d', '%e7%a1%9d'),
    )
  })
}

test('values that a spreadsheet would take for formulas are held back', async t => {
  const library = await openLibrary(t, {
    '=cmd.flac': flac(
      'TITLE==HYPERLINK("http://x")',
      'ARTIST=@SUM(1)',
      'ALBUM=-1+1',
      'GENRE=+1',
      "COMMENT='t",
      'BPM=-12',
    ),
  })
  const [row] = rowsOf(await library.get('/tracks.csv'))
  assert.equal(row?.path, "'=cmd.flac")
  assert.equal(row?.title, '\'=HYPERLINK("http://x")')
  assert.deepEqual([row?.artist, row?.album, row?.genre], ["'@SUM(1)", "'-1+1", "'+1"])
  assert.deepEqual([row?.comment, row?.bpm], ["'t", '-12'])
})

test('fields chooses the columns and their order, and the cells may have other delimiters between them', async t => {
  const library = await openLibrary(t, { '1.flac': flac('TITLE=a;b\tc', 'ARTIST=One', 'ARTIST=Two') })
  const asked = await library.get('/tracks.csv', { fields: 'artist,#size,Title', delimiter: 'semicolon' })
  const [row] = rowsOf(asked, ';')
  assert.deepEqual(Object.entries(row ?? {}), [
    ['path', '1.flac'],
    ['artist', 'One\\\\Two'],
    ['#size', String((await library.track('1.flac')).size)],
    ['title', 'a;b\tc'],
  ])
  const tabs = await library.get('/tracks.csv', { fields: 'title', delimiter: 'tab' })
  assert.equal(tabs.raw.toString(), '\uFEFF"path"\t"title"\r\n"1.flac"\t"a;b\tc"\r\n')
})

test('a field that is called like a column of ours has another name in the table', async t => {
  const library = await openLibrary(t, {
    '1.flac': flac('PATH=elsewhere', '#REVISION=7', '__PROTO__=x', 'constructor=y'),
  })
  const [row] = rowsOf(await library.get('/tracks.csv'))
  assert.equal(row?.path, '1.flac')
  assert.equal(row?.['\\u{50}ATH'], 'elsewhere')
  assert.equal(row?.['\\u{23}REVISION'], '7')
  assert.equal(row?.constructor, 'y')
})

test('JSON is an array of the whole listing as GET /tracks has it, with only the tags that are asked for', async t => {
  const library = await openLibrary(t, {
    'A/1.flac': flac('TITLE=One', 'ARTIST=x'),
    'A/B/2.flac': flac('TITLE=Two'),
    'A/notes.txt': Buffer.from('x'),
  })
  const all = (await library.get('/tracks', { path: 'A', recursive: 'true' })).body as TrackPage
  const reply = await library.get('/tracks.json', { path: 'A', recursive: 'true' })
  assert.deepEqual(reply.body, all.items)
  assert.equal(reply.headers['content-type'], 'application/json; charset=utf-8')
  assert.match(String(reply.headers['cache-control']), /no-store/)
  assert.match(String(reply.headers['content-disposition']), /A\.json/)
  const few = await library.get('/tracks.json', { path: 'A', fields: 'title' })
  assert.deepEqual(
    (few.body as TrackSummary[]).map(({ path, tags }) => [path, tags]),
    [['A/1.flac', { title: ['One'] }]],
  )
})

test('a folder without tracks is a table without rows and an empty array', async t => {
  const library = await openLibrary(t)
  assert.match((await library.get('/tracks.csv')).raw.toString(), /^\uFEFF"path","title".*\r\n$/)
  assert.deepEqual((await library.get('/tracks.json')).body, [])
})

test('what cannot be listed is refused before a byte of the listing is sent', async t => {
  const library = await openLibrary(t)
  for (const url of ['/tracks.csv', '/tracks.json']) {
    assertProblem(await library.get(url, { path: 'nowhere' }), 404, 'FOLDER_NOT_FOUND')
    assertProblem(await library.get(url, { path: '../x' }), 403, 'PATH_OUTSIDE_LIBRARY')
    assertProblem(await library.get(url, { limit: '5' }), 400, 'BAD_REQUEST')
    assertProblem(await library.get(url, { fields: '#secret' }), 400, 'BAD_REQUEST')
  }
  assertProblem(await library.get('/tracks.csv', { delimiter: 'x' }), 400, 'BAD_REQUEST')
})

test('HEAD tells what GET would send, and sends nothing', async t => {
  const library = await openLibrary(t, { '1.mp3': makeMp3() })
  const { statusCode, headers, rawPayload } = await library.app.inject({ method: 'HEAD', url: '/api/v1/tracks.csv' })
  assert.deepEqual([statusCode, rawPayload.length], [200, 0])
  assert.equal(headers['content-type'], 'text/csv; charset=utf-8')
})

/** A library that does not end, in pages of some hundred kilobytes; counts the pages that were asked for. */
function endless({ app }: MusicLibrary, failAfter = Number.POSITIVE_INFINITY): { pages: number } {
  const counter = { pages: 0 }
  const item = (i: number): TrackSummary => ({
    path: `${i}.mp3`,
    name: `${i}.mp3`,
    revision: 'a.b.c',
    size: 1,
    modified: '2026-01-01T00:00:00.000Z',
    writable: true,
    reason: null,
    audio: null,
    tags: { title: ['x'.repeat(1000)] },
    pictures: 0,
  })
  const tracks = async (): Promise<TrackPage> => {
    await sleep(0)
    if (++counter.pages > failAfter) throw new Error('the disk is gone')
    const first = counter.pages * 500
    const items = Array.from({ length: 500 }, (_, i) => item(first + i))
    return { items, total: 1e9, nextCursor: String(first), complete: true }
  }
  Object.assign(app.service.library, { tracks })
  return counter
}

async function open(library: MusicLibrary, url: string): Promise<IncomingMessage> {
  if (!library.app.server.listening) await library.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = library.app.server.address() as AddressInfo
  const [response] = await once(get({ port, path: `/api/v1${url}`, agent: false }), 'response')
  return response as IncomingMessage
}

/** Resolves when no page has been asked for during a while. */
async function atRest(counter: { pages: number }): Promise<number> {
  for (;;) {
    const before = counter.pages
    await sleep(200)
    if (counter.pages === before) return before
  }
}

for (const url of ['/tracks.csv?fields=title', '/tracks.csv', '/tracks.json']) {
  test(`a client that goes away ends ${url}`, async t => {
    const library = await openLibrary(t)
    const counter = endless(library)
    const response = await open(library, url)
    response.on('error', () => {})
    await once(response, 'data')
    response.destroy()
    assert.ok((await atRest(counter)) > 0)
  })
}

test('a client that does not read is waited for, and the stop does not wait for it', async (t: TestContext) => {
  const library = await openLibrary(t)
  const counter = endless(library)
  const response = await open(library, '/tracks.csv?fields=title')
  response.on('error', () => {})
  assert.ok((await atRest(counter)) < 100)
  await library.app.close()
})

test('a fault on the way cuts the connection: half a listing does not look like a whole one', async t => {
  const library = await openLibrary(t)
  endless(library, 3)
  const response = await open(library, '/tracks.json')
  response.resume()
  await assert.rejects(once(response, 'end'), { code: 'ECONNRESET' })
})

test('a search and an order are those of GET /tracks, and no part of one is sent while the library is still being read', async t => {
  const library = await openLibrary(t)
  const asked: object[] = []
  const tracks = async (_path: string, scope: object): Promise<TrackPage> => {
    asked.push(scope)
    return { items: [], total: 0, nextCursor: null, complete: false }
  }
  Object.assign(library.app.service.library, { tracks })
  for (const url of ['/tracks.csv', '/tracks.json']) {
    assertProblem(await library.get(url, { q: 'genre:jazz', sort: '-date' }), 503, 'LIBRARY_SCANNING')
    assert.equal((await library.get(url, { recursive: 'true' })).status, 200)
  }
  const scope = { limit: 500, cursor: undefined }
  const [search, whole] = [
    { ...scope, recursive: false, q: 'genre:jazz', sort: '-date' },
    { ...scope, recursive: true },
  ]
  assert.deepEqual(asked, [search, whole, search, whole])
})
