import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePath } from '../../src/library/paths.ts'
import { createPool } from '../../src/workers/pool.ts'
import { temporaryFolder } from '../build-app.ts'
import { makeMp3, pictureFrame } from '../make-audio.ts'
import { putFile } from '../music-library.ts'

test('a thread that does not come back from reading is ended, and the next task finds another', async t => {
  const root = temporaryFolder(t)
  putFile(root, 'a.mp3', makeMp3({ id3v2: { version: 4, frames: [pictureFrame(Buffer.alloc(8 * 1024 * 1024))] } }))
  const pool = createPool(1, null)
  t.after(() => pool.close())
  const place = { root: Buffer.from(root), path: parsePath('a.mp3'), options: { id3Version: 4 as const } }
  // A millisecond is too short for anything: as good as a file that never ends.
  await assert.rejects(pool.read('track', place, 1), { code: 'MALFORMED_FILE' })
  const track = await pool.read('track', place, 60_000)
  assert.equal(track.pictures.length, 1)
})

test('waiting for a thread does not count as reading', async t => {
  const root = temporaryFolder(t)
  putFile(root, 'a.mp3', makeMp3())
  const pool = createPool(1, null)
  t.after(() => pool.close())
  const place = { root: Buffer.from(root), path: parsePath('a.mp3'), options: { id3Version: 4 as const } }
  // The thread itself takes longer than that to start.
  const all = Array.from({ length: 100 }, () => pool.read('track', place, 60))
  for (const { container } of (await Promise.all(all)).map(({ audio }) => audio ?? { container: null }))
    assert.equal(container, 'MPEG')
})
