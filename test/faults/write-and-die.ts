import { openDatabase } from '../../src/changes/database.ts'
import { createHistory } from '../../src/changes/history.ts'
import { openFolder } from '../../src/files/folder.ts'
import { openJournal } from '../../src/files/journal.ts'
import { decodeSplices, encodeToggle, inverse, splicedSource } from '../../src/files/splice.ts'
import { openTrack, writeTrack } from '../../src/files/write.ts'
import type { LibraryPath } from '../../src/library/paths.ts'

/*
 * A process that writes one file and records it, as the server does and with nothing else of it, so that it starts quickly; and
 * that dies on cue: at a call of the file system (see faulty-disk.ts), or between and within what the history does.
 */

export interface WriteTask {
  readonly music: string
  readonly stateDir: string
  readonly folder: string
  readonly name: string
  readonly newName: string
  /** As encodeSplices makes them, in base64. */
  readonly splices: string
  readonly die: Moment | null
}

export type Moment = 'written' | 'recording' | 'recorded' | 'finished'

const task = JSON.parse(process.argv[2] ?? '') as WriteTask
const dieAt = (moment: Moment): void => {
  if (task.die === moment) process.kill(process.pid, 'SIGKILL')
}

const database = openDatabase(task.stateDir, () => {})
const history = createHistory(database, 10_000, 1 << 30)
if (task.die === 'recording') {
  // In the middle of the transaction: the file is in the history already, and its journal's record not yet settled.
  database.function('die', () => {
    dieAt('recording')
    return 0
  })
  database.exec('CREATE TEMP TRIGGER dying AFTER INSERT ON change_file BEGIN SELECT die(); END')
}
const journal = openJournal(task.stateDir)
const folderPath = Buffer.from(`${task.music}/${task.folder}`)
const folder = openFolder(folderPath, Buffer.from(task.music))
const track = openTrack(folder, Buffer.from(task.name))
const splices = decodeSplices(Buffer.from(task.splices, 'base64'))
const undo = encodeToggle(splicedSource(track.source, splices), inverse(track.source, splices))
const { id } = history.begin('a change')
const { revision, journalId } = await writeTrack({
  folder,
  folderPath,
  name: Buffer.from(task.name),
  newName: Buffer.from(task.newName),
  track,
  splices,
  toggle: undo,
  owner: null,
  session: '00000000',
  journal,
  check: async () => {},
})
dieAt('written')
const pathBefore = `${task.folder}/${task.name}` as LibraryPath
const path = `${task.folder}/${task.newName}` as LibraryPath
const moved = path === pathBefore ? [] : [{ kind: 'path' as const, field: 'path', before: [pathBefore], after: [path] }]
history.recordFiles(id, [
  {
    position: 0,
    entry: { path: pathBefore, status: 'applied', revision, changes: moved, problems: [], warnings: [], error: null },
    write: { kind: 'track', pathBefore, path, revisionBefore: track.revision, revision, toggle: undo, journalId },
  },
])
dieAt('recorded')
history.finish(id, 'applied', { applied: 1, unchanged: 0, refused: 0, conflict: 0, failed: 0 })
dieAt('finished')
console.log('alive')
