import { CodedError } from '../errors.ts'
import type { Claim, Locks } from '../files/lock.ts'
import type { Owner } from '../files/write.ts'
import type { Library } from '../library/library.ts'
import type { LibraryPath } from '../library/paths.ts'
import type { ChangeFile } from '../schemas/change.ts'
import type { Pool } from '../workers/pool.ts'
import { folderClaims, trackClaims } from './claims.ts'
import { type AppliedFolder, type FolderOutcome, type FolderTask, reverseOf } from './folder-task.ts'
import { failure, type Outcome } from './outcome.ts'
import type { Run } from './runs.ts'
import type { AppliedTrack, TrackOutcome, TrackTask } from './track-task.ts'

export type Task = Pick<TrackTask, 'path' | 'expected' | 'work' | 'place' | 'sideFiles' | 'batch' | 'pictures'>
export type FolderJob = Pick<FolderTask, 'path' | 'expected' | 'work' | 'batch'>

export interface TaskRunnerDependencies {
  readonly library: Library
  readonly pool: Pool
  readonly locks: Locks
  readonly owner: Owner
  /** Tracks that are worked on at once. */
  readonly lanes: number
  /** Names the temporaries of this run (see WriteRequest). */
  readonly session: string
  /** Called right before each write. Throws LIBRARY_MISSING. */
  demandAvailable(): Promise<void>
  /** Told of faults inside the server, which replies do not show. */
  reportFault(path: string, fault: string): void
}

/** Work of one kind, run under the lock of what it touches. */
export interface Runner<Job, Applied> {
  /** Plans; nothing is locked and nothing written. */
  plan(job: Job): Promise<Outcome<Applied>>
  /** Does it; `settle` records it before the lock is let go, and what it cannot record is turned back. */
  write(job: Job, run: Run, settle: (outcome: Outcome<Applied>) => void): Promise<Outcome<Applied>>
}

/** Runs the tasks of a change, a few at a time, each under the lock of its files. */
export interface TaskRunner {
  readonly tracks: Runner<Task, AppliedTrack>
  readonly folders: Runner<FolderJob, AppliedFolder>
  /** `each` on all items in lanes, results in order. */
  inLanes<T, R>(items: readonly T[], each: (item: T, index: number) => Promise<R>): Promise<R[]>
}

type How = { dryRun?: boolean; putsBack?: boolean }

/** What differs between tracks and folders. */
interface Kind<Job, Applied> {
  claims(job: Job): Promise<Claim[]>
  execute(job: Job, how: How): Promise<Outcome<Applied>>
  /** The job that takes back what was applied. */
  reverse(applied: Applied, job: Job): Job
}

export function createTaskRunner(deps: TaskRunnerDependencies): TaskRunner {
  const { library, pool, locks, owner, lanes, session, reportFault } = deps
  const { root, options } = library

  const tracks: Kind<Task, AppliedTrack> = {
    claims: task => trackClaims(root, task),
    execute: (task, how): Promise<TrackOutcome> =>
      pool.run('edit', { ...task, root, options, owner, session, dryRun: false, ...how }),
    reverse: (applied, { path, work }) => ({
      path: applied.path,
      expected: applied.revision,
      work: { kind: 'splices', splices: applied.undo, differences: work.kind === 'splices' ? work.differences : [] },
      sideFiles: { known: applied.sideEnds },
      place: path,
      pictures: [],
    }),
  }
  const folders: Kind<FolderJob, AppliedFolder> = {
    claims: job => folderClaims(root, job),
    execute: (job, how): Promise<FolderOutcome> =>
      pool.run('folderWork', { ...job, root, owner, dryRun: false, ...how }),
    reverse: applied => ({ ...reverseOf(applied), expected: applied.path === null ? null : applied.revision }),
  }

  function runnerOf<Job extends { readonly path: LibraryPath }, Applied>(
    kind: Kind<Job, Applied>,
  ): Runner<Job, Applied> {
    async function execute(job: Job, how: How): Promise<Outcome<Applied>> {
      let outcome: Outcome<Applied>
      try {
        outcome = await kind.execute(job, how)
      } catch (error) {
        outcome = failure(job.path, error)
      }
      if (outcome.fault) reportFault(job.path, outcome.fault)
      return outcome
    }

    /** A write that the history could not record is turned back at once: nothing stays that cannot be undone. */
    async function turnBack({ applied, file, made }: Outcome<Applied>, job: Job): Promise<Outcome<Applied>> {
      if (!applied) return failure(job.path, new CodedError('INTERNAL', 'The history could not be read.'))
      const back = await execute(kind.reverse(applied, job), { putsBack: true })
      for (const { path } of made.toReversed())
        await folders.execute({ path, expected: null, work: { kind: 'remove' } }, {}).catch(() => {})
      const detail = back.applied
        ? 'The history could not record the change, so the file was put back as it was; is the disk of STATE_DIR full?'
        : 'The file was written, but the history could not record it, and the file could not be put back.'
      return failure(pathOf(file), new CodedError('NO_SPACE', detail), back.file.revision)
    }

    return {
      plan: job => execute(job, { dryRun: true }),
      async write(job, run, settle) {
        return locks.with(await kind.claims(job), async () => {
          if (run.cancelled) {
            const detail = 'Cancelled before its turn came; the file is as it was.'
            return failure(job.path, new CodedError('CANCELLED', detail))
          }
          try {
            await deps.demandAvailable()
          } catch (error) {
            return failure(job.path, error)
          }
          const outcome = await execute(job, {})
          try {
            settle(outcome)
            return outcome
          } catch (error) {
            reportFault(job.path, String(error))
            return await turnBack(outcome, job)
          } finally {
            run.step()
          }
        })
      },
    }
  }

  return {
    tracks: runnerOf(tracks),
    folders: runnerOf(folders),
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

const pathOf = (file: ChangeFile): LibraryPath => file.path as LibraryPath
