import { CodedError } from '../errors.ts'
import { createLocks } from '../files/lock.ts'
import type { Owner } from '../files/write.ts'
import type { Library } from '../library/library.ts'
import { type LibraryPath, nameOf, parsePath } from '../library/paths.ts'
import type {
  Change,
  ChangeFile,
  ChangeRequest,
  ChangeState,
  Difference,
  Edit,
  Summary,
  Target,
} from '../schemas/change.ts'
import type { Pool } from '../workers/pool.ts'
import type { AnyEdit } from './edits/apply-edit.ts'
import type { History, RecordedFile } from './history.ts'
import { describeEdits } from './label.ts'
import type { Pictures } from './pictures.ts'
import { failure, type PictureBytes, type TrackOutcome, type TrackTask } from './track-task.ts'

export interface ChangesDependencies {
  readonly library: Library
  readonly pool: Pool
  readonly history: History
  readonly pictures: Pictures
  readonly owner: Owner
  /** Tracks that are worked on at once. */
  readonly lanes: number
  /** Told of faults inside the server, which replies do not show. */
  reportFault(path: string, fault: string): void
}

/** The one write path: every change of a file, also its undo, goes through here. */
export interface Changes {
  /** Plans edits and, unless it is a dry run, applies them. */
  change(request: ChangeRequest): Promise<Change>
  /** Turns an applied change back. Throws CHANGE_NOT_FOUND and CHANGE_NOT_UNDOABLE. */
  undo(id: string, dryRun: boolean): Promise<Change>
  /** Applies an undone change again. Throws CHANGE_NOT_FOUND and CHANGE_NOT_REDOABLE. */
  redo(id: string, dryRun: boolean): Promise<Change>
  /** Takes no new tracks up; resolves when those being written are done. */
  close(): Promise<void>
}

type Task = Pick<TrackTask, 'path' | 'expected' | 'work' | 'pictures'>

export function createChanges(deps: ChangesDependencies): Changes {
  const { library, history, pictures, owner } = deps
  const locks = createLocks()
  const running = new Set<Promise<unknown>>()
  let closing = false

  /** Runs the task of one track under its lock; `settle` is called before the lock is let go. */
  async function onTrack(task: Task, dryRun: boolean, settle: (outcome: TrackOutcome) => void): Promise<TrackOutcome> {
    const { root, options } = library
    const run = async (): Promise<TrackOutcome> => {
      if (closing)
        return failure(task.path, new CodedError('CANCELLED', 'The server was stopping; this file was left as it was.'))
      let outcome: TrackOutcome
      try {
        outcome = await deps.pool.run('edit', { ...task, root, options, owner, dryRun })
      } catch (error) {
        outcome = failure(task.path, error)
      }
      if (outcome.fault) deps.reportFault(task.path, outcome.fault)
      try {
        settle(outcome)
        return outcome
      } catch (error) {
        deps.reportFault(task.path, String(error))
        return turnBack(outcome)
      }
    }
    return dryRun ? run() : locks.with([await library.lockKey(task.path)], run)
  }

  /** A write that the history could not record is turned back at once: nothing happens here that cannot be undone. */
  async function turnBack({ applied, file }: TrackOutcome): Promise<TrackOutcome> {
    const path = applied?.path ?? parsePath(file.path)
    const { root, options } = library
    const work = {
      kind: 'splices',
      splices: applied?.undo ?? new Uint8Array(4),
      name: nameOf(parsePath(file.path)),
      differences: [],
    } as const
    const task = { path, expected: file.revision, work, pictures: [], root, options, owner, dryRun: false }
    const back = await deps.pool.run('edit', task)
    const detail = back.applied
      ? 'The history could not record the change, so the file was put back as it was; is the disk of STATE_DIR full?'
      : 'The file was written, but the history could not record it, and it could not be put back.'
    return failure(path, new CodedError('NO_SPACE', detail), back.file.revision)
  }

  /** `each` on all items, a few at a time, results in order; counted as running until the last is done. */
  async function inLanes<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = []
    let next = 0
    const lane = async (): Promise<void> => {
      for (let i = next++; i < items.length; i = next++) results[i] = await each(items[i] as T)
    }
    const all = Promise.all(Array.from({ length: Math.min(deps.lanes, items.length) }, lane))
    running.add(all)
    try {
      await all
    } finally {
      running.delete(all)
    }
    return results
  }

  async function change(request: ChangeRequest): Promise<Change> {
    const { edits, dryRun = false, revisions = {} } = request
    const paths = await targetPaths(library, request.target)
    const expected = new Map(Object.entries(revisions))
    const used = picturesOf(edits, pictures)
    const label = request.label ?? describeEdits(edits, paths.length)
    const task = (path: LibraryPath): Task => ({
      path,
      expected: expected.get(path) ?? null,
      work: { kind: 'edits', edits },
      pictures: used,
    })
    if (dryRun) {
      const outcomes = await inLanes(paths, path => onTrack(task(path), true, () => {}))
      return { state: 'planned', label, createdAt: new Date().toISOString(), ...report(outcomes) }
    }
    const entry = history.begin(label)
    const record = (path: LibraryPath) => (outcome: TrackOutcome) => {
      const { applied, file } = outcome
      if (!applied) return
      for (const picture of applied.removed) pictures.keep(picture)
      history.recordFile(entry.id, file, { ...writeOf(file, applied), pathBefore: path })
    }
    const outcomes = await inLanes(paths, path => onTrack(task(path), false, record(path)))
    const { summary, files } = report(outcomes)
    const state = stateOf(summary, 'applied')
    history.finish(entry.id, state, summary)
    const head = { state, label, createdAt: entry.createdAt, summary, files }
    return summary.applied > 0 ? { id: entry.id, ...head } : head
  }

  const turning = new Set<string>()

  async function turn(id: string, direction: Direction, dryRun: boolean): Promise<Change> {
    const entry = history.get(id)
    const files = history.files(id).filter(file => file.undone !== direction.undone)
    if (files.length === 0 || entry.state === 'running' || turning.has(id))
      throw new CodedError(direction.code, direction.why)
    turning.add(id)
    try {
      const outcomes = await inLanes(files, file => turnFile(id, file, direction, dryRun))
      const { summary, files: reported } = report(outcomes)
      const state = dryRun ? 'planned' : stateOf(summary, direction.undone ? 'undone' : 'applied')
      if (!dryRun) history.setState(id, stateAfterTurn(history, id))
      const { label, createdAt } = entry
      return { id, state, label, createdAt, summary, files: reported }
    } finally {
      turning.delete(id)
    }
  }

  /** Exactly where the file is in the state that the change left; otherwise by value. */
  async function turnFile(
    id: string,
    file: RecordedFile,
    direction: Direction,
    dryRun: boolean,
  ): Promise<TrackOutcome> {
    const { path, entry } = file
    const differences = direction.undone ? entry.changes.map(reversed) : entry.changes
    if (path === null) {
      const lost = new CodedError(
        'TRACK_NOT_FOUND',
        'The file is no longer where it was, and another has taken its place.',
      )
      return failure(parsePath(entry.path), lost)
    }
    const moved = differences.find(difference => difference.kind === 'path')
    const name = moved ? nameOf(moved.after[0] as LibraryPath) : nameOf(path)
    const values = differences.filter(difference => difference.kind !== 'path')
    const record = (exact: boolean) => (outcome: TrackOutcome) => {
      const { applied } = outcome
      if (!applied) return
      for (const picture of applied.removed) pictures.keep(picture)
      history.recordToggle(id, file.position, { ...writeOf(outcome.file, applied), pathBefore: path }, exact)
    }
    if (file.fits && file.revision !== null) {
      const work = { kind: 'splices', splices: file.toggle, name, differences: values } as const
      const outcome = await onTrack({ path, expected: file.revision, work, pictures: [] }, dryRun, record(true))
      if (outcome.file.error?.code !== 'REVISION_CONFLICT') return outcome
    }
    const edits: AnyEdit[] = [
      ...values.map(difference => ({ op: 'restore', difference }) as const),
      ...(name === nameOf(path) ? [] : [{ op: 'rename', to: name } as const]),
    ]
    const task: Task = { path, expected: null, work: { kind: 'edits', edits }, pictures: picturesIn(values, pictures) }
    return onTrack(task, dryRun, record(false))
  }

  return {
    change,
    undo: (id, dryRun) => turn(id, undoing, dryRun),
    redo: (id, dryRun) => turn(id, redoing, dryRun),
    async close() {
      closing = true
      await Promise.allSettled(running)
    },
  }
}

