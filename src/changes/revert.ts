import { CodedError } from '../errors.ts'
import { type LibraryPath, nameOf, parsePath } from '../library/paths.ts'
import type { Change, ChangeState, Difference } from '../schemas/change.ts'
import type { AnyEdit } from './edits/apply-edit.ts'
import type { AppliedWrite, History, RecordedFile } from './history.ts'
import { type Pictures, storedPictures } from './pictures.ts'
import { emptySummary, report, stateOf } from './report.ts'
import type { Run, Runs, Started } from './runs.ts'
import type { Task, TrackRunner } from './track-runner.ts'
import { failure, type PictureBytes, type TrackOutcome } from './track-task.ts'

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
  readonly runner: TrackRunner
  readonly runs: Runs
}

/** Turns recorded changes back and forth. */
export function createReverter({ history, pictures, runner, runs }: ReverterDependencies) {
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
    const outcomes = await runner.inLanes(files, file => turnFile(id, file, direction, task => runner.plan(task)))
    return { ...head, state: 'planned', ...report(outcomes) }
  }

  function start(id: string, direction: Direction): Started {
    const { head, files } = demandTurnable(id, direction)
    turning.add(id)
    const run = runs.start(id, files.length)
    const change = {
      ...head,
      state: 'running' as const,
      summary: emptySummary,
      files: [],
      progress: { done: 0, total: files.length },
    }
    return { change, done: turn(run, head, files, direction) }
  }

  async function turn(
    run: Run,
    head: { id: string; label: string; createdAt: string },
    files: readonly RecordedFile[],
    direction: Direction,
  ): Promise<Change> {
    const { id } = head
    try {
      const outcomes = await runner.inLanes(files, file => turnFile(id, file, direction, writing(id, file, run)))
      const { summary, files: reported } = report(outcomes)
      const state = stateOf(summary, direction.undone ? 'undone' : 'applied', run.cancelled)
      history.setState(id, stateAfterTurn(history, id))
      const change = { ...head, state, summary, files: reported }
      runs.end(run, change)
      return change
    } catch (error) {
      runs.abandon(run)
      throw error
    } finally {
      turning.delete(id)
    }
  }

  type Execute = (task: Task, exact: boolean, pathBefore: LibraryPath) => Promise<TrackOutcome>

  function writing(id: string, file: RecordedFile, run: Run): Execute {
    return (task, exact, pathBefore) =>
      runner.write(task, run, ({ applied, file: reported }) => {
        if (!applied) {
          if (reported.status === 'unchanged') history.recordTurned(id, file.position)
          return
        }
        for (const picture of applied.removed) pictures.keep(picture)
        const write: AppliedWrite = {
          ...applied,
          pathBefore,
          revision: reported.revision as string,
          toggle: applied.undo,
        }
        history.recordToggle(id, file.position, write, exact)
      })
  }

  /** Exactly where the file is in the state that the change left; otherwise by value. */
  async function turnFile(
    id: string,
    file: RecordedFile,
    direction: Direction,
    execute: Execute,
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
    const moved = differences.find(difference => difference.kind === 'path')
    const name = moved ? nameOf(moved.after[0] as LibraryPath) : nameOf(path)
    const values = differences.filter(difference => difference.kind !== 'path')
    if (file.fits && file.revision !== null) {
      const work = { kind: 'splices', splices: history.toggle(id, file.position), name, differences: values } as const
      const outcome = await execute({ path, expected: file.revision, work, pictures: [] }, true, path)
      if (outcome.file.error?.code !== 'REVISION_CONFLICT') return outcome
    }
    const edits: AnyEdit[] = [
      ...values.map(difference => ({ op: 'restore', difference }) as const),
      ...(name === nameOf(path) ? [] : [{ op: 'rename', to: name } as const]),
    ]
    const task: Task = { path, expected: null, work: { kind: 'edits', edits }, pictures: picturesIn(values, pictures) }
    return execute(task, false, path)
  }

  return { plan, start }
}

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
