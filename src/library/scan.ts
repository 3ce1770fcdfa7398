import type { WalkDiff } from '../catalogue/walks.ts'
import type { ServiceEvent } from '../schemas/event.ts'
import type { ScanState } from '../schemas/service.ts'
import type { Catalogue } from '../workers/catalogue.ts'
import type { Pool } from '../workers/pool.ts'
import type { ReadAnswer } from '../workers/tasks.ts'
import { joinPath, type LibraryPath } from './paths.ts'
import type { ReadTracks } from './reader.ts'

/*
 * Keeps the catalogue true to the files. A scan walks all folders first (names and revisions: seconds, and then every list is
 * complete), and then reads the tracks that are new or changed. Single folders are looked at whenever one is listed, and when
 * the watcher says so.
 */

export interface ScanDependencies {
  readonly root: Buffer
  readonly pool: Pool
  readonly threads: number
  readonly catalogue: Catalogue
  readonly read: ReadTracks
  publish(event: ServiceEvent): void
  /** Another program gave a track another place. */
  noteMoved(from: LibraryPath, to: LibraryPath): void
  /** Whether tracks that are missing may be forgotten. */
  mayForget(counts: { tracks: number; missing: number }): boolean
  warn(message: string): void
  reportFault(fault: unknown): void
}

export interface Scan {
  readonly state: ScanState
  /** Scans the whole library; one that is running is waited for instead. */
  start(): Promise<void>
  /** Looks at single folders now; whether each was there, in their order: null stands for one that could not be read. */
  look(paths: readonly LibraryPath[]): Promise<(boolean | null)[]>
  /** Resolves when all folders below a path were walked at least once, or after a while. */
  walkedBelow(path: LibraryPath): Promise<void>
  /** Stores what became of tracks that were read for another reason. */
  keep(paths: readonly LibraryPath[], answers: readonly ReadAnswer[]): Promise<void>
  close(): Promise<void>
}

/** Folders that are walked in one go by one thread. */
const walkBatch = 60
/** Tracks whose reading is asked for at once. */
const readChunk = 2000
/** Between two messages of progress (ms). */
const quiet = 500
/** How long a list waits for folders that were never walked before it does without them (ms). */
const longestWait = 2000
/** How long a missing track may turn up elsewhere before it is forgotten (ms). */
const grace = 2000
/** Paths that one event names at the most. */
const mostPaths = 1000

