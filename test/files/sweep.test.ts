import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../build-app.ts'
import { openLibrary, putFile, stateOf } from '../music-library.ts'

const left = `.metadata-remote-0a0a0a0a-${'0a'.repeat(8)}.tmp`

test('a start removes our temporaries, in hidden folders too, and nothing that is only like them', async t => {
  const bytes = Buffer.from('x')
  const kept = ['.metadata-remote-.tmp', '.metadata-remote-notes.tmp', `${left}.mp3`, '.other.tmp']
  const library = await openLibrary(t, {
    [left]: bytes,
    [`A/B/${left}`]: bytes,
    [`.hidden/${left}`]: bytes,
    ...Object.fromEntries(kept.map(name => [`A/${name}`, bytes])),
  })
  await library.app.service.swept
  assert.deepEqual(library.entries(), ['.hidden', 'A', 'A/B', ...kept.map(name => `A/${name}`)].sort())
})

test('a start removes nothing outside the library', async t => {
  const outside = temporaryFolder(t)
  putFile(outside, left, Buffer.from('x'))
  const root = temporaryFolder(t)
  symlinkSync(outside, join(root, 'linked'))
  const { app } = await openLibrary(t, {}, { MUSIC_DIR: root })
  await app.service.swept
  assert.equal(stateOf(join(outside, left)).bytes.length, 1)
})
