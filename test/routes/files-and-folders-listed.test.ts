import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Edit } from '../../src/schemas/change.ts'
import { makeMp3, textFrame } from '../make-audio.ts'
import { type MusicLibrary, openLibrary } from '../music-library.ts'

const mp3 = makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Old')] } })

const listed = async (library: MusicLibrary, query: Record<string, string>): Promise<string[]> =>
  (await library.get('/tracks', { recursive: 'true', ...query })).body.items.map(({ path }: { path: string }) => path)

test('what is moved, deleted and brought back is listed where it is, and searched there, at once', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3, 'A/B/b.mp3': mp3, 'C/c.mp3': mp3 })
  const onFolder = (folder: string, ...edits: Edit[]) => library.change({ target: { folder }, edits })
  const expect = async (...paths: string[]) => {
    assert.deepEqual((await listed(library, {})).sort(), paths.sort())
    assert.deepEqual((await listed(library, { sort: 'title' })).sort(), paths.sort())
  }
  await expect('A/B/b.mp3', 'A/a.mp3', 'C/c.mp3')
  const moved = await library.edit('A/a.mp3', { op: 'move', to: 'C' })
  await expect('A/B/b.mp3', 'C/a.mp3', 'C/c.mp3')
  const renamed = await onFolder('C', { op: 'rename', to: 'D' })
  await expect('A/B/b.mp3', 'D/a.mp3', 'D/c.mp3')
  const gone = await onFolder('D', { op: 'delete' })
  await expect('A/B/b.mp3')
  const deleted = await library.edit('A/B/b.mp3', { op: 'delete' })
  await expect()
  for (const id of [deleted.id, gone.id, renamed.id, moved.id])
    assert.equal((await library.undo(id ?? '')).state, 'undone')
  await expect('A/B/b.mp3', 'A/a.mp3', 'C/c.mp3')
})

test('a folder does not move while a track in it is being written, and its history is right afterwards', async t => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`A/${i}.mp3`, mp3]))
  const library = await openLibrary(t, files, { WORKERS: '2' })
  const paths = Object.keys(files)
  const [tagged, renamed] = await Promise.all([
    library.change({ target: { paths }, edits: [{ op: 'set', field: 'title', values: ['New'] }] }),
    library.change({ target: { folder: 'A' }, edits: [{ op: 'rename', to: 'B' }] }),
  ])
  assert.equal(renamed.state, 'applied')
  const written = tagged.files.filter(({ status }) => status === 'applied').length
  assert.equal(
    written + tagged.files.filter(({ error }) => error?.code === 'TRACK_NOT_FOUND').length,
    30,
    JSON.stringify(tagged.files.map(f => f.error)),
  )
  assert.equal((await library.undo(tagged.id ?? renamed.id ?? '')).state, 'undone')
  if (tagged.id) await library.undo(renamed.id ?? '')
  for (const path of paths) assert.ok(library.bytes(path).equals(mp3), path)
})
