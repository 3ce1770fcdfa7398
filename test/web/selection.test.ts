import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  carrySelection,
  nothingSelected,
  type Selection,
  selectAt,
  selectByKey,
  selectOnly,
} from '../../src/web/model/selection.ts'

const order = ['a', 'b', 'c', 'd', 'e']
const plain = { toggle: false, extend: false }
const ctrl = { toggle: true, extend: false }
const shift = { toggle: false, extend: true }
const chosen = (selection: Selection | null) => [...(selection?.paths ?? [])].sort().join('')

test('a click chooses one, with Ctrl one more, with Ctrl again one less', () => {
  let now = selectAt(nothingSelected, order, 'b', plain)
  assert.equal(chosen(now), 'b')
  now = selectAt(now, order, 'd', ctrl)
  assert.equal(chosen(now), 'bd')
  now = selectAt(now, order, 'b', ctrl)
  assert.equal(chosen(now), 'd')
})

test('a click with Shift chooses the range from the anchor, which stays', () => {
  let now = selectAt(selectOnly('c'), order, 'e', shift)
  assert.equal(chosen(now), 'cde')
  now = selectAt(now, order, 'a', shift)
  assert.equal(chosen(now), 'abc')
})

test('Ctrl with Shift adds the range to what is chosen', () => {
  const two = selectAt(selectOnly('a'), order, 'c', ctrl)
  assert.equal(chosen(selectAt(two, order, 'e', { toggle: true, extend: true })), 'acde')
})

test('arrows move the choice, with Shift they stretch it, and stop at the ends', () => {
  const down = selectByKey(selectOnly('d'), order, 'ArrowDown', plain, 3)
  assert.equal(chosen(down), 'e')
  assert.equal(chosen(selectByKey(down ?? nothingSelected, order, 'ArrowDown', plain, 3)), 'e')
  assert.equal(chosen(selectByKey(selectOnly('b'), order, 'ArrowUp', shift, 3)), 'ab')
  assert.equal(chosen(selectByKey(selectOnly('a'), order, 'PageDown', plain, 3)), 'd')
  assert.equal(chosen(selectByKey(selectOnly('c'), order, 'End', shift, 3)), 'cde')
})

test('the first arrow down chooses the first row', () => {
  assert.equal(chosen(selectByKey(nothingSelected, order, 'ArrowDown', plain, 3)), 'a')
})

test('Ctrl with an arrow moves the cursor alone, and space then adds what it is on', () => {
  const moved = selectByKey(selectOnly('a'), order, 'ArrowDown', ctrl, 3)
  assert.equal(chosen(moved), 'a')
  assert.equal(moved?.focus, 'b')
  assert.equal(chosen(selectByKey(moved ?? nothingSelected, order, ' ', plain, 3)), 'ab')
})

test('Ctrl+A chooses all and other keys mean nothing', () => {
  assert.equal(chosen(selectByKey(selectOnly('c'), order, 'a', ctrl, 3)), 'abcde')
  assert.equal(selectByKey(selectOnly('c'), order, 'x', plain, 3), null)
  assert.equal(selectByKey(nothingSelected, [], 'ArrowDown', plain, 3), null)
})

test('a selection follows renames and lets go of what is gone', () => {
  const three = selectAt(selectOnly('a'), order, 'c', shift)
  const now = carrySelection(three, ['b2', 'c', 'd'], new Map([['b', 'b2']]))
  assert.deepEqual([...now.paths].sort(), ['b2', 'c'])
  assert.equal(now.focus, 'c')
  assert.equal(now.anchor, null)
})
