import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { emptyTrash, trashName } from '../../src/files/trash.ts'
import { temporaryFolder } from '../build-app.ts'
import { only, openLibrary, putFile } from '../music-library.ts'

const run = promisify(execFile)

/** Does `work` while `path` is another view of a folder of the same disk; false where this user may not mount. */
async function whileMounted(source: string, path: string, work: () => Promise<void> | void): Promise<boolean> {
  try {
    await run('mount', ['--bind', source, path])
  } catch {
    return false
  }
  try {
    await work()
  } finally {
    await run('umount', ['-l', path])
  }
  return true
}

const mayNot = 'this user may not mount'

test('a folder in which something is mounted is neither moved nor deleted', async t => {
  const library = await openLibrary(t, { 'A/B/a.mp3': Buffer.from('a') })
  mkdirSync(join(library.root, 'A/B/a b'))
  const was = await whileMounted(temporaryFolder(t), join(library.root, 'A/B/a b'), async () => {
    const before = library.entries()
    for (const edits of [[{ op: 'delete' as const }], [{ op: 'rename' as const, to: 'C' }]]) {
      const { error } = only((await library.change({ target: { folder: 'A' }, edits })).files)
      assert.equal(error?.code, 'CROSS_DEVICE')
      assert.deepEqual(library.entries(), before)
    }
  })
  if (!was) t.skip(mayNot)
})

test('what is mounted in the trash is not emptied', async t => {
  const [root, elsewhere] = [temporaryFolder(t), temporaryFolder(t)]
  putFile(elsewhere, 'theirs.mp3', Buffer.from('theirs'))
  const trash = join(root, trashName)
  const place = join(trash, '2020-01-01T00-00-00Z-00000000/A')
  putFile(trash, '2020-01-01T00-00-01Z-00000000/ours.mp3', Buffer.from('ours'))
  mkdirSync(place, { recursive: true })
  const was = await whileMounted(elsewhere, place, () => {
    const { removed, failed } = emptyTrash(Buffer.from(trash), Buffer.from(root), Date.now(), 100)
    assert.deepEqual([removed, failed], [2, 1])
    assert.deepEqual(readdirSync(elsewhere), ['theirs.mp3'])
    assert.deepEqual(readdirSync(trash), ['2020-01-01T00-00-00Z-00000000'])
  })
  if (!was) t.skip(mayNot)
})
