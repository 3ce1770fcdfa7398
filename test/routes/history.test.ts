import assert from 'node:assert/strict'
import { chownSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { openDatabase } from '../../src/changes/database.ts'
import { createHistory } from '../../src/changes/history.ts'
import { emptySummary } from '../../src/changes/report.ts'
import type { LibraryPath } from '../../src/library/paths.ts'
import type { ChangeFile, Edit } from '../../src/schemas/change.ts'
import { temporaryFolder } from '../build-app.ts'
import { makeMp3, textFrame } from '../make-audio.ts'
import { assertProblem, only, openLibrary } from '../music-library.ts'

const mp3 = makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Old')] } })
const title = (value: string): Edit => ({ op: 'set', field: 'title', values: [value] })

test('the history has the newest change first, in pages, with its files on demand', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  const ids: string[] = []
  for (const value of ['One', 'Two', 'Three']) ids.unshift((await library.edit('a.mp3', title(value))).id)
  const first = (await library.get('/changes', { limit: '2' })).body
  assert.deepEqual([first.items.map((item: { id: string }) => item.id), first.total], [ids.slice(0, 2), 3])
  const second = (await library.get('/changes', { limit: '2', cursor: first.nextCursor })).body
  assert.deepEqual([second.items.map((item: { id: string }) => item.id), second.nextCursor], [ids.slice(2), null])

  const { body } = await library.get(`/changes/${ids[0]}`)
  assert.deepEqual([body.state, only(body.files as { path: string }[]).path], ['applied', 'a.mp3'])
  assert.deepEqual(body.files[0].changes, [{ kind: 'field', field: 'title', before: ['Two'], after: ['Three'] }])
})

test('an undone change says so, cannot be undone again, and can be redone', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  const { id } = await library.edit('a.mp3', title('New'))
  assertProblem(await library.post(`/changes/${id}/redo`), 409, 'CHANGE_NOT_REDOABLE')
  await library.undo(id)
  assert.equal((await library.get(`/changes/${id}`)).body.state, 'undone')
  assert.equal(only((await library.history()).items).state, 'undone')
  assertProblem(await library.post(`/changes/${id}/undo`), 409, 'CHANGE_NOT_UNDOABLE')
  await library.redo(id)
  assert.equal((await library.get(`/changes/${id}`)).body.state, 'applied')
})

test('a change whose old values came back by hand is undone without a write, and redone by value', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  const { id } = await library.edit('a.mp3', title('New'))
  await library.edit('a.mp3', title('Old'))
  const before = library.state('a.mp3')
  assert.equal((await library.undo(id)).state, 'undone')
  assert.deepEqual(library.state('a.mp3'), before)
  assert.equal((await library.get(`/changes/${id}`)).body.state, 'undone')
  assertProblem(await library.post(`/changes/${id}/undo`), 409, 'CHANGE_NOT_UNDOABLE')
  assert.equal((await library.redo(id)).state, 'applied')
  assert.deepEqual((await library.track('a.mp3')).tags.title, ['New'])
})

test('the history of a path is the one of the file, under whatever names it had', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3, 'B/b.mp3': mp3 })
  await library.edit('A/a.mp3', title('New'))
  await library.edit('A/a.mp3', { op: 'rename', to: 'c' })
  await library.edit('B/b.mp3', title('Other'))
  const totals = async (...paths: string[]) => Promise.all(paths.map(async path => (await library.history(path)).total))
  assert.deepEqual(await totals('A/c.mp3', 'A/a.mp3', 'A', 'B', ''), [2, 0, 2, 1, 3])
})

test('a folder named with a sign that SQL knows is still only itself', async t => {
  const library = await openLibrary(t, { 'A_/a.mp3': mp3, 'AB/a.mp3': mp3, '%/a.mp3': mp3 })
  for (const folder of ['A_', 'AB', '%']) await library.edit(`${folder}/a.mp3`, title('New'))
  for (const folder of ['A_', 'AB', '%']) assert.equal((await library.history(folder)).total, 1, folder)
})

