import { openDatabase } from '../../src/changes/database.ts'
import { type FolderTask, runFolderTask } from '../../src/changes/folder-task.ts'
import { createHistory } from '../../src/changes/history.ts'
import { folderWrite, madeEntries, positionsOfMade, trackWrite } from '../../src/changes/recording.ts'
import { runTrackTask } from '../../src/changes/track-task.ts'
import { openJournal } from '../../src/files/journal.ts'
import type { LibraryPath } from '../../src/library/paths.ts'
import type { Edit } from '../../src/schemas/change.ts'
import type { Moment } from './write-and-die.ts'

/* A process that moves a file or folder and records it, as the server does and with nothing else of it; and that dies on cue. */

export interface MoveTask {
  readonly music: string
  readonly stateDir: string
  readonly path: string
  readonly work: readonly Edit[] | FolderTask['work']
  readonly die: Moment | null
}

const task = JSON.parse(process.argv[2] ?? '') as MoveTask
const dieAt = (moment: Moment): void => {
  if (task.die === moment) process.kill(process.pid, 'SIGKILL')
}

const database = openDatabase(task.stateDir, () => {})
const history = createHistory(database, 10_000, 1 << 30)
if (task.die === 'recording') {
  database.function('die', () => {
    dieAt('recording')
    return 0
  })
  database.exec('CREATE TEMP TRIGGER dying AFTER INSERT ON change_file BEGIN SELECT die(); END')
}
const { id } = history.begin('a change')
const path = task.path as LibraryPath
const common = { root: Buffer.from(task.music), path, expected: null, owner: null, dryRun: false }
const journal = () => openJournal(task.stateDir)
const outcome =
  'kind' in task.work
    ? runFolderTask({ ...common, work: task.work }, journal)
    : await runTrackTask(
        {
          ...common,
          work: { kind: 'edits', edits: task.work },
          pictures: [],
          options: { id3Version: 4 },
          session: '00000000',
        },
        journal,
      )
dieAt('written')
const { applied, file, made } = outcome
if (!applied) throw new Error(JSON.stringify(file))
const write = 'undo' in applied ? trackWrite(path, applied) : folderWrite(applied)
history.recordFiles(id, [{ position: 0, entry: file, write }, ...madeEntries(made, positionsOfMade())])
dieAt('recorded')
history.finish(id, 'applied', { applied: 1, unchanged: 0, refused: 0, conflict: 0, failed: 0 })
dieAt('finished')
console.log('alive')