interface Direction {
  /** Whether files are undone afterwards. */
  readonly undone: boolean
  readonly code: 'CHANGE_NOT_UNDOABLE' | 'CHANGE_NOT_REDOABLE'
  readonly why: string
}

const undoing: Direction = {
  undone: true,
  code: 'CHANGE_NOT_UNDOABLE',
  why: 'The change is undone already, or still running.',
}
const redoing: Direction = {
  undone: false,
  code: 'CHANGE_NOT_REDOABLE',
  why: 'The change is not undone, so there is nothing to redo.',
}

/** Paths of a target, each once. Throws for a path that no library could have, and for a folder that is not there. */
async function targetPaths(library: Library, target: Target): Promise<LibraryPath[]> {
  if ('paths' in target) return [...new Set(target.paths.map(parsePath))]
  return library.trackPaths(parsePath(target.folder), target.recursive ?? false)
}

function picturesOf(edits: readonly Edit[], pictures: Pictures): PictureBytes[] {
  return found(
    edits.flatMap(edit => (edit.op === 'setPicture' ? [edit.picture] : [])),
    pictures,
  )
}

function picturesIn(differences: readonly Difference[], pictures: Pictures): PictureBytes[] {
  return found(
    differences.flatMap(({ kind, after }) => (kind === 'picture' ? after : [])),
    pictures,
  )
}

function found(sums: readonly string[], pictures: Pictures): PictureBytes[] {
  return [...new Set(sums)].flatMap(sum => pictures.get(sum) ?? [])
}

function writeOf(file: ChangeFile, applied: NonNullable<TrackOutcome['applied']>) {
  return {
    path: applied.path,
    revisionBefore: applied.revisionBefore,
    revision: file.revision as string,
    toggle: applied.undo,
    journalId: applied.journalId,
  }
}

const reversed = (difference: Difference): Difference => ({
  ...difference,
  before: difference.after,
  after: difference.before,
})

function report(outcomes: readonly TrackOutcome[]): { summary: Summary; files: ChangeFile[] } {
  const summary: Summary = { applied: 0, unchanged: 0, conflict: 0, refused: 0, failed: 0 }
  for (const { file } of outcomes) summary[file.status]++
  return { summary, files: outcomes.map(({ file }) => file) }
}

function stateOf(summary: Summary, whole: ChangeState): ChangeState {
  const bad = summary.conflict + summary.refused + summary.failed
  if (bad === 0) return whole
  return summary.applied + summary.unchanged === 0 ? 'failed' : 'partial'
}

/** The state of an entry by which of its files are undone. */
function stateAfterTurn(history: History, id: string): ChangeState {
  const files = history.files(id)
  const undone = files.filter(file => file.undone).length
  const { conflict, refused, failed } = history.get(id).summary
  if (undone === files.length) return 'undone'
  return undone > 0 || conflict + refused + failed > 0 ? 'partial' : 'applied'
}