test('a change that is being undone is not cleared from under the undo', async t => {
  const paths = Array.from({ length: 12 }, (_, i) => `${i}.mp3`)
  const library = await openLibrary(t, Object.fromEntries(paths.map(path => [path, mp3])))
  const { id = '' } = await library.change({ target: { paths }, edits: [{ op: 'delete' }] })
  const headers = { prefer: 'respond-async' }
  const started = await library.app.inject({ method: 'POST', url: `/api/v1/changes/${id}/undo`, headers })
  assert.equal(started.statusCode, 202)
  assert.equal((await library.app.inject({ method: 'DELETE', url: '/api/v1/changes' })).statusCode, 204)
  let state = ''
  do {
    await setImmediate()
    state = (await library.get(`/changes/${id}`)).body.state
  } while (state === 'running')
  assert.equal(state, 'undone')
  assert.deepEqual(
    library.entries().filter(entry => /^\d+\.mp3$/.test(entry)),
    paths.toSorted(),
  )
  assert.equal((await library.app.inject({ method: 'DELETE', url: '/api/v1/changes' })).statusCode, 204)
  assert.equal((await library.history()).total, 0)
})

test('the oldest changes go when there are more than HISTORY_LIMIT, and the others still undo exactly', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 }, { HISTORY_LIMIT: '2' })
  const ids: string[] = []
  for (const value of ['One', 'Two', 'Three']) ids.push((await library.edit('a.mp3', title(value))).id)
  assert.equal((await library.history()).total, 2)
  assertProblem(await library.post(`/changes/${ids[0]}/undo`), 404, 'CHANGE_NOT_FOUND')
  await library.undo(ids[2] ?? '')
  await library.undo(ids[1] ?? '')
  assert.deepEqual((await library.track('a.mp3')).tags.title, ['One'])
})

test('a cleared history is empty, and the files stay as they are', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  const { id } = await library.edit('a.mp3', title('New'))
  assert.equal((await library.app.inject({ method: 'DELETE', url: '/api/v1/changes' })).statusCode, 204)
  assert.equal((await library.history()).total, 0)
  assertProblem(await library.get(`/changes/${id}`), 404, 'CHANGE_NOT_FOUND')
  assert.deepEqual((await library.track('a.mp3')).tags.title, ['New'])
})

test('with STATE_DIR a change is undone exactly after a restart, and redone after another', async t => {
  const env = { STATE_DIR: temporaryFolder(t) }
  const first = await openLibrary(t, { 'a.mp3': mp3 }, env)
  const { id } = await first.edit('a.mp3', title('New'), { op: 'rename', to: 'b' })
  const changed = first.bytes('b.mp3')
  await first.app.close()

  const second = await openLibrary(t, {}, { ...env, MUSIC_DIR: first.root })
  assert.equal((await second.undo(id)).state, 'undone')
  assert.ok(second.bytes('a.mp3').equals(mp3))
  await second.app.close()

  const third = await openLibrary(t, {}, { ...env, MUSIC_DIR: first.root })
  assert.equal((await third.redo(id)).state, 'applied')
  assert.ok(third.bytes('b.mp3').equals(changed))
})

test('where the history was deleted, the next start leaves the edits as they are', async t => {
  const env = { STATE_DIR: temporaryFolder(t) }
  const roomy = makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Old')], padding: 500 } })
  const first = await openLibrary(t, { 'a.mp3': roomy }, env)
  await first.edit('a.mp3', title('New'))
  const edited = first.bytes('a.mp3')
  assert.equal(edited.length, roomy.length, 'written in place')
  await first.app.close()
  for (const name of readdirSync(env.STATE_DIR)) if (name.startsWith('state')) rmSync(join(env.STATE_DIR, name))
  const second = await openLibrary(t, {}, { ...env, MUSIC_DIR: first.root })
  assert.ok(second.bytes('a.mp3').equals(edited))
  assert.equal((await second.history()).total, 0)
})

