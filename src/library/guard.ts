import { opendir, stat } from 'node:fs/promises'
import type { CatalogueCounts } from '../catalogue/store.ts'
import { CodedError } from '../errors.ts'
import { trashName } from '../files/trash.ts'

/*
 * Stands between a disk that is gone and the belief that its tracks are. When the library cannot be found as it was, nothing is
 * forgotten and nothing written until it is found again, or until a person says that what is missing is gone for good.
 */

export interface GuardDependencies {
  readonly root: Buffer
  /** What the catalogue knows of the library. */
  counts(): Promise<Pick<CatalogueCounts, 'tracks' | 'missing'>>
  /** Looks at everything anew, also at what is watched: it may be another disk. */
  rescan(): void
  warn(message: string): void
  info(message: string): void
  readonly times?: GuardTimes
}

export interface GuardTimes {
  /** Between two looks at the root while all is well, and while it is not (ms). */
  readonly well: number
  readonly held: number
  /** Between two scans while something is missing (ms): a disk that is mounted further down shows nowhere else. */
  readonly scan: number
  /** In which the root has to answer (ms): a dead network mount never does. */
  readonly answer: number
}

const usualTimes: GuardTimes = { well: 30_000, held: 5000, scan: 60_000, answer: 10_000 }

export interface Guard {
  /** Why the library is not available; null while it is. */
  readonly reason: { readonly code: 'LIBRARY_MISSING'; readonly detail: string } | null
  /** Looks at the root once, and goes on looking. */
  start(): Promise<void>
  /** Looks at the root now; why the library is not available, or null. */
  check(): Promise<Guard['reason']>
  /** To be called right before something is written. Throws LIBRARY_MISSING. */
  demandAvailable(): Promise<void>
  /**
   * Which of the missing tracks may be forgotten: none, those that are missing for a while, or, as a person said so, all. Ends a hold
   * when they are found again. To be called when a scan or a look has come to its end.
   */
  mayForget(counts: Pick<CatalogueCounts, 'tracks' | 'missing'>): Promise<'none' | 'old' | 'all'>
  /** A person says that what is missing is gone: true where the root can be read, so that this can be known. */
  accept(): Promise<boolean>
  /** Resolves when the library is available, at once or later, or when the guard is closed. */
  available(): Promise<void>
  close(): void
}

/**
 * Below this a fifth is a handful of tracks, which people remove by hand; an empty root is told without it. From here on a fifth is
 * more than most people delete within the two seconds in which it would have to happen.
 */
const smallLibrary = 20
const share = 5

const emptied = 'The folder of the library is empty, though there were tracks in it; is its disk mounted?'
const replaced = 'Another folder is in the place of the library; is its disk mounted?'

const neverScanned = { identity: '', at: 0 }

/** The state of the root. */
interface Root {
  readonly identity: string
  readonly empty: boolean
}

