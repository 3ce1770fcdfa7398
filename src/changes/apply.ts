import type { LibraryPath } from '../library/paths.ts'
import type { Change, ChangeRequest } from '../schemas/change.ts'
import type { ServiceEvent } from '../schemas/event.ts'
import type { FolderOutcome } from './folder-task.ts'
import type { AppliedWrite, History } from './history.ts'
import type { Outcome } from './outcome.ts'
import type { Pictures } from './pictures.ts'
import { type FileNote, folderWrite, madeEntries, noteOf, positionsOfMade, trackWrite, withMade } from './recording.ts'
import { emptySummary, report, stateOf } from './report.ts'
import { type Prepared, prepareRequest } from './request.ts'
import { createReverter, directions } from './revert.ts'
import { createRuns, type Run, type Started } from './runs.ts'
import { createTaskRunner, type TaskRunnerDependencies } from './task-runner.ts'
import { isTrashed, splitTrashed } from './trash-place.ts'

export interface ChangesDependencies extends TaskRunnerDependencies {
  readonly history: History
  readonly pictures: Pictures
  /** Told of progress and results. */
  publish(event: ServiceEvent): void
  /** Told of folders that hold a trash (see Trash). */
  noteTrash(top: LibraryPath): void
  /** Told of every file that was written, moved, made or removed, as soon as the history has recorded it. */
  noteWritten(note: FileNote): void
  /** Resolves when every list and search knows of what was noted so far: only then is a change said to be done. */
  settled(): Promise<void>
}

/** The one write path: every change of a file, also its undo, goes through here. */
export interface Changes {
  /** What edits would do. */
  plan(request: ChangeRequest): Promise<Change>
  /** Applies edits. The `id` of the result is absent where nothing was changed, for then there is nothing to undo. Throws LIBRARY_MISSING. */
  start(request: ChangeRequest): Promise<Started>
  /** Turns an applied change back, or applies an undone one again. Throws CHANGE_NOT_FOUND, CHANGE_NOT_UNDOABLE and CHANGE_NOT_REDOABLE. */
  revert(id: string, direction: 'undo' | 'redo'): Started
  /** What that would do. */
  planRevert(id: string, direction: 'undo' | 'redo'): Promise<Change>
  /** A change with its files: running, ended lately, or from the history. Throws CHANGE_NOT_FOUND. */
  get(id: string): Change
  /** Stops a running change between two files. Throws CHANGE_NOT_RUNNING. */
  cancel(id: string): void
  /** Empties the history, but for what is running. */
  clear(): void
  /** Takes no new tracks up: running changes end as cancelled, after the tracks that are being written. */
  stop(): void
  /** The same; resolves when they have ended. */
  close(): Promise<void>
}

export function createChanges(deps: ChangesDependencies): Changes {
  const { library, history, pictures, noteWritten, noteTrash } = deps
  const runner = createTaskRunner(deps)
  const runs = createRuns(deps.publish)
  const reverter = createReverter({ ...deps, runner, runs })
  const running = new Set<Promise<unknown>>()

  function tracked<T>(work: Promise<T>): Promise<T> {
    running.add(work)
    const forget = () => running.delete(work)
    work.then(forget, forget)
    return work
  }

  const prepare = (request: ChangeRequest) => prepareRequest(request, library, pictures)

  async function apply(run: Run, head: { label: string; createdAt: string }, prepared: Prepared): Promise<Change> {
    const { id } = run
    const nextPosition = positionsOfMade()
    function record(position: number, { file: entry, made }: Outcome<unknown>, write: AppliedWrite): void {
      const files = [{ position, entry, write }, ...madeEntries(made, nextPosition)]
      history.recordFiles(id, files)
      if (write.path !== null && isTrashed(write.path)) noteTrash(splitTrashed(write.path).top)
      for (const each of [...files.slice(1), ...files.slice(0, 1)]) noteWritten(noteOf(each.write))
    }
    try {
      const tracks = await runner.inLanes(prepared.tracks, (task, position) =>
        runner.tracks.write(task, run, outcome => {
          const { applied } = outcome
          if (!applied) return
          for (const picture of applied.removed) pictures.keep(picture)
          record(position, outcome, trackWrite(task.path, applied))
        }),
      )
      const folders: FolderOutcome[] = []
      for (const [position, job] of prepared.folders.entries()) {
        const settle = (outcome: FolderOutcome) => {
          if (outcome.applied) record(position, outcome, folderWrite(outcome.applied))
        }
        folders.push(await runner.folders.write(job, run, settle))
      }
      const { summary, files } = report(withMade([...tracks, ...folders]))
      const state = stateOf(summary, 'applied', run.cancelled)
      history.finish(id, state, summary)
      const change = { ...head, state, summary, files }
      runs.keep({ id, ...change })
      await deps.settled()
      runs.end(run, { id, ...change })
      return summary.applied > 0 ? { id, ...change } : change
    } catch (error) {
      runs.abandon(run)
      throw error
    }
  }

  return {
    async plan(request) {
      const { tracks, folders, label } = await prepare(request)
      const outcomes: Outcome<unknown>[] = await runner.inLanes(tracks, task => runner.tracks.plan(task))
      for (const job of folders) outcomes.push(await runner.folders.plan(job))
      return { state: 'planned', label, createdAt: new Date().toISOString(), ...report(withMade(outcomes)) }
    },
    async start(request) {
      await deps.demandAvailable()
      const prepared = await prepare(request)
      const { label } = prepared
      const total = prepared.tracks.length + prepared.folders.length
      const { id, createdAt } = history.begin(label)
      const run = runs.start(id, total)
      const head = { label, createdAt }
      const change = {
        id,
        ...head,
        state: 'running' as const,
        summary: emptySummary,
        files: [],
        progress: { done: 0, total },
      }
      return { change, done: tracked(apply(run, head, prepared)) }
    },
    revert(id, direction) {
      const { change, done } = reverter.start(id, directions[direction])
      return { change, done: tracked(done) }
    },
    planRevert: (id, direction) => reverter.plan(id, directions[direction]),
    get(id) {
      const progress = runs.progress(id)
      if (progress) return { ...history.get(id), state: 'running', progress }
      const result = runs.result(id)
      // A result outlives its entry only where there never was one, because nothing was changed.
      const entry = result?.summary.applied === 0 ? history.find(id) : history.get(id)
      return result ? { ...result, ...entry, files: result.files } : (entry as Change)
    },
    cancel: id => runs.cancel(id),
    clear() {
      history.clear()
      runs.forgetResults()
    },
    stop: () => runs.stop(),
    async close() {
      runs.stop()
      await Promise.allSettled(running)
    },
  }
}
