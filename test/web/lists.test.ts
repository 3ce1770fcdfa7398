import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeHead, ChangeState } from '../../src/schemas/change.ts'
import { audioParts, formatBytes, formatDuration, trackPosition } from '../../src/web/model/format.ts'
import { nextRedo, nextUndo } from '../../src/web/model/history-order.ts'
import { allRowsUpTo, scrollToRow, windowRows } from '../../src/web/model/row-window.ts'
import { pathsDownTo, treeRows } from '../../src/web/model/tree-rows.ts'

test('short lists are drawn whole, long ones around the view', () => {
  assert.deepEqual(windowRows(allRowsUpTo, 20, 4000, 400), { start: 0, end: allRowsUpTo })
  const { start, end } = windowRows(50_000, 20, 100_000, 400)
  assert.ok(start <= 5000 && end >= 5020 && end - start < 100)
})

test('the window stays within the list, also after it became shorter', () => {
  const { start, end } = windowRows(1000, 20, 10_000_000, 400)
  assert.ok(start < end && end <= 1000)
  assert.deepEqual(windowRows(0, 20, 0, 400), { start: 0, end: 0 })
})

test('a row is scrolled into view by as little as possible', () => {
  assert.equal(scrollToRow(5, 20, 0, 400), 0)
  assert.equal(scrollToRow(30, 20, 0, 400), 220)
  assert.equal(scrollToRow(2, 20, 200, 400), 40)
})

const entry = (id: string, state: ChangeState): ChangeHead => ({
  id,
  state,
  label: id,
  createdAt: '2026-01-01T00:00:00.000Z',
  summary: { applied: 1, unchanged: 0, conflict: 0, refused: 0, failed: 0 },
})

test('undo takes the newest change in force, redo the one undone last', () => {
  const entries = [entry('d', 'undone'), entry('c', 'undone'), entry('b', 'partial'), entry('a', 'undone')]
  assert.equal(nextUndo(entries)?.id, 'b')
  assert.equal(nextRedo(entries)?.id, 'c')
})

test('with everything undone, the oldest comes back first; with nothing undone, none', () => {
  assert.equal(nextRedo([entry('b', 'undone'), entry('a', 'undone')])?.id, 'a')
  assert.equal(nextRedo([entry('b', 'applied'), entry('a', 'undone')]), null)
  assert.equal(nextUndo([entry('a', 'failed')]), null)
})

test('the tree shows what is open, with each row knowing its place', () => {
  const folder = (path: string, folders: number) => ({ path, name: path.split('/').at(-1) ?? '', folders, tracks: 3 })
  const children = new Map([
    ['', [folder('A', 2), folder('B', 0)]],
    ['A', [folder('A/x', 0), folder('A/y', 0)]],
  ])
  const rows = treeRows('Music', children, new Set(['', 'A']))
  assert.deepEqual(
    rows.map(row => [row.path, row.level, row.position, row.setSize, row.expandable, row.expanded]),
    [
      ['', 1, 1, 1, true, true],
      ['A', 2, 1, 2, true, true],
      ['A/x', 3, 1, 2, false, false],
      ['A/y', 3, 2, 2, false, false],
      ['B', 2, 2, 2, false, false],
    ],
  )
  assert.equal(treeRows('Music', children, new Set()).length, 1)
})

test('the way down to a folder names each folder on it', () => {
  assert.deepEqual(pathsDownTo(''), [''])
  assert.deepEqual(pathsDownTo('A/B'), ['', 'A', 'A/B'])
})

test('durations, sizes and properties read as a person says them', () => {
  assert.equal(formatDuration(187.4), '3:07')
  assert.equal(formatDuration(3723), '1:02:03')
  assert.equal(formatBytes(999), '999 B')
  assert.equal(formatBytes(12_345), '12 kB')
  assert.equal(formatBytes(999_999), '1.0 MB')
  const audio = { container: 'MPEG', codec: 'MPEG 1 Layer 3', lossless: false, bitsPerSample: null }
  assert.deepEqual(audioParts({ ...audio, duration: 2, bitrate: 64_000, sampleRate: 44_100, channels: 2 }), [
    '0:02',
    'MP3',
    '64 kbit/s',
    '44.1 kHz',
    'stereo',
  ])
})

test('the number column names the disc where there are several', () => {
  assert.equal(trackPosition({ tracknumber: ['4'] }), '4')
  assert.equal(trackPosition({ tracknumber: ['4'], discnumber: ['1'], totaldiscs: ['1'] }), '4')
  assert.equal(trackPosition({ tracknumber: ['4'], discnumber: ['1'], totaldiscs: ['2'] }), '1.4')
  assert.equal(trackPosition({}), '')
})
