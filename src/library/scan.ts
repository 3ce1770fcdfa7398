import type { WalkDiff } from '../catalogue/walks.ts'
import type { ServiceEvent } from '../schemas/event.ts'
import type { ScanState } from '../schemas/service.ts'
import type { Catalogue } from '../workers/catalogue.ts'
import type { Pool } from '../workers/pool.ts'
import type { Look } from './dirty.ts'
import { createFilling } from './filling.ts'
import type { Guard } from './guard.ts'
import { eventOf, joined, type News, noNews } from './news.ts'
import { joinPath, type LibraryPath } from './paths.ts'
import type { Reader } from './reader.ts'
import type { ReadAnswer } from './reading.ts'
import { createRefreshing, type Written } from './refreshing.ts'
import type { WalkedFolder } from './walk.ts'
import type { Watcher } from './watch.ts'

/*
 * Keeps the catalogue true to the files. A scan walks all folders first (names and revisions: seconds, and then every list is
 * complete), and then reads the tracks that are new or changed. Single folders are looked at whenever one is listed, and when
 * the watcher says so. What our own changes write is told to the catalogue as it is written, so that no walk finds news in it.
 */

export interface ScanDependencies {
  readonly root: Buffer
  readonly pool: Pool
  readonly threads: number
  readonly catalogue: Catalogue
  readonly reader: Reader
  readonly guard: Pick<Guard, 'mayForget' | 'reason'>
  makeWatcher(with_: { look: Look; rescan(): void }): Watcher
  publish(event: ServiceEvent): void
  /** Another program gave tracks other places. */
  noteMoved(moved: WalkDiff['moved']): void
  warn(message: string): void
  reportFault(fault: unknown): void
}

export interface Scan {
  readonly state: ScanState
  /** Scans the whole library; one that is running is waited for instead. */
  start(): Promise<void>
  /** Scans the whole library, after the scan that is running, with all watches made anew: what is there may be another disk. */
  renew(): Promise<void>
  /** Looks at single folders now; whether each was there, in their order: null stands for one that could not be read. */
  look(paths: readonly LibraryPath[]): Promise<(boolean | null)[]>
  /** Resolves when all folders below a path were walked at least once, or after a while. */
  walkedBelow(path: LibraryPath): Promise<void>
  /** Stores what became of tracks that were read for another reason. */
  keep(paths: readonly LibraryPath[], answers: readonly ReadAnswer[]): Promise<void>
  /** Takes note of what a change of our own did to a file. */
  noteWritten(written: Written): void
  /** Resolves when every list knows of what was noted so far. Never rejects. */
  settled(): Promise<void>
  /** What the catalogue knows of the library, also of its earlier runs. */
  counts(): Promise<{ tracks: number; missing: number }>
  close(): Promise<void>
}

/** Folders that are walked in one go by one thread. */
const walkBatch = 60
/** Between two messages of progress (ms). */
const quiet = 500
/** How long a list waits for folders that were never walked before it does without them (ms). */
const longestWait = 2000
/** How long a missing track may turn up elsewhere before it is forgotten (ms). */
const grace = 2000
/** A file that was written to so lately is perhaps not whole yet (ms). */
const rest = 1000

