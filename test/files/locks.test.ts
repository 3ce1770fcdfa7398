import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocks } from '../../src/files/lock.ts'

test('tasks of one key run one after the other in the order of asking, also where one throws', async () => {
  const locks = createLocks()
  const seen: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = locks.with(['a'], async () => {
    await gate.promise
    seen.push('first')
    throw new Error('on purpose')
  })
  const second = locks.with(['a'], async () => void seen.push('second'))
  const other = locks.with(['b'], async () => void seen.push('other'))
  await other
  gate.resolve()
  await assert.rejects(first, /on purpose/)
  await second
  assert.deepEqual(seen, ['other', 'first', 'second'])
})

test('tasks of several keys that cross each other all end', async () => {
  const locks = createLocks()
  const done = await Promise.all([
    locks.with(['a', 'b'], async () => 1),
    locks.with(['b', 'a'], async () => 2),
    locks.with(['a', 'a'], async () => 3),
  ])
  assert.deepEqual(done, [1, 2, 3])
})

test('a folder waits for what is being written below it, and what comes later below it waits for the folder', async () => {
  const locks = createLocks()
  const seen: string[] = []
  const [writing, moving] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const track = locks.with(['/m/A/B/a.mp3'], async () => {
    await writing.promise
    seen.push('track')
  })
  const folder = locks.with([{ below: '/m/A' }, '/m'], async () => {
    await moving.promise
    seen.push('folder')
  })
  const later = locks.with(['/m/A/b.mp3'], async () => void seen.push('later'))
  const inside = locks.with([{ below: '/m/A/B' }], async () => void seen.push('inside'))
  const beside = locks.with(['/m/A2/a.mp3'], async () => void seen.push('beside'))
  const above = locks.with(['/m/c.mp3'], async () => void seen.push('above'))
  await Promise.all([beside, above])
  assert.deepEqual(seen, ['beside', 'above'])
  moving.resolve()
  writing.resolve()
  await Promise.all([track, folder, later, inside])
  assert.deepEqual(seen.slice(2, 4), ['track', 'folder'])
  assert.deepEqual(new Set(seen.slice(4)), new Set(['later', 'inside']))
})