export function createGuard(deps: GuardDependencies): Guard {
  const { root, counts, warn, info, times = usualTimes } = deps
  let reason: Guard['reason'] = null
  /** The root as it was when its tracks were there. */
  let identity: string | null = null
  let accepted = false
  let closed = false
  let timer: NodeJS.Timeout | null = null
  let looking: Promise<Root | string> | null = null
  /** The root as it was at the last scan of a hold, and when that was. */
  let scanned = neverScanned
  let begun: Promise<void> | null = null
  const waiting: (() => void)[] = []

  function hold(detail: string): void {
    if (reason?.detail === detail) return
    const advice = 'Nothing is forgotten and nothing is written until it is back.'
    if (!reason) {
      scanned = neverScanned
      warn(`${detail} ${advice}`)
      lookAgainIn(times.held)
    }
    reason = { code: 'LIBRARY_MISSING', detail: `${detail} ${advice}` }
  }

  function release(found: Root): void {
    identity = found.identity
    if (!reason) return
    reason = null
    info('The library is back.')
    for (const resolve of waiting.splice(0)) resolve()
  }

  /** The root, or why it cannot be read. A look that never ends is waited for once only. */
  async function look(): Promise<Root | string> {
    looking ??= readRoot(root).finally(() => {
      looking = null
    })
    let limit: NodeJS.Timeout | undefined
    const late = new Promise<string>(resolve => {
      limit = setTimeout(resolve, times.answer, 'The disk of the library does not answer.')
    })
    const found = await Promise.race([looking, late])
    clearTimeout(limit)
    return found
  }

  async function check(): Promise<Guard['reason']> {
    const found = await look()
    if (typeof found === 'string') hold(found)
    else if (found.empty && (await knowsTracks())) hold(emptied)
    else if (identity !== null && identity !== found.identity) hold(replaced)
    else if (!reason) identity = found.identity
    return reason
  }

  async function knowsTracks(): Promise<boolean> {
    if (accepted) return false
    const { tracks, missing } = await counts()
    return tracks + missing > 0
  }

  /** Why tracks are not to be believed gone though the root can be read. */
  function whyMissed(found: Root, tracks: number, missing: number): string | null {
    const known = tracks + missing
    if (found.empty && known > 0) return emptied
    if (missing > 0 && known >= smallLibrary && missing * share >= known)
      return `${missing} of ${known} tracks are missing at once; is a disk not mounted? If they are gone for good, say so.`
    // Another folder without any of the tracks: not theirs.
    if (missing > 0 && tracks === 0 && identity !== found.identity) return replaced
    return null
  }

  async function watchOver(): Promise<void> {
    try {
      await check()
      if (reason) await seekBack()
    } finally {
      timer = null
      lookAgainIn(reason ? times.held : times.well)
    }
  }

  const noteFault = (error: unknown): void => warn(`The library could not be looked at: ${error}`)
  function lookAgainIn(time: number): void {
    if (closed) return
    if (timer) clearTimeout(timer)
    timer = setTimeout(goOn, time).unref()
  }

  const goOn = (): void => void watchOver().catch(noteFault)

  /** Scans when there is another root than at the last time, and else now and then. */
  async function seekBack(): Promise<void> {
    const found = await look()
    if (closed) return
    if (typeof found === 'string' || found.empty) {
      scanned = neverScanned
      return
    }
    const now = performance.now()
    if (found.identity === scanned.identity && now - scanned.at < times.scan) return
    scanned = { identity: found.identity, at: now }
    deps.rescan()
  }

  const start = (): Promise<void> => {
    begun ??= watchOver().catch(noteFault)
    return begun
  }

  return {
    get reason() {
      return reason
    },
    start,
    check,
    async demandAvailable() {
      await start()
      const found = await check()
      if (found) throw new CodedError('LIBRARY_MISSING', found.detail)
    },
    async mayForget({ tracks, missing }) {
      const found = await look()
      const why = typeof found === 'string' ? found : accepted ? null : whyMissed(found, tracks, missing)
      if (why !== null) hold(why)
      if (why !== null || typeof found === 'string') return 'none'
      release(found)
      const which = accepted ? 'all' : 'old'
      accepted = false
      return which
    },
    async accept() {
      const found = await look()
      if (typeof found === 'string') return false
      accepted = true
      return true
    },
    async available() {
      await start()
      if (reason && !closed) await new Promise<void>(resolve => void waiting.push(resolve))
    },
    close() {
      closed = true
      if (timer) clearTimeout(timer)
      for (const resolve of waiting.splice(0)) resolve()
    },
  }
}

async function readRoot(root: Buffer): Promise<Root | string> {
  try {
    const { dev, ino } = await stat(root, { bigint: true })
    return { identity: `${dev}.${ino}`, empty: await isEmpty(root) }
  } catch (error) {
    return whyMissing((error as NodeJS.ErrnoException).code ?? 'an error')
  }
}

/** Whether nothing is to be seen in a folder: what lies below a mount is empty, but for a mark that somebody left there. */
async function isEmpty(folder: Buffer): Promise<boolean> {
  const open = await opendir(folder, { encoding: 'buffer' } as never)
  try {
    for (let entry = await open.read(); entry; entry = await open.read()) {
      const name = entry.name as unknown as Buffer
      // What was deleted here, all of it perhaps, lies on the same disk.
      if (name.toString('latin1') === trashName) return false
      if (name[0] !== 0x2e && name.toString('latin1') !== 'lost+found') return false
    }
    return true
  } finally {
    await open.close()
  }
}

function whyMissing(code: string): string {
  switch (code) {
    case 'ENOENT':
      return 'The folder of the library is not there; is its disk mounted?'
    case 'ENOTDIR':
      return 'In the place of the library is no folder; is its disk mounted?'
    case 'EACCES':
    case 'EPERM':
      return 'The folder of the library can no longer be read by this user.'
    default:
      return `The folder of the library cannot be read (${code}); is its disk well?`
  }
}
