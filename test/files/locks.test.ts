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
