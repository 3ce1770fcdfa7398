import { LRUCache } from 'lru-cache'
import { CodedError } from '../errors.ts'
import type { Change, ChangeFile } from '../schemas/change.ts'
import type { ServiceEvent } from '../schemas/event.ts'

/** A change in progress. */
export interface Run {
  readonly id: string
  /** Whether its remaining tracks are to be left alone. */
  readonly cancelled: boolean
  /** One more track is done. */
  step(): void
}

/** A change that was taken up: how it stands, and what will have come of it. */
export interface Started {
  readonly change: Change & { id: string }
  readonly done: Promise<Change>
}

/** The changes that are running, and the results of the last ones, for those who did not wait. */
export interface Runs {
  start(id: string, total: number): Run
  /** Ends a run and tells what came of it. */
  end(run: Run, change: Change & { id: string }): void
  /** Keeps the result of a run for a while, with the tracks that were refused, which the history does not keep. */
  keep(change: Change & { id: string }): void
  /** Ends a run that threw. */
  abandon(run: Run): void
  /** Tells a run to stop between two tracks. Throws CHANGE_NOT_RUNNING. */
  cancel(id: string): void
  /** Cancels all runs, and every later one from its start. */
  stop(): void
  progress(id: string): { done: number; total: number } | undefined
  /** A result that is still kept. */
  result(id: string): Change | undefined
  /** Forgets the results, as the history was cleared. */
  forgetResults(): void
}

const keptResults = 50
/** Between two messages of one change (ms). */
const quiet = 200

/** Every path that a file of a change has, or had before. */
const pathsOf = ({ path, changes }: ChangeFile): string[] => [
  path,
  ...changes.filter(({ kind }) => kind === 'path').flatMap(({ before, after }) => [...before, ...after]),
]

export function createRuns(publish: (event: ServiceEvent) => void): Runs {
  const running = new Map<string, { done: number; total: number; cancelled: boolean; told: number }>()
  const results = new LRUCache<string, Change>({ max: keptResults })
  let stopped = false
  return {
    start(id, total) {
      const entry = { done: 0, total, cancelled: stopped, told: 0 }
      running.set(id, entry)
      return {
        id,
        get cancelled() {
          return entry.cancelled
        },
        step() {
          entry.done++
          const now = performance.now()
          if (now - entry.told < quiet) return
          entry.told = now
          publish({ type: 'change.progress', id, done: entry.done, total })
        },
      }
    },
    end(run, change) {
      running.delete(run.id)
      const { id, state, summary } = change
      publish({ type: 'change.done', id, state, summary })
      const paths = new Set(change.files.filter(file => file.status === 'applied').flatMap(pathsOf))
      if (paths.size > 0) publish({ type: 'library.changed', paths: [...paths].slice(0, 1000) })
    },
    keep: change => void results.set(change.id, change),
    abandon(run) {
      running.delete(run.id)
    },
    cancel(id) {
      const entry = running.get(id)
      if (!entry)
        throw new CodedError(
          'CHANGE_NOT_RUNNING',
          'The change is not running, so there is nothing to cancel; undo it instead.',
        )
      entry.cancelled = true
    },
    stop() {
      stopped = true
      for (const entry of running.values()) entry.cancelled = true
    },
    progress(id) {
      const entry = running.get(id)
      return entry && { done: entry.done, total: entry.total }
    },
    result: id => results.get(id),
    forgetResults: () => results.clear(),
  }
}
