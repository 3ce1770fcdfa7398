import { runTrackTask, type TrackTask } from '../src/changes/track-task.ts'
import { openJournal } from '../src/files/journal.ts'
import type { LibraryPath } from '../src/library/paths.ts'
import type { Edit } from '../src/schemas/change.ts'

/* A process that does the file work of one edit as a thread of the server would, for tests that kill it. */

export interface EditTask {
  music: string
  path: string
  edits: Edit[]
  stateDir: string | null
}

const { music, path, edits, stateDir } = JSON.parse(process.argv[2] ?? '') as EditTask
const task: TrackTask = {
  root: Buffer.from(music),
  path: path as LibraryPath,
  expected: null,
  work: { kind: 'edits', edits },
  pictures: [],
  owner: null,
  options: { id3Version: 4 },
  dryRun: false,
  session: '00000000',
}
const { file } = await runTrackTask(task, () => (stateDir === null ? null : openJournal(stateDir)))
console.log(file.status)
