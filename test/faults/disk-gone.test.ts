import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { temporaryFolder } from '../build-app.ts'
import { listed, listenTo, scanned, until } from '../library/listening.ts'
import { makeMp3, textFrame } from '../make-audio.ts'
import { assertProblem, type MusicLibrary, openLibrary } from '../music-library.ts'

const mp3 = makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Title')], padding: 100 } })
const set = { op: 'set' as const, field: 'title', values: ['New'] }

const tracksIn = (folder: string, count: number): Record<string, Uint8Array> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i}.mp3`, mp3]))

/** A library whose disk can be taken away: what lies at its place then is an empty folder. */
async function mounted(t: TestContext, files: Record<string, Uint8Array>, env: Record<string, string> = {}) {
  const place = temporaryFolder(t)
  const root = join(place, 'music')
  const away = join(place, 'away')
  mkdirSync(root)
  const library = await openLibrary(t, files, { STATE_DIR: temporaryFolder(t), ...env, MUSIC_DIR: root })
  await scanned(library)
  return {
    ...library,
    unmount() {
      renameSync(root, away)
      mkdirSync(root)
    },
    mount() {
      rmdirSync(root)
      renameSync(away, root)
    },
    away,
  }
}

async function ready({ app }: MusicLibrary): Promise<{ status: number; codes: string[] }> {
  const reply = await app.inject('/ready')
  return { status: reply.statusCode, codes: (reply.json().reasons ?? []).map(({ code }: { code: string }) => code) }
}

const held = (library: MusicLibrary) => async (): Promise<boolean> => !(await library.get('/library')).body.available

test('while its disk is gone the library is kept in mind, writes are refused, and all goes on when it is back', async t => {
  const library = await mounted(t, tracksIn('A', 3))
  const { id } = await library.edit('A/0.mp3', set)
  assert.deepEqual(await ready(library), { status: 200, codes: [] })

  library.unmount()
  const body = { target: { paths: ['A/1.mp3'] }, edits: [set] }
  assertProblem(await library.post('/changes', body), 503, 'LIBRARY_MISSING')
  assertProblem(await library.post(`/changes/${id}/undo`), 503, 'LIBRARY_MISSING')
  const create = { target: { folder: '' }, edits: [{ op: 'createFolder', name: 'New' }] }
  assertProblem(await library.post('/changes', create), 503, 'LIBRARY_MISSING')
  assert.deepEqual(readdirSync(library.root), [])
  assert.deepEqual(await ready(library), { status: 503, codes: ['LIBRARY_MISSING'] })
  assert.equal((await library.app.inject('/health')).statusCode, 200)
  const { available, reason } = (await library.get('/library')).body
  assert.deepEqual([available, reason.code], [false, 'LIBRARY_MISSING'])
  assert.doesNotMatch(reason.detail, /tmp/)
  assert.equal((await library.history()).total, 1)
  await scanned(library)
  assert.equal(library.app.service.library.scan.state.missing, 3)

  library.mount()
  await until(async () => (await ready(library)).status === 200)
  assert.deepEqual(await listed(library), ['A/0.mp3', 'A/1.mp3', 'A/2.mp3'])
  assert.equal((await library.undo(id)).files[0]?.status, 'applied')
  assert.ok(library.bytes('A/0.mp3').equals(Buffer.from(mp3)))
})

test('while its disk is gone nobody is told that a folder or track is not there', async t => {
  const library = await mounted(t, tracksIn('A', 3))
  assertProblem(await library.get('/tracks', { path: 'B' }), 404, 'FOLDER_NOT_FOUND')
  library.unmount()
  for (const call of ['/folders', '/tracks', '/tracks.csv', '/track'] as const)
    assertProblem(await library.get(call, { path: call === '/track' ? 'A/1.mp3' : 'A' }), 503, 'LIBRARY_MISSING')
  library.mount()
  await until(async () => (await ready(library)).status === 200)
  assertProblem(await library.get('/tracks', { path: 'B' }), 404, 'FOLDER_NOT_FOUND')
  assertProblem(await library.get('/track', { path: 'A/9.mp3' }), 404, 'TRACK_NOT_FOUND')
})

test('a start with an empty mount point forgets nothing and writes nothing', async t => {
  const library = await mounted(t, tracksIn('A', 3))
  const env = { MUSIC_DIR: library.root, STATE_DIR: temporaryFolder(t) }
  const first = await openLibrary(t, {}, env)
  await scanned(first)
  const { id } = await first.edit('A/0.mp3', set)
  await first.app.close()

  library.unmount()
  writeFileSync(join(library.root, '.metadata-remote-00000000-0000000000000000.tmp'), 'somebody else’s')
  const second = await openLibrary(t, {}, env)
  assertProblem(await second.post(`/changes/${id}/undo`), 503, 'LIBRARY_MISSING')
  await scanned(second)
  assert.equal(second.app.service.library.scan.state.missing, 3)
  assert.equal(readdirSync(library.root).length, 1, 'it is not swept')
  await second.app.close()

  rmSync(library.root, { recursive: true })
  renameSync(library.away, library.root)
  const third = await openLibrary(t, {}, env)
  assert.equal((await third.undo(id)).files[0]?.status, 'applied')
})

test('a fifth of the tracks that vanish at once are kept until they are back', async t => {
  const library = await mounted(t, { ...tracksIn('Inner', 5), ...tracksIn('A', 20) })
  const inner = join(library.root, 'Inner')
  renameSync(inner, library.away)
  await until(held(library))
  assert.match((await library.get('/library')).body.reason.detail, /^5 of 25 tracks are missing at once/)
  assert.equal(library.app.service.library.scan.state.missing, 5)
  renameSync(library.away, inner)
  await until(async () => (await library.get('/library')).body.available)
  assert.equal((await listed(library)).length, 25)
})

test('or until a person says that they are gone', async t => {
  const library = await mounted(t, { ...tracksIn('Inner', 10), ...tracksIn('A', 20) })
  const { events, changed } = listenTo(library.app)
  rmSync(join(library.root, 'Inner'), { recursive: true })
  await until(held(library))
  assert.deepEqual(
    events.filter(event => event.type === 'library.changed'),
    [],
  )
  assert.equal((await library.post('/library/scan', { forget: true })).status, 202)
  const { removed } = await changed(({ removed }) => removed?.length === 10)
  assert.equal(removed?.length, 10)
  assert.deepEqual(await ready(library), { status: 200, codes: [] })
  assert.equal(library.app.service.library.scan.state.missing, 0)
})

test('nobody can say so while the library cannot even be read', async t => {
  const library = await mounted(t, tracksIn('A', 3))
  renameSync(library.root, library.away)
  assertProblem(await library.post('/library/scan', { forget: true }), 503, 'LIBRARY_MISSING')
  mkdirSync(library.root)
  library.mount()
})

test('our own deletions are none that vanish', async t => {
  const library = await mounted(t, { ...tracksIn('Inner', 10), ...tracksIn('A', 20) })
  await library.change({ target: { folder: 'Inner' }, edits: [{ op: 'delete' }] })
  await library.app.service.library.scan.renew()
  assert.deepEqual(await ready(library), { status: 200, codes: [] })
  assert.equal((await listed(library)).length, 20)
})
