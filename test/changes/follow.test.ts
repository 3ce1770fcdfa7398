import assert from 'node:assert/strict'
import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDatabase } from '../../src/changes/database.ts'
import { createFollower } from '../../src/changes/follow.ts'
import { revisionOf } from '../../src/files/revision.ts'
import { parsePath } from '../../src/library/paths.ts'
import { temporaryFolder } from '../build-app.ts'

/** Files on the disk, and those of them that the history knows. */
function setUp(t: TestContext, onDisk: readonly string[], known: readonly string[]) {
  const root = temporaryFolder(t)
  const database = openDatabase(null, () => {})
  t.after(() => database.close())
  for (const path of onDisk) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), path)
  }
  const insert = database.prepare('INSERT INTO file (kind, path, revision, state) VALUES (?, ?, ?, 1)')
  for (const path of known) insert.run('track', path, revisionOf(statSync(join(root, path), { bigint: true })))
  const follow = createFollower(database, Buffer.from(root))
  return {
    root,
    follow: (...moved: readonly (readonly [string, string])[]) =>
      follow(moved.map(([from, to]) => ({ from: parsePath(from), to: parsePath(to) }))),
    paths: () =>
      database
        .prepare('SELECT path FROM file ORDER BY id')
        .all()
        .map(({ path }) => path),
  }
}

test('a track that another program moved is followed, and those that changed places, too', t => {
  const { root, follow, paths } = setUp(t, ['a.mp3', 'b.mp3', 'c.mp3'], ['a.mp3', 'b.mp3', 'c.mp3'])
  renameSync(join(root, 'a.mp3'), join(root, 'x'))
  renameSync(join(root, 'b.mp3'), join(root, 'a.mp3'))
  renameSync(join(root, 'x'), join(root, 'b.mp3'))
  renameSync(join(root, 'c.mp3'), join(root, 'd.mp3'))
  follow(['a.mp3', 'b.mp3'], ['b.mp3', 'a.mp3'], ['c.mp3', 'd.mp3'])
  assert.deepEqual(paths(), ['b.mp3', 'a.mp3', 'd.mp3'])
})

test('a scan that comes upon a move of ours, or tells of it too late, takes nothing from the history', t => {
  const { root, follow, paths } = setUp(t, ['New/a.mp3', 'Old/b.mp3'], ['New/a.mp3', 'Old/b.mp3'])
  // Moved from Old/a.mp3, and recorded.
  follow(['Old/a.mp3', 'New/a.mp3'])
  assert.deepEqual(paths(), ['New/a.mp3', 'Old/b.mp3'])
  // Moved to New/b.mp3 and back again since.
  follow(['Old/b.mp3', 'New/b.mp3'])
  assert.deepEqual(paths(), ['New/a.mp3', 'Old/b.mp3'])
  renameSync(join(root, 'Old/b.mp3'), join(root, 'New/b.mp3'))
  follow(['Old/b.mp3', 'New/b.mp3'])
  assert.deepEqual(paths(), ['New/a.mp3', 'New/b.mp3'])
})