export function createScan(deps: ScanDependencies): Scan {
  const { root, pool, catalogue, publish } = deps
  const state: ScanState = { state: 'walking', folders: 0, tracks: 0, read: 0, missing: 0, complete: false }
  let stopped = false
  let scanning: Promise<void> | null = null
  let draining: Promise<void> | null = null
  let settling: NodeJS.Timeout | null = null
  /** Whether every folder was walked once, by this run or an earlier one. */
  let walkedOnce = false
  let told = 0
  /** Resolves when it is known what an earlier run left in the catalogue. */
  const opened = catalogue.run('opened').then(({ complete, counts, warning }) => {
    walkedOnce = complete
    Object.assign(state, counts)
    if (warning !== null) deps.warn(warning)
  })
  inBackground(opened)

  const close = async (): Promise<void> => {
    stopped = true
    if (settling) clearTimeout(settling)
    await Promise.allSettled([opened, scanning, draining])
  }

  async function count(): Promise<void> {
    Object.assign(state, await catalogue.run('counts'))
    state.complete = walkedOnce && scanning === null && state.read === state.tracks
  }

  function tellProgress(): void {
    const now = performance.now()
    if (now - told < quiet) return
    told = now
    publish({ type: 'library.scan', ...state })
  }

  /** Hands a walk to the catalogue, and what is news of it to those who listen. */
  async function take(folders: Awaited<ReturnType<typeof walk>>, silently: boolean): Promise<WalkDiff> {
    const diff = await catalogue.run('walked', folders)
    for (const { from, to } of diff.moved) deps.noteMoved(from, to)
    if (!silently) {
      const paths = [...diff.added, ...diff.changed, ...diff.moved.flatMap(({ from, to }) => [from, to])]
      if (paths.length > 0) publish({ type: 'library.changed', paths: paths.slice(0, mostPaths) })
    }
    if (diff.missing > 0) settleSoon()
    return diff
  }

  const walk = (paths: readonly LibraryPath[]) => pool.run('walk', { root, paths })

  /** Walks folders and all below them, the nearest first, with all threads. */
  async function walkBelow(start: readonly LibraryPath[], silently: boolean): Promise<void> {
    const waiting = [...start]
    const running = new Set<Promise<void>>()
    async function step(paths: readonly LibraryPath[]): Promise<void> {
      const folders = await walk(paths)
      for (const { path, found } of folders) for (const name of found?.folders ?? []) waiting.push(joinPath(path, name))
      await take(folders, silently)
      state.folders += folders.length
      tellProgress()
    }
    while ((waiting.length > 0 || running.size > 0) && !stopped) {
      while (waiting.length > 0 && running.size < deps.threads) {
        const share = Math.ceil(waiting.length / (deps.threads - running.size))
        const work = step(waiting.splice(0, Math.min(walkBatch, share))).finally(() => running.delete(work))
        running.add(work)
      }
      await Promise.race(running)
    }
    await Promise.all(running)
  }

  /** Reads all that is to be read. One at a time: who asks while it runs waits for it, and then for a second look. */
  function drain(): Promise<void> {
    draining ??= (async () => {
      try {
        while (!stopped) {
          const paths = await catalogue.run('unread', { limit: readChunk })
          if (paths.length === 0) break
          await deps.read(paths, async (batch, answers) => {
            if (stopped) return
            await keep(batch, answers)
            state.read += batch.length
            tellProgress()
          })
        }
      } finally {
        draining = null
      }
    })()
    return draining
  }

  async function keep(paths: readonly LibraryPath[], answers: readonly ReadAnswer[]): Promise<void> {
    const readings = answers.filter(answer => answer !== 'gone')
    const lost = paths.filter((_, i) => answers[i] === 'gone')
    if (readings.length > 0) await catalogue.run('storeReadings', readings)
    if (lost.length === 0) return
    await catalogue.run('lost', lost)
    settleSoon()
  }

  /** Work that nobody waits for. */
  function inBackground(work: Promise<void>): void {
    work.catch(deps.reportFault)
  }

  function settleSoon(): void {
    if (stopped || settling) return
    settling = setTimeout(() => {
      settling = null
      inBackground(settle())
    }, grace).unref()
  }

  /** Forgets what is missing for good. While a scan goes on nothing is: it may still find it. */
  async function settle(): Promise<void> {
    if (stopped) return
    if (scanning !== null) return settleSoon()
    const before = Date.now() - grace
    await count()
    if (state.missing === 0 || !deps.mayForget(state)) return
    const paths = await catalogue.run('forgetMissing', { since: before })
    if (paths.length > 0) publish({ type: 'library.changed', paths: paths.slice(0, mostPaths) })
    await count()
    if (state.missing > 0) settleSoon()
  }

  async function scan(): Promise<void> {
    try {
      await opened
      const silently = !walkedOnce
      state.folders = 0
      state.state = 'walking'
      await walkBelow(['' as LibraryPath], silently)
      if (stopped) return
      await count()
      walkedOnce = true
      state.state = 'reading'
      publish({ type: 'library.scan', ...state })
      await drain()
    } finally {
      scanning = null
      state.state = 'ready'
    }
    if (stopped) return
    await catalogue.run('completed')
    await count()
    publish({ type: 'library.scan', ...state })
    if (state.missing > 0) settleSoon()
  }

  return {
    state,
    start() {
      scanning ??= scan()
      return scanning
    },
    async look(paths) {
      await opened
      const folders = await walk(paths)
      const diff = await take(folders, !walkedOnce)
      if (diff.added.length + diff.changed.length > 0 && !scanning) inBackground(drain().then(count))
      const seen = new Map(folders.map(({ path, found }) => [path, found !== null]))
      return paths.map(path => seen.get(path) ?? null)
    },
    async walkedBelow(path) {
      await opened
      if (walkedOnce) return
      let timer: NodeJS.Timeout | undefined
      const enough = new Promise<void>(resolve => {
        timer = setTimeout(resolve, longestWait).unref()
      })
      const walking = walkBelow([path], true)
      inBackground(walking)
      await Promise.race([walking, enough])
      clearTimeout(timer)
    },
    keep,
    close,
  }
}
