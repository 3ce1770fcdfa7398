import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { test } from 'node:test'
import { makeMp3, textFrame } from '../make-audio.ts'
import { openLibrary } from '../music-library.ts'

const mp3 = makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Old')] } })
const bytesOf = (...parts: (string | number | Buffer)[]): Buffer =>
  Buffer.concat(parts.map(part => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part as string))))

test('a file and a folder whose names are not UTF-8 are listed, edited, renamed and undone like others', {
  skip: platform() !== 'linux',
}, async t => {
  const library = await openLibrary(t)
  const folder = bytesOf(library.root, '/Caf', 0xe9)
  const file = bytesOf(folder, '/na', 0xef, 'f.mp3')
  mkdirSync(folder)
  writeFileSync(file, mp3)
  const { items, total } = (await library.get('/tracks', { recursive: 'true' })).body
  assert.deepEqual([items.length, total, items[0]?.tags], [1, 1, { title: ['Old'] }])

  const { path } = items[0] as { path: string }
  const edit = await library.edit(path, { op: 'set', field: 'title', values: ['New'] })
  assert.equal(edit.status, 'applied')
  assert.deepEqual((await library.track(path)).tags.title, ['New'])
  const rename = await library.edit(path, { op: 'rename', to: 'plain' })
  assert.equal(rename.status, 'applied')
  assert.deepEqual(readdirSync(folder).map(String), ['plain.mp3'])
  await library.undo(rename.id)
  await library.undo(edit.id)
  assert.ok(readFileSync(file).equals(mp3))
})
