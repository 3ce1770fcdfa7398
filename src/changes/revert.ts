import { CodedError } from '../errors.ts'
import { newBatch } from '../files/trash.ts'
import type { Library } from '../library/library.ts'
import { type LibraryPath, parentOf, parsePath } from '../library/paths.ts'
import type { Change, ChangeState, Difference } from '../schemas/change.ts'
import type { Pool } from '../workers/pool.ts'
import type { AnyEdit } from './edits/apply-edit.ts'
import type { FolderOutcome } from './folder-task.ts'
import type { AppliedWrite, History, RecordedFile } from './history.ts'
import { failure, type Outcome } from './outcome.ts'
import { type Pictures, storedPictures } from './pictures.ts'
import { type FileNote, folderWrite, noteOf, trackWrite } from './recording.ts'
import { emptySummary, report, stateOf } from './report.ts'
import type { Run, Runs, Started } from './runs.ts'
import type { FolderJob, Task, TaskRunner } from './task-runner.ts'
import { knownEnds } from './track-place.ts'
import type { PictureBytes, TrackOutcome } from './track-task.ts'
import { isTrashed } from './trash-place.ts'
import { wayOfFolder, wayOfTrack } from './way-back.ts'

/** Undo or redo, in the words that differ. */
export interface Direction {
  /** Whether files are undone afterwards. */
  readonly undone: boolean
  readonly code: 'CHANGE_NOT_UNDOABLE' | 'CHANGE_NOT_REDOABLE'
  readonly why: string
}

export const directions: Readonly<Record<'undo' | 'redo', Direction>> = {
  undo: { undone: true, code: 'CHANGE_NOT_UNDOABLE', why: 'The change is undone already, or still running.' },
  redo: { undone: false, code: 'CHANGE_NOT_REDOABLE', why: 'The change is not undone, so there is nothing to redo.' },
}

export interface ReverterDependencies {
  readonly history: History
  readonly pictures: Pictures
  readonly runner: TaskRunner
  readonly runs: Runs
  readonly library: Pick<Library, 'root'>
  readonly pool: Pick<Pool, 'run'>
  noteWritten(note: FileNote): void
  /** As for ChangesDependencies. */
  settled(): Promise<void>
}

interface Head {
  readonly id: string
  readonly label: string
  readonly createdAt: string
}

/** How one file of a change is turned: looked at only, or done and recorded. */
interface Turning {
  track(task: Task, file: RecordedFile, exact: boolean): Promise<TrackOutcome>
  folder(job: FolderJob, file: RecordedFile): Promise<FolderOutcome>
}