export function createScan(deps: ScanDependencies): Scan {
  const { root, pool, catalogue, publish } = deps
  const state: ScanState = { state: 'walking', folders: 0, tracks: 0, read: 0, missing: 0, complete: false }
  let stopped = false
  let scanning: Promise<void> | null = null
  let renewing: Promise<void> | null = null
  let settling: NodeJS.Timeout | null = null
  /** Whether every folder was walked once, by this run or an earlier one. */
  let walkedOnce = false
  let told = 0
  const background = new Set<Promise<unknown>>()
  const watcher = deps.makeWatcher({ look: lookForNews, rescan: () => inBackground(start()) })
  const filling = createFilling({
    catalogue,
    reader: deps.reader,
    isStopped: () => stopped,
    noteRead(count) {
      // What is read at rest is counted when all of it is: until then it is not among the tracks either.
      if (state.state !== 'reading') return
      state.read = Math.min(state.read + count, state.tracks)
      tellProgress()
    },
    noteLost: settleSoon,
  })
  const refreshing = createRefreshing({ catalogue, inBackground, look: lookSilently, read: refresh })
  /** Resolves when it is known what an earlier run left in the catalogue. */
  let opened = open()
  catalogue.onLost(warning => {
    deps.warn(warning)
    Object.assign(state, { tracks: 0, read: 0, missing: 0, complete: false })
    opened = open()
    // A scan that is running ends by this.
    inBackground(Promise.allSettled([scanning]).then(start))
  })

  async function close(): Promise<void> {
    stopped = true
    if (settling) clearTimeout(settling)
    refreshing.close()
    await watcher.close()
    await Promise.allSettled([opened, filling.idle()])
    while (background.size > 0) await Promise.allSettled(background)
  }

  /** Work that nobody waits for. */
  function inBackground(work: Promise<unknown>): void {
    const done = work
      .catch(error => {
        if (!stopped) deps.reportFault(error)
      })
      .finally(() => background.delete(done))
    background.add(done)
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

  function tell(news: News): void {
    const event = eventOf(news)
    if (event) publish(event)
  }

  /** Walks folders, again where a change of ours wrote into them meanwhile: what was seen is then neither old nor new. */
  async function walk(paths: readonly LibraryPath[]): Promise<WalkedFolder[]> {
    watcher.willWalk(paths)
    const since = refreshing.writes
    const folders = await pool.run('walk', { root, paths })
    const disturbed = new Set(refreshing.disturbed(paths, since))
    if (disturbed.size === 0) return folders
    const again = await pool.run('walk', { root, paths: [...disturbed] })
    return [...folders.filter(({ path }) => !disturbed.has(path)), ...again]
  }

  function open(): Promise<void> {
    const opening = catalogue.run('opened').then(({ complete, counts, warning }) => {
      walkedOnce = complete
      Object.assign(state, counts)
      if (warning !== null) deps.warn(warning)
    })
    inBackground(opening)
    return opening
  }

  /** Hands a walk to the catalogue. */
  async function take(folders: readonly WalkedFolder[]): Promise<WalkDiff> {
    const diff = await catalogue.run('walked', folders)
    watcher.walked(folders)
    watcher.gone(diff.goneFolders)
    if (diff.moved.length > 0) deps.noteMoved(diff.moved)
    // What is found again may be what a hold waits for.
    if (diff.missing > 0 || (diff.added.length > 0 && deps.guard.reason !== null)) settleSoon()
    return diff
  }

  const newsOf = ({ added, changed, moved }: WalkDiff): News => ({ ...noNews, added, changed, moved })

  /** Walks folders and all below them, the nearest first, with all threads. */
  async function walkBelow(start: readonly LibraryPath[], silently: boolean): Promise<void> {
    const waiting = [...start]
    const running = new Set<Promise<void>>()
    let failed: { error: unknown } | null = null
    async function step(paths: readonly LibraryPath[]): Promise<void> {
      try {
        const folders = await walk(paths)
        for (const { path, found } of folders)
          for (const name of found?.folders ?? []) waiting.push(joinPath(path, name))
        const diff = await take(folders)
        if (!silently) tell(newsOf(diff))
        state.folders += folders.length
        tellProgress()
      } catch (error) {
        failed ??= { error }
      }
    }
    while ((waiting.length > 0 || running.size > 0) && !stopped && !failed) {
      while (waiting.length > 0 && running.size < deps.threads) {
        const share = Math.ceil(waiting.length / (deps.threads - running.size))
        const work = step(waiting.splice(0, Math.min(walkBatch, share))).finally(() => running.delete(work))
        running.add(work)
      }
      await Promise.race(running)
    }
    await Promise.all(running)
    if (failed) throw (failed as { error: unknown }).error
  }

  /** Walks folders, and those below them that are new. `leave` keeps a folder as it is known, for now. */
  async function walkNew(
    paths: readonly LibraryPath[],
    leave: (folder: WalkedFolder) => boolean = () => false,
  ): Promise<{ folders: WalkedFolder[]; news: News }> {
    const waiting = [...paths]
    const all: WalkedFolder[] = []
    const news: News[] = []
    while (waiting.length > 0 && !stopped) {
      const folders = (await walk(waiting.splice(0, walkBatch))).filter(folder => !leave(folder))
      const diff = await take(folders)
      waiting.push(...diff.newFolders)
      all.push(...folders)
      news.push(newsOf(diff))
    }
    const found = joined(news)
    if (found.added.length + found.changed.length > 0 && !scanning) inBackground(drainAndCount())
    return { folders: all, news: found }
  }

  async function lookSilently(paths: readonly LibraryPath[]): Promise<void> {
    await walkNew(paths)
  }

  async function lookForNews(
    paths: readonly LibraryPath[],
    isPatient: (path: LibraryPath) => boolean,
  ): Promise<LibraryPath[]> {
    await opened
    const restless: LibraryPath[] = []
    const { news } = await walkNew(paths, folder => {
      if (isAtRest(folder) || !isPatient(folder.path)) return false
      restless.push(folder.path)
      return true
    })
    tell(news)
    return restless
  }

  async function drainAndCount(): Promise<void> {
    await filling.drain()
    if (!stopped) await count()
  }

  async function refresh(paths: readonly LibraryPath[]): Promise<void> {
    await filling.refresh(paths)
    if (!stopped) await count()
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
    const which = await deps.guard.mayForget(state)
    if (stopped || state.missing === 0 || which === 'none') return
    const since = which === 'all' ? Date.now() : before
    // Two walks of a folder may have been taken in the wrong order: one more look before anything is forgotten.
    const folders = await catalogue.run('missingFolders', { since })
    await walkNew(folders)
    const paths = await catalogue.run('forgetMissing', { since })
    await count()
    tell({ ...noNews, removed: paths })
    if (state.missing > 0) settleSoon()
  }

  async function scan(): Promise<void> {
    try {
      await opened
      await watcher.ready
      const silently = !walkedOnce
      state.folders = 0
      state.state = 'walking'
      await walkBelow(['' as LibraryPath], silently)
      if (stopped) return
      await count()
      walkedOnce = true
      state.state = 'reading'
      publish({ type: 'library.scan', ...state })
      await filling.drain()
      if (!stopped) await catalogue.run('completed')
    } finally {
      scanning = null
      state.state = 'ready'
    }
    if (stopped) return
    await count()
    publish({ type: 'library.scan', ...state })
    await settle()
  }

  function start(): Promise<void> {
    if (stopped) return Promise.resolve()
    if (scanning === null) {
      scanning = scan()
      // What waits for a scan hears of its fault; a stop waits for its last steps, too.
      const over = scanning.catch(() => {}).finally(() => background.delete(over))
      background.add(over)
    }
    return scanning
  }

  return {
    state,
    start,
    renew() {
      renewing ??= Promise.allSettled([scanning]).then(() => {
        renewing = null
        watcher.renew()
        return start()
      })
      return renewing
    },
    async look(paths) {
      await opened
      const { folders, news } = await walkNew(paths)
      if (walkedOnce) tell(news)
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
    keep: filling.keep,
    noteWritten: refreshing.note,
    settled: refreshing.settled,
    async counts() {
      await opened
      return catalogue.run('counts')
    },
    close,
  }
}

/** Whether no track of a folder was written to just now. */
const isAtRest = ({ found }: WalkedFolder): boolean => !found || Date.now() - found.latest >= rest
