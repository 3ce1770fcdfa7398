import assert from 'node:assert/strict'
import fs, { chmodSync, statSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { openFolder } from '../../src/files/folder.ts'
import { openJournal } from '../../src/files/journal.ts'
import { recoverJournal } from '../../src/files/recovery.ts'
import { openTrack, writeTrack } from '../../src/files/write.ts'
import { temporaryFolder } from '../build-app.ts'
import { makeMp3, textFrame } from '../make-audio.ts'
import { openLibrary } from '../music-library.ts'

const roomy = makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Old')], padding: 500 } })
const isRoot = process.getuid?.() === 0

test('who may write a file without owning it edits it in place, and undoes that', { skip: !isRoot }, async t => {
  const stateDir = temporaryFolder(t)
  const library = await openLibrary(t, { 'a.mp3': roomy }, { STATE_DIR: stateDir })
  for (const folder of [stateDir, library.root]) chmodSync(folder, 0o777)
  chmodSync(join(library.root, 'a.mp3'), 0o666)
  const { ino, uid } = library.state('a.mp3')
  process.seteuid?.(65534)
  try {
    const { id, status, error } = await library.edit('a.mp3', { op: 'set', field: 'title', values: ['New'] })
    assert.deepEqual([status, error], ['applied', null])
    assert.deepEqual([library.state('a.mp3').ino, library.state('a.mp3').uid], [ino, uid])
    await library.undo(id)
    assert.ok(library.bytes('a.mp3').equals(roomy))
  } finally {
    process.seteuid?.(0)
  }
})

test('a file that a failing disk does not let us turn back is turned back at the next start, whatever was written since', async t => {
  const [root, stateDir] = [temporaryFolder(t), temporaryFolder(t)]
  const [name, other] = [Buffer.from('a.mp3'), Buffer.from('b.mp3')]
  for (const file of [name, other]) writeFileSync(join(root, String(file)), 'old bytes')
  const folderPath = Buffer.from(root)
  const folder = openFolder(folderPath, folderPath)
  const journal = openJournal(stateDir)
  const write = (file: Buffer, check: () => Promise<void>) =>
    writeTrack({
      folder,
      folderPath,
      name: file,
      newName: file,
      track: openTrack(folder, file),
      splices: [{ offset: 0, remove: 3, insert: Buffer.from('NEW') }],
      toggle: new Uint8Array(0),
      owner: null,
      session: '00000000',
      journal,
      check,
    })
  const { writeSync } = fs
  const failing = write(name, async () => {
    fs.writeSync = () => {
      throw Object.assign(new Error('made up'), { code: 'EIO' })
    }
    syncBuiltinESMExports()
    throw new Error('the check failed')
  })
  await assert.rejects(failing, /the next start of the server turns it back/)
  fs.writeSync = writeSync
  syncBuiltinESMExports()
  const settled = new Map<string | undefined, number>()
  for (let i = 0; i < 3; i++) {
    const { journalId } = await write(other, async () => {})
    settled.set(journalId?.journal, journalId?.number ?? 0)
    fs.writeFileSync(join(root, 'b.mp3'), 'old bytes')
  }
  folder.close()
  recoverJournal(stateDir, record => (settled.get(record.journal) ?? 0) >= record.number)
  assert.equal(fs.readFileSync(join(root, 'a.mp3'), 'utf8'), 'old bytes')
  assert.equal(statSync(join(root, 'a.mp3')).size, 9)
})