test('a change that is running is not pushed out of the history by those that end before it', () => {
  const history = createHistory(openDatabase(null, assert.fail), 2, 1 << 30)
  const { id } = history.begin('the long one')
  const entry = {
    path: 'a.mp3',
    status: 'applied',
    revision: 'r',
    changes: [],
    problems: [],
    warnings: [],
    error: null,
  }
  const write = {
    kind: 'track' as const,
    pathBefore: 'a.mp3' as LibraryPath,
    path: 'a.mp3' as LibraryPath,
    revisionBefore: 'q',
    revision: 'r',
    toggle: new Uint8Array(4),
    journalId: null,
  }
  const record = (change: string) => history.recordFiles(change, [{ position: 0, entry: entry as ChangeFile, write }])
  for (const label of ['One', 'Two', 'Three']) {
    const short = history.begin(label)
    record(short.id)
    history.finish(short.id, 'applied', emptySummary)
  }
  record(id)
  history.finish(id, 'applied', emptySummary)
})

test('without STATE_DIR the history ends with the server', async t => {
  const first = await openLibrary(t, { 'a.mp3': mp3 })
  await first.edit('a.mp3', title('New'))
  await first.app.close()
  const second = await openLibrary(t, {}, { MUSIC_DIR: first.root })
  assert.equal((await second.history()).total, 0)
})

test('a new name that is taken is refused, also where it differs in case or Unicode form only', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3, 'Song.mp3': makeMp3(), 'é.mp3': makeMp3() })
  const before = library.state('a.mp3')
  for (const to of ['Song', 'SONG', 'song.MP3', 'e\u0301', 'É']) {
    const { status, error } = await library.edit('a.mp3', { op: 'rename', to })
    assert.deepEqual([status, error?.code], ['refused', 'TARGET_EXISTS'], to)
  }
  assert.deepEqual(library.state('a.mp3'), before)
  assert.ok(library.bytes('Song.mp3').equals(makeMp3()))
})

test('a name may change in case alone', async t => {
  const library = await openLibrary(t, { 'song.mp3': mp3 })
  assert.equal((await library.edit('song.mp3', { op: 'rename', to: 'Song' })).status, 'applied')
  assert.deepEqual(library.entries(), ['Song.mp3'])
})

test('two changes of different fields at once are both made, and both undone', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  const [one, two] = await Promise.all([
    library.edit('a.mp3', title('New')),
    library.edit('a.mp3', { op: 'set', field: 'artist', values: ['Someone'] }),
  ])
  const { tags } = await library.track('a.mp3')
  assert.deepEqual([one.status, two.status, tags], ['applied', 'applied', { title: ['New'], artist: ['Someone'] }])
  await library.undo(two.id)
  await library.undo(one.id)
  assert.ok(library.bytes('a.mp3').equals(mp3))
})

test('of two changes at once of the same revision one is made and the other is a conflict', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 }, { WORKERS: '2' })
  const { revision } = await library.track('a.mp3')
  const attempts = ['One', 'Two', 'Three'].map(value =>
    library.change({ target: { paths: ['a.mp3'] }, edits: [title(value)], revisions: { 'a.mp3': revision } }),
  )
  const files = (await Promise.all(attempts)).map(change => only(change.files))
  assert.deepEqual(files.map(({ status }) => status).sort(), ['applied', 'conflict', 'conflict'])
  const winner = files.find(({ status }) => status === 'applied')
  assert.deepEqual((await library.track('a.mp3')).tags.title, winner?.changes[0]?.after)
  assert.equal((await library.history()).total, 1)
})

const isRoot = process.getuid?.() === 0

test('a written file belongs to PUID and PGID where they are set', { skip: !isRoot }, async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 }, { PUID: '1234', PGID: '2345' })
  await library.edit('a.mp3', title('New'))
  const { uid, gid } = statSync(join(library.root, 'a.mp3'))
  assert.deepEqual([uid, gid], [1234, 2345])
})

test('a written file keeps owner and mode where they are not set', { skip: !isRoot }, async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  const path = join(library.root, 'a.mp3')
  chownSync(path, 1111, 2222)
  const before = statSync(path)
  await library.edit('a.mp3', title('New'))
  const { uid, gid, mode } = statSync(path)
  assert.deepEqual([uid, gid, mode], [1111, 2222, before.mode])
})
