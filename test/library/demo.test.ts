import assert from 'node:assert/strict'
import { existsSync, globSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { copyDemo } from '../../src/library/demo.ts'

const source = join(import.meta.dirname, '..', '..', 'demo')
const list = (folder: string) => globSync('**/*.*', { cwd: folder }).sort()

test('each demo library is a whole copy of its own, and goes without a trace', async () => {
  const [one, other] = [await copyDemo(), await copyDemo()]
  assert.notEqual(one.path, other.path)
  assert.deepEqual(list(one.path), list(source))
  rmSync(join(one.path, list(source)[0] ?? ''))
  assert.deepEqual(list(other.path), list(source))
  await Promise.all([one.remove(), other.remove()])
  assert.ok(!existsSync(one.path) && !existsSync(other.path))
})

test('the demo library is small enough to carry, and has what it is to show', () => {
  const files = list(source)
  const bytes = files.reduce((sum, file) => sum + statSync(join(source, file)).size, 0)
  assert.ok(bytes < 1_200_000, `${bytes} bytes`)
  for (const kind of ['mp3', 'flac', 'ogg', 'm4a'])
    assert.ok(
      files.some(file => file.endsWith(`.${kind}`)),
      kind,
    )
})
