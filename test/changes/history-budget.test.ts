import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../../src/changes/database.ts'
import { createHistory, type History } from '../../src/changes/history.ts'
import { parsePath } from '../../src/library/paths.ts'

const summary = { applied: 1, unchanged: 0, conflict: 0, refused: 0, failed: 0 }

/** A change of one file whose undo takes `bytes`. */
function record(history: History, path: string, bytes: number): string {
  const { id } = history.begin(path)
  const entry = {
    path,
    status: 'applied' as const,
    revision: 'b',
    changes: [],
    problems: [],
    warnings: [],
    error: null,
  }
  const at = parsePath(path)
  const write = {
    kind: 'track' as const,
    pathBefore: at,
    path: at,
    revisionBefore: 'a',
    revision: 'b',
    toggle: new Uint8Array(bytes),
    journalId: null,
  }
  history.recordFiles(id, [{ position: 0, entry, write }])
  history.finish(id, 'applied', summary)
  return id
}

const labels = (history: History) => history.list({ limit: 10 }).items.map(({ label }) => label)

test('the oldest changes go when the bytes that their undo takes exceed the budget', () => {
  const history = createHistory(openDatabase(null, assert.fail), 1000, 10_000)
  for (const path of ['a', 'b', 'c']) record(history, path, 4000)
  assert.deepEqual(labels(history), ['c', 'b'])
})

test('the newest change stays, however large it is', () => {
  const history = createHistory(openDatabase(null, assert.fail), 1000, 10_000)
  record(history, 'a', 100)
  record(history, 'b', 50_000)
  assert.deepEqual(labels(history), ['b'])
  record(history, 'c', 100)
  assert.deepEqual(labels(history), ['c'])
})
