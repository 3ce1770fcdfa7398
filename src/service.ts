import { randomBytes } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import { type Changes, createChanges } from './changes/apply.ts'
import { openDatabase } from './changes/database.ts'
import { createHistory, type History } from './changes/history.ts'
import { createPictures, type Pictures } from './changes/pictures.ts'
import { createTrash } from './changes/trash.ts'
import type { Config } from './config.ts'
import { recoverJournal } from './files/recovery.ts'
import { createDuplicateSearch, type DuplicateSearch } from './library/duplicates.ts'
import { createLibrary, type Library } from './library/library.ts'
import { pathIn, realRoot } from './library/paths.ts'
import { createProblemSearch, type ProblemSearch } from './library/problem-search.ts'
import { createScan } from './library/scan.ts'
import { sweepTemporaries } from './library/sweep.ts'
import type { ServiceEvent } from './schemas/event.ts'
import { createCatalogue } from './workers/catalogue.ts'
import { createPool } from './workers/pool.ts'

/** What the routes work with. */
export interface Service {
  readonly library: Library
  readonly changes: Changes
  readonly history: History
  readonly pictures: Pictures
  readonly duplicates: DuplicateSearch
  readonly problems: ProblemSearch
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
  const library = createLibrary({
    root,
    options: { id3Version: config.id3Version },
    pool,
    threads: config.workers,
    catalogue,
    makeScan: read =>
      createScan({
        root,
        pool,
        threads: config.workers,
        catalogue,
        read,
        publish,
        noteMoved: () => {},
        mayForget: () => true,
        warn: message => log.warn(message),
        reportFault: fault => log.error({ err: fault }, 'the catalogue could not be brought up to date'),
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
    pool,
    days: config.trashDays,
    info: (detail, message) => log.info(detail, message),
    warn: (detail, message) => log.warn(detail, message),
  })
  const changes = createChanges({
    library,
    pool,
    history,
    pictures,
    owner: config.owner,
    lanes: config.workers,
    session,
    publish,
    noteTrash: trash.add,
    noteWritten: duplicates.noteWritten,
    reportFault: (path, fault) => log.error({ path, fault }, 'work on a track failed'),
  })
  library.scan.start().catch(error => log.error({ err: error }, 'the library could not be scanned'))
  // In the background: a large library takes a while to walk, and nothing waits for it.
  const stopping = new AbortController()
  const noteTrash = (folder: Buffer): void => trash.add(pathIn(root, folder))
  const swept = sweepTemporaries(library.root, session, stopping.signal, noteTrash)
    .then(
      removed => log.info({ removed }, 'searched the library for unfinished files of earlier runs'),
      error => log.warn({ err: error }, 'the library could not be searched for unfinished files'),
    )
    .then(trash.start)
  return {
    library,
    changes,
    history,
    pictures,
    duplicates,
    problems,
    swept,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      stopping.abort()
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
