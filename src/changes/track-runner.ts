import { CodedError } from '../errors.ts'
import { createLocks } from '../files/lock.ts'
import type { Owner } from '../files/write.ts'
import type { Library } from '../library/library.ts'
import { nameOf, parsePath } from '../library/paths.ts'
import type { Pool } from '../workers/pool.ts'
import type { Run } from './runs.ts'
import { failure, type TrackOutcome, type TrackTask } from './track-task.ts'

export type Task = Pick<TrackTask, 'path' | 'expected' | 'work' | 'pictures'>

export interface TrackRunnerDependencies {
  readonly library: Library
  readonly pool: Pool
  readonly owner: Owner
  /** Tracks that are worked on at once. */
  readonly lanes: number
  /** Names the temporaries of this run (see WriteRequest). */
  readonly session: string
  /** Told of faults inside the server, which replies do not show. */
  reportFault(path: string, fault: string): void
}

/** Runs the tasks of a change, a few tracks at a time, each under the lock of its file. */
export interface TrackRunner {
  /** Plans one track; nothing is locked and nothing written. */
  plan(task: Task): Promise<TrackOutcome>
  /** Writes one track; `settle` records it before the lock is let go, and what it cannot record is turned back. */
  write(task: Task, run: Run, settle: (outcome: TrackOutcome) => void): Promise<TrackOutcome>
  /** `each` on all items in lanes, results in order. */
  inLanes<T, R>(items: readonly T[], each: (item: T, index: number) => Promise<R>): Promise<R[]>
}

export function createTrackRunner({
  library,
  pool,
  owner,
  lanes,
  session,
  reportFault,
}: TrackRunnerDependencies): TrackRunner {
  const locks = createLocks()
  const { root, options } = library

  async function execute(task: Task, how: { dryRun?: boolean; putsBack?: boolean } = {}): Promise<TrackOutcome> {
    let outcome: TrackOutcome
    try {
      outcome = await pool.run('edit', { ...task, root, options, owner, session, dryRun: false, ...how })
    } catch (error) {
      outcome = failure(task.path, error)
    }
    if (outcome.fault) reportFault(task.path, outcome.fault)
    return outcome
  }

  /** A write that the history could not record is turned back at once: nothing stays that cannot be undone. */
  async function turnBack({ applied, file }: TrackOutcome): Promise<TrackOutcome> {
    const before = parsePath(file.path)
    if (!applied) return failure(before, new CodedError('INTERNAL', 'The history could not be read.'))
    const work = { kind: 'splices', splices: applied.undo, name: nameOf(before), differences: [] } as const
    const back = await execute({ path: applied.path, expected: file.revision, work, pictures: [] }, { putsBack: true })
    const detail = back.applied
      ? 'The history could not record the change, so the file was put back as it was; is the disk of STATE_DIR full?'
      : 'The file was written, but the history could not record it, and the file could not be put back.'
    return failure(before, new CodedError('NO_SPACE', detail), back.file.revision)
  }

  return {
    plan: task => execute(task, { dryRun: true }),
    async write(task, run, settle) {
      return locks.with([await library.lockKey(task.path)], async () => {
        if (run.cancelled)
          return failure(
            task.path,
            new CodedError('CANCELLED', 'Cancelled before its turn came; the file is as it was.'),
          )
        const outcome = await execute(task)
        try {
          settle(outcome)
          return outcome
        } catch (error) {
          reportFault(task.path, String(error))
          return await turnBack(outcome)
        } finally {
          run.step()
        }
      })
    },
    async inLanes(items, each) {
      const results = new Array<Awaited<ReturnType<typeof each>>>(items.length)
      let next = 0
      const lane = async (): Promise<void> => {
        for (let i = next++; i < items.length; i = next++)
          results[i] = await each(items[i] as (typeof items)[number], i)
      }
      await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane))
      return results
    },
  }
}
