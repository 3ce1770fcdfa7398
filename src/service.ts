import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { type Changes, createChanges } from './changes/apply.ts'
import { openDatabase } from './changes/database.ts'
import { createFollower } from './changes/follow.ts'
import { createHistory, type History } from './changes/history.ts'
import { createPictures, type Pictures } from './changes/pictures.ts'
import { createTrash } from './changes/trash.ts'
import type { Config } from './config.ts'
import { createLocks } from './files/lock.ts'
import { recoverJournal } from './files/recovery.ts'
import { createDuplicateSearch, type DuplicateSearch } from './library/duplicates.ts'
import { createGuard, type Guard } from './library/guard.ts'
import { createLibrary, type Library } from './library/library.ts'
import { pathIn, realRoot } from './library/paths.ts'
import { createProblemSearch, type ProblemSearch } from './library/problem-search.ts'
import { createScan } from './library/scan.ts'
import { sweepTemporaries } from './library/sweep.ts'
import { createWatcher } from './library/watch.ts'
import type { ServiceEvent } from './schemas/event.ts'
import { createCatalogue } from './workers/catalogue.ts'
import { createPool } from './workers/pool.ts'

/** What the routes work with. */
export interface Service {
  readonly library: Library
  /** Whether the library is there. */
  readonly guard: Guard
  readonly changes: Changes
  readonly history: History
  readonly pictures: Pictures
  readonly duplicates: DuplicateSearch
  readonly problems: ProblemSearch
  /** Looks at all files anew, in the background. */
  rescan(): void
  /** Calls `listener` with every event from now on; returns what ends that. */
  subscribe(listener: (event: ServiceEvent) => void): () => void
  /** Resolves when what killed writes of earlier runs left in the library is gone. */
  readonly swept: Promise<void>
  /** Lets running writes finish, then closes the state and the threads. */
  close(): Promise<void>
}

/** What the history may take up in memory, and in STATE_DIR (bytes). */
const historyBudget = { memory: 256 * 1024 * 1024, durable: 4 * 1024 * 1024 * 1024 }
/** Pictures kept in memory, and in STATE_DIR (bytes). */
const pictureBudget = { memory: 64 * 1024 * 1024, durable: 512 * 1024 * 1024 }

/** Puts the parts together: threads, library, state, and the one write path. */
export function createService(config: Config, log: FastifyBaseLogger): Service {
  const durable = config.stateDir !== null
  const database = openDatabase(config.stateDir, message => log.warn(message))
  const history = createHistory(database, config.historyLimit, durable ? historyBudget.durable : historyBudget.memory)
  if (config.stateDir !== null) {
    // Before any thread may write: what an earlier run left half-written is turned back.
    for (const recovery of recoverJournal(config.stateDir, history.isSettled, history.isUnused()))
      log.warn(recovery, 'an unfinished edit was found')
    history.forgetSettled()
  }
  const pool = createPool(config.workers, config.stateDir)
  const root = realRoot(config.musicDir)
  const catalogue = createCatalogue(config.stateDir, root)
  const listeners = new Set<(event: ServiceEvent) => void>()
  const publish = (event: ServiceEvent): void => {
    for (const listener of listeners) listener(event)
  }
  const warn = (message: string): void => log.warn(message)
  const info = (message: string): void => log.info(message)
  const reportFault = (fault: unknown): void =>
    log.error({ err: fault }, 'the catalogue could not be brought up to date')
  const scanned = (work: Promise<void>): void =>
    void work.catch(error => log.error({ err: error }, 'the library could not be scanned'))
  const rescan = (): void => scanned(library.scan.renew())
  const guard: Guard = createGuard({ root, counts: () => library.scan.counts(), rescan, warn, info })
  const locks = createLocks()
  const follow = createFollower(database, root)
  const library: Library = createLibrary({
    root,
    options: { id3Version: config.id3Version },
    pool,
    threads: config.workers,
    catalogue,
    makeScan: reader =>
      createScan({
        root,
        pool,
        threads: config.workers,
        catalogue,
        reader,
        publish,
        guard,
        makeWatcher: scan => createWatcher({ ...scan, root, mode: config.watch, pool, warn, reportFault }),
        noteMoved(moved) {
          // Alone: a move of ours that the history has not recorded yet would be taken for one of another program.
          const all = [{ below: root.toString('latin1') }]
          void locks.with(all, async () => follow(moved)).catch(reportFault)
        },
        warn,
        reportFault,
      }),
  })
  const duplicates = createDuplicateSearch({
    library,
    pool,
    threads: config.workers,
    catalogue,
    publish,
    reportFault: fault => log.error({ err: fault }, 'the audio of the tracks could not be compared'),
  })
  const problems = createProblemSearch({
    library,
    catalogue,
    reportFault: fault => log.error({ err: fault }, 'the library could not be searched for problems'),
  })
  listeners.add(problems.notice)
  const pictures = createPictures(database, durable ? pictureBudget.durable : pictureBudget.memory)
  const session = randomBytes(4).toString('hex')
  const trash = createTrash({
    root,
    // Not while another disk may be in the place of the library.
    pool: { run: (...task) => guard.demandAvailable().then(() => pool.run(...task)) },
    days: config.trashDays,
    info: (detail, message) => log.info(detail, message),
    warn: (detail, message) => log.warn(detail, message),
  })
  const changes = createChanges({
    library,
    pool,
    history,
    pictures,
    locks,
    owner: config.owner,
    lanes: config.workers,
    session,
    publish,
    noteTrash: trash.add,
    settled: () => library.scan.settled(),
    demandAvailable: guard.demandAvailable,
    noteWritten(note) {
      duplicates.noteWritten(note)
      library.scan.noteWritten(note)
    },
    reportFault: (path, fault) => log.error({ path, fault }, 'work on a track failed'),
  })
  scanned(library.scan.start())
  // In the background: a large library takes a while to walk, and nothing waits for it.
  const stopping = new AbortController()
  const noteTrash = (folder: Buffer): void => trash.add(pathIn(root, folder))
  const swept = guard
    .available()
    .then(() => sweepTemporaries(library.root, session, stopping.signal, noteTrash))
    .then(
      removed => log.info({ removed }, 'searched the library for unfinished files of earlier runs'),
      error => log.warn({ err: error }, 'the library could not be searched for unfinished files'),
    )
    .then(trash.start)
  return {
    library,
    guard,
    changes,
    history,
    pictures,
    duplicates,
    problems,
    swept,
    rescan,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      stopping.abort()
      guard.close()
      await trash.close()
      await changes.close()
      await duplicates.sums.cancel()
      await library.scan.close()
      await problems.close()
      await swept
      await pool.close()
      await catalogue.close()
      database.close()
    },
  }
}
