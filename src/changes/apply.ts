import { CodedError } from '../errors.ts'
import type { Library } from '../library/library.ts'
import { type LibraryPath, parsePath } from '../library/paths.ts'
import type { Change, ChangeRequest, Edit, Target } from '../schemas/change.ts'
import type { ServiceEvent } from '../schemas/event.ts'
import type { History } from './history.ts'
import { describeEdits } from './label.ts'
import { type Pictures, storedPictures } from './pictures.ts'
import { emptySummary, report, stateOf } from './report.ts'
import { createReverter, directions } from './revert.ts'
import { createRuns, type Run, type Started } from './runs.ts'
import { createTrackRunner, type Task, type TrackRunnerDependencies } from './track-runner.ts'
import type { PictureBytes } from './track-task.ts'

export interface ChangesDependencies extends TrackRunnerDependencies {
  readonly history: History
  readonly pictures: Pictures
  /** Told of progress and results. */
  publish(event: ServiceEvent): void
}

/** The one write path: every change of a file, also its undo, goes through here. */
export interface Changes {
  /** What edits would do. */
  plan(request: ChangeRequest): Promise<Change>
  /** Applies edits. The `id` of the result is absent where nothing was changed, for then there is nothing to undo. */
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
  const { library, history, pictures } = deps
  const runner = createTrackRunner(deps)
  const runs = createRuns(deps.publish)
  const reverter = createReverter({ history, pictures, runner, runs })
  const running = new Set<Promise<unknown>>()

  function tracked<T>(work: Promise<T>): Promise<T> {
    running.add(work)
    const forget = () => running.delete(work)
    work.then(forget, forget)
    return work
  }

  async function prepare(request: ChangeRequest) {
    const asked = await askedEdits(library, request)
    // Edits that many tracks share are looked at, and their pictures fetched, once.
    const used = new Map(asked.map(({ edits }) => [edits, [] as PictureBytes[]]))
    for (const edits of used.keys()) used.set(edits, picturesOf(edits, pictures))
    const tasks = asked.map(
      ({ path, expected, edits }): Task => ({
        path,
        expected,
        work: { kind: 'edits', edits },
        pictures: used.get(edits) ?? [],
      }),
    )
    return { tasks, label: request.label ?? describeEdits([...used.keys()].flat(), tasks.length) }
  }

  async function apply(run: Run, head: { label: string; createdAt: string }, tasks: readonly Task[]): Promise<Change> {
    const { id } = run
    try {
      const outcomes = await runner.inLanes(tasks, (task, position) =>
        runner.write(task, run, ({ applied, file }) => {
          if (!applied) return
          for (const picture of applied.removed) pictures.keep(picture)
          const write = { ...applied, pathBefore: task.path, revision: file.revision as string, toggle: applied.undo }
          history.recordFile(id, position, file, write)
        }),
      )
      const { summary, files } = report(outcomes)
      const state = stateOf(summary, 'applied', run.cancelled)
      history.finish(id, state, summary)
      const change = { ...head, state, summary, files }
      runs.keep({ id, ...change })
      runs.end(run, { id, ...change })
      return summary.applied > 0 ? { id, ...change } : change
    } catch (error) {
      runs.abandon(run)
      throw error
    }
  }

  return {
    async plan(request) {
      const { tasks, label } = await prepare(request)
      const outcomes = await runner.inLanes(tasks, task => runner.plan(task))
      return { state: 'planned', label, createdAt: new Date().toISOString(), ...report(outcomes) }
    },
    async start(request) {
      const { tasks, label } = await prepare(request)
      const { id, createdAt } = history.begin(label)
      const run = runs.start(id, tasks.length)
      const head = { label, createdAt }
      const change = {
        id,
        ...head,
        state: 'running' as const,
        summary: emptySummary,
        files: [],
        progress: { done: 0, total: tasks.length },
      }
      return { change, done: tracked(apply(run, head, tasks)) }
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

/** What is asked of one track. */
interface Asked {
  readonly path: LibraryPath
  readonly edits: readonly Edit[]
  readonly expected: string | null
}

/** The tracks of a request with their edits, each track once. Throws for paths that no library could have, and where neither or both forms are used. */
async function askedEdits(library: Library, request: ChangeRequest): Promise<Asked[]> {
  const { target, edits, revisions, files } = request
  if (files && !target && !edits && !revisions) {
    const asked = files.map(({ path, edits, revision }) => ({
      path: parsePath(path),
      edits,
      expected: revision ?? null,
    }))
    if (new Set(asked.map(({ path }) => path)).size < asked.length)
      throw new CodedError('BAD_REQUEST', 'A track is named twice in files; give all its edits in one place.')
    return asked
  }
  if (!target || !edits || files) {
    throw new CodedError('BAD_REQUEST', 'Give either target and edits, or files with edits of their own.')
  }
  const expected = new Map(Object.entries(revisions ?? {}))
  const paths = await targetPaths(library, target)
  return paths.map(path => ({ path, edits, expected: expected.get(path) ?? null }))
}

/** Paths of a target, each once. Throws for a path that no library could have, and for a folder that is not there. */
async function targetPaths(library: Library, target: Target): Promise<LibraryPath[]> {
  if ('paths' in target) return [...new Set(target.paths.map(parsePath))]
  return library.trackPaths(parsePath(target.folder), target.recursive ?? false)
}

function picturesOf(edits: readonly Edit[], pictures: Pictures): PictureBytes[] {
  return storedPictures(
    pictures,
    edits.flatMap(edit => (edit.op === 'setPicture' ? [edit.picture] : [])),
  )
}
