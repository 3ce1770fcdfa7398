import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { batchTime, emptyTrash, newBatch, trashName } from '../../src/files/trash.ts'
import { temporaryFolder } from '../build-app.ts'
import { makeMp3 } from '../make-audio.ts'
import { openLibrary, putFile } from '../music-library.ts'

const bytes = Buffer.from('x')
const day = 24 * 60 * 60 * 1000
const daysAgo = (days: number): string => newBatch(new Date(Date.now() - days * day))

function empty(root: string, days = 30, limit = 1000) {
  return emptyTrash(Buffer.from(join(root, trashName)), Buffer.from(root), Date.now() - days * day, limit)
}

test('the name of a batch tells its second, and nothing else is taken for one', () => {
  const now = new Date('2026-03-04T05:06:07.890Z')
  assert.match(newBatch(now), /^2026-03-04T05-06-07Z-[0-9a-f]{8}$/)
  assert.equal(batchTime(newBatch(now)), Date.parse('2026-03-04T05:06:07Z'))
  for (const name of ['', 'x', '2026-03-04', '2026-03-04T05-06-07Z', '2026-99-04T05-06-07Z-00000000', `${newBatch()}x`])
    assert.equal(batchTime(name), null, name)
})

test('what is older goes, whatever its own times say, and nothing else', t => {
  const root = temporaryFolder(t)
  const [old, young] = [daysAgo(31), daysAgo(29)]
  for (const path of [`${old}/A/B/a.mp3`, `${old}/A/cover.jpg`, `${young}/a.mp3`, 'by hand/a.mp3', '.ignore'])
    putFile(root, `${trashName}/${path}`, bytes)
  mkdirSync(join(root, trashName, old, 'empty'))
  utimesSync(join(root, trashName, young, 'a.mp3'), 0, 0)
  putFile(root, 'A/a.mp3', bytes)
  assert.deepEqual(empty(root), { removed: 6, failed: 0, left: 994, more: false })
  assert.deepEqual(readdirSync(join(root, trashName)).sort(), ['.ignore', young, 'by hand'].sort())
  assert.ok(existsSync(join(root, 'A/a.mp3')))
})

test('links in the trash are removed and not followed, and a trash that is a link is not entered', t => {
  const [root, outside] = [temporaryFolder(t), temporaryFolder(t)]
  putFile(outside, 'precious.mp3', bytes)
  putFile(outside, `${daysAgo(99)}/precious.mp3`, bytes)
  const old = daysAgo(31)
  mkdirSync(join(root, trashName, old), { recursive: true })
  symlinkSync(outside, join(root, trashName, old, 'folder'))
  symlinkSync(join(outside, 'precious.mp3'), join(root, trashName, old, 'file.mp3'))
  symlinkSync(outside, join(root, trashName, daysAgo(40)))
  assert.equal(empty(root).failed, 0)
  assert.deepEqual(readdirSync(join(root, trashName)), [])
  assert.equal(readdirSync(outside).length, 2)

  const other = temporaryFolder(t)
  symlinkSync(outside, join(other, trashName))
  assert.throws(() => empty(other))
  assert.equal(readdirSync(outside, { recursive: true }).length, 3)
})

test('a step removes so many entries and no more, and the next goes on; what is half gone can no longer come back', t => {
  const root = temporaryFolder(t)
  const old = daysAgo(31)
  for (let i = 0; i < 25; i++) putFile(root, `${trashName}/${old}/A/${i}.mp3`, bytes)
  assert.deepEqual(empty(root, 30, 10), { removed: 10, failed: 0, left: 0, more: true })
  assert.deepEqual(readdirSync(join(root, trashName)), [`emptying-${old}`])
  let steps = 1
  while (empty(root, 30, 10).more) steps++
  assert.deepEqual(readdirSync(join(root, trashName)), [])
  assert.equal(steps, 2)
})

const isRoot = process.getuid?.() === 0

test('what cannot be removed stays for another day, and the rest goes', { skip: !isRoot }, t => {
  const root = temporaryFolder(t)
  const old = daysAgo(31)
  for (const path of ['A/a.mp3', 'B/b.mp3']) putFile(root, `${trashName}/${old}/${path}`, bytes)
  for (const folder of ['', trashName, `${trashName}/${old}`]) chmodSync(join(root, folder), 0o777)
  chmodSync(join(root, trashName, old, 'A'), 0o777)
  process.seteuid?.(65534)
  try {
    const { removed, failed, more } = empty(root)
    assert.ok(removed >= 1 && failed === 1 && !more, JSON.stringify({ removed, failed, more }))
  } finally {
    process.seteuid?.(0)
  }
  assert.deepEqual(readdirSync(join(root, trashName, `emptying-${old}`)), ['B'])
  assert.equal(empty(root).failed, 0)
  assert.deepEqual(readdirSync(join(root, trashName)), [])
})

test('a start empties the trash of what is older than TRASH_DAYS, also where it is on a file system of its own; never keeps it', async t => {
  const root = temporaryFolder(t)
  const [old, young] = [daysAgo(8), daysAgo(6)]
  const plant = () => {
    for (const top of ['', 'mounted/'])
      for (const batch of [old, young]) putFile(root, `${top}${trashName}/${batch}/a.mp3`, bytes)
  }
  const left = () => ['', 'mounted'].flatMap(top => readdirSync(join(root, top, trashName)))
  plant()
  const keeping = await openLibrary(t, {}, { MUSIC_DIR: root, TRASH_DAYS: 'never' })
  await keeping.app.service.swept
  assert.equal(left().length, 4)
  const { app } = await openLibrary(t, {}, { MUSIC_DIR: root, TRASH_DAYS: '7' })
  await app.service.swept
  assert.deepEqual(left(), [young, young])
})

test('undo of what was emptied by the server says so, and the history that forgets leaves the trash to its time', async t => {
  const library = await openLibrary(t, { 'a.mp3': makeMp3(), 'b.mp3': makeMp3() }, { HISTORY_LIMIT: '1' })
  for (const path of ['a.mp3', 'b.mp3']) await library.edit(path, { op: 'delete' })
  assert.equal((await library.history()).total, 1)
  const trash = join(library.root, trashName)
  const batches = readdirSync(trash).filter(name => batchTime(name) !== null)
  assert.equal(batches.length, 2)
  const { removed } = emptyTrash(Buffer.from(trash), Buffer.from(library.root), Date.now() + day, 1000)
  assert.equal(removed, 4)
  const { items } = await library.history()
  const [file] = (await library.undo(items[0]?.id ?? '')).files
  assert.deepEqual([file?.path, file?.status, file?.error?.code], ['b.mp3', 'conflict', 'TRASH_EMPTIED'])
  assert.equal(readFileSync(join(trash, '.plexignore'), 'utf8'), '*\n')
})