/** Turns recorded changes back and forth. */
export function createReverter({
  history,
  pictures,
  runner,
  runs,
  library,
  pool,
  noteWritten,
  settled,
}: ReverterDependencies) {
  const turning = new Set<string>()

  /** The entry and those of its files that are still to be turned. Throws CHANGE_NOT_FOUND, and where there is nothing to turn. */
  function demandTurnable(id: string, direction: Direction) {
    const entry = history.get(id)
    const files = history.files(id).filter(file => file.undone !== direction.undone)
    if (files.length === 0 || entry.state === 'running' || turning.has(id))
      throw new CodedError(direction.code, direction.why)
    const { label, createdAt } = entry
    return { head: { id, label, createdAt }, files }
  }

  async function plan(id: string, direction: Direction): Promise<Change> {
    const { head, files } = demandTurnable(id, direction)
    const looking: Turning = { track: task => runner.tracks.plan(task), folder: job => runner.folders.plan(job) }
    const outcomes = await turnFiles(id, files, direction, looking)
    return { ...head, state: 'planned', ...report(outcomes) }
  }

  function start(id: string, direction: Direction): Started {
    const { head, files } = demandTurnable(id, direction)
    turning.add(id)
    const release = history.hold(id)
    const run = runs.start(id, files.length)
    const change = {
      ...head,
      state: 'running' as const,
      summary: emptySummary,
      files: [],
      progress: { done: 0, total: files.length },
    }
    return { change, done: turn(run, head, files, direction).finally(release) }
  }

  async function turn(run: Run, head: Head, files: readonly RecordedFile[], direction: Direction): Promise<Change> {
    const { id } = head
    try {
      const outcomes = await turnFiles(id, files, direction, writing(id, run))
      const { summary, files: reported } = report(outcomes)
      const state = stateOf(summary, direction.undone ? 'undone' : 'applied', run.cancelled)
      history.setState(id, stateAfterTurn(history, id))
      const change = { ...head, state, summary, files: reported }
      await tidy(files)
      await settled()
      runs.end(run, change)
      return change
    } catch (error) {
      runs.abandon(run)
      throw error
    } finally {
      turning.delete(id)
    }
  }

  /** What came back from the trash leaves empty folders there. */
  async function tidy(files: readonly RecordedFile[]): Promise<void> {
    const paths = files.flatMap(({ path }) => (path !== null && isTrashed(path) ? [parentOf(path)] : []))
    if (paths.length === 0) return
    await pool.run('tidyTrash', { root: library.root, paths: [...new Set(paths)] }).catch(() => {})
  }

  function writing(id: string, run: Run): Turning {
    /** Records what was turned; what was so already, too. */
    function settle({ position }: RecordedFile, status: string, write: AppliedWrite | null, exact: boolean): void {
      if (write) {
        history.recordToggle(id, position, write, exact)
        noteWritten(noteOf(write))
      } else if (status === 'unchanged') history.recordTurned(id, position)
    }
    return {
      track: (task, file, exact) =>
        runner.tracks.write(task, run, ({ applied, file: reported }) => {
          for (const picture of applied?.removed ?? []) pictures.keep(picture)
          settle(file, reported.status, applied && trackWrite(task.path, applied), exact)
        }),
      folder: (job, file) =>
        runner.folders.write(job, run, ({ applied, file: reported }) =>
          settle(file, reported.status, applied && folderWrite(applied), false),
        ),
    }
  }

  /** Folders that the change made are there before anything comes into them, and go when all have left; outcomes in the order of `files`. */
  async function turnFiles(id: string, files: readonly RecordedFile[], direction: Direction, how: Turning) {
    const batch = newBatch()
    const made = files.filter(isMade)
    const others = files.filter(file => !isMade(file))
    const outcomes = new Map<RecordedFile, Outcome<unknown>>()
    const turnMade = async (each: readonly RecordedFile[]) => {
      for (const file of each) outcomes.set(file, await turnFolder(file, direction, batch, how))
    }
    if (!direction.undone) await turnMade(made)
    await runner.inLanes(others, async file => {
      const turned = file.kind === 'folder' ? turnFolder : turnTrack
      outcomes.set(file, await turned(file, direction, batch, how, id))
    })
    if (direction.undone) await turnMade(made.toReversed())
    return files.map(file => outcomes.get(file) as Outcome<unknown>)
  }

  /** Exactly where the file is in the state that the change left; otherwise by value. */
  async function turnTrack(
    file: RecordedFile,
    direction: Direction,
    batch: string,
    how: Turning,
    id: string,
  ): Promise<TrackOutcome> {
    const { path, entry } = file
    if (path === null) {
      const lost = new CodedError(
        'TRACK_NOT_FOUND',
        'The file is no longer where it was, and another has taken its place.',
      )
      return failure(parsePath(entry.path), lost)
    }
    const differences = direction.undone ? entry.changes.map(reversed) : entry.changes
    const values = differences.filter(difference => difference.kind !== 'path')
    let way: LibraryPath | null
    try {
      way = wayOfTrack(file, differences)
    } catch (error) {
      return failure(parsePath(entry.path), error)
    }
    const sideFiles = { known: knownEnds(entry.changes) }
    const common = { path, sideFiles, batch, pictures: [] }
    if (way === null) {
      const work = { kind: 'edits', edits: [{ op: 'delete' }] } as const
      return how.track({ ...common, expected: null, work }, file, false)
    }
    if (file.fits && file.revision !== null) {
      const work = { kind: 'splices', splices: history.toggle(id, file.position), differences: values } as const
      const outcome = await how.track({ ...common, expected: file.revision, work, place: way }, file, true)
      if (outcome.file.error?.code !== 'REVISION_CONFLICT') return outcome
    }
    const edits: AnyEdit[] = values.map(difference => ({ op: 'restore', difference }) as const)
    const work = { kind: 'edits', edits } as const
    return how.track(
      { ...common, expected: null, work, place: way, pictures: picturesIn(values, pictures) },
      file,
      false,
    )
  }

  async function turnFolder(
    file: RecordedFile,
    direction: Direction,
    batch: string,
    how: Turning,
  ): Promise<FolderOutcome> {
    const [difference] = direction.undone ? file.entry.changes.map(reversed) : file.entry.changes
    try {
      const { path, work } = wayOfFolder(file, difference as Difference, history.isAwaited)
      return await how.folder({ path, work, expected: work.kind === 'create' ? null : file.revision, batch }, file)
    } catch (error) {
      return failure(parsePath(file.entry.path), error)
    }
  }

  return { plan, start }
}

/** Whether a file of a change is a folder that the change made. */
const isMade = ({ kind, entry }: RecordedFile): boolean => kind === 'folder' && entry.changes[0]?.before.length === 0

function picturesIn(differences: readonly Difference[], pictures: Pictures): PictureBytes[] {
  return storedPictures(
    pictures,
    differences.flatMap(({ kind, after }) => (kind === 'picture' ? after : [])),
  )
}

const reversed = (difference: Difference): Difference => ({
  ...difference,
  before: difference.after,
  after: difference.before,
})

/** The state of an entry by which of its files are undone. */
function stateAfterTurn(history: History, id: string): ChangeState {
  const files = history.files(id)
  const undone = files.filter(file => file.undone).length
  if (undone === files.length) return 'undone'
  return undone > 0 ? 'partial' : stateOf(history.get(id).summary, 'applied')
}
