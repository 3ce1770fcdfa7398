import { type FSWatcher, watch } from 'node:fs'
import type { Config } from '../config.ts'
import { isTrackName } from '../tags/containers/registry.ts'
import type { Pool } from '../workers/pool.ts'
import { createDirtyFolders, type DirtyTimes, type Look } from './dirty.ts'
import { hasEvents } from './mounts.ts'
import { absolute, decodeName, type LibraryPath, parentOf } from './paths.ts'
import { type PollTimes, pollFolders } from './poll.ts'
import type { WalkedFolder } from './walk.ts'

/*
 * Notices what other programs do in the library: by events of the file system, and where there are none, on network mounts, by
 * looking at the times of folders. It only says in which folder something happened; what, the walk of that folder tells.
 *
 * Why not chokidar or @parcel/watcher: the first opens and stats every file, the second walks the tree once more, keeps every name of
 * it, and gives up altogether at the limit of watches. Folders are all that is needed here, and the scan knows them. Node's own
 * recursive watch does the same on Linux as the first, so there it is one watch to a folder; elsewhere the system's recursion is used.
 */

export interface WatchDependencies {
  readonly root: Buffer
  readonly mode: Config['watch']
  readonly pool: Pick<Pool, 'run'>
  readonly look: Look
  /** Looks at everything. */
  rescan(): void
  warn(message: string): void
  reportFault(fault: unknown): void
  /** For tests. */
  readonly times?: { readonly dirty?: DirtyTimes; readonly poll?: PollTimes }
  /** Watches one folder; for tests. */
  readonly open?: typeof openWatch
}

export interface Watcher {
  /** Resolves when it is known how the library is watched. */
  readonly ready: Promise<void>
  /** To be called before folders are walked, so that nothing that happens meanwhile is missed. */
  willWalk(paths: readonly LibraryPath[]): void
  /** To be called with what walks found. */
  walked(folders: readonly WalkedFolder[]): void
  /** To be called with folders that are no longer there, each with all below it. */
  gone(paths: readonly LibraryPath[]): void
  /** Begins anew, for what is watched may be another disk now. */
  renew(): void
  close(): Promise<void>
}

interface Watched {
  device: string
  modified: string
  handle: FSWatcher | null
}

/** Events at one go after which some may have been lost: the queue of the kernel holds 16384, and says nothing to us when it overflows. */
const storm = 8000

const recursive = process.platform === 'darwin' || process.platform === 'win32'

export function createWatcher(deps: WatchDependencies): Watcher {
  const { root, mode, pool, warn, reportFault, open = openWatch } = deps
  const folders = new Map<LibraryPath, Watched>()
  /** Whether events tell of what happens on a file system, by device. */
  const devices = new Map<string, boolean>()
  const stop = new AbortController()
  const dirty = createDirtyFolders(look, reportFault, deps.times?.dirty)
  let events = 0
  /** Whether events are used at all. */
  let eventful = mode === 'auto'
  let whole: FSWatcher | null = null

  const ready = begin()

  async function begin(): Promise<void> {
    if (mode === 'off') return
    if (eventful && !(await hasEvents(root))) eventful = false
    if (stop.signal.aborted) return
    if (eventful && recursive) watchWhole()
    const polled = () =>
      [...folders].flatMap(([path, { modified, handle }]) => (handle || whole ? [] : [{ path, modified }]))
    void pollFolders({ ...deps, folders: polled, add: dirty.add }, stop.signal, deps.times?.poll)
  }

  async function look(
    paths: readonly LibraryPath[],
    isPatient: (path: LibraryPath) => boolean,
  ): Promise<LibraryPath[]> {
    const many = events > storm
    events = 0
    const restless = await deps.look(paths, isPatient)
    if (many) await compareTimes()
    return restless
  }

  /** Finds the folders of which an event was lost. */
  async function compareTimes(): Promise<void> {
    const known = [...folders]
    const times = await pool.run('folderTimes', { root, paths: known.map(([path]) => path) })
    for (const [i, [path, { modified }]] of known.entries()) if (times[i] !== modified) dirty.add(path)
  }

  function watchWhole(): void {
    try {
      whole = watch(root, { recursive: true, persistent: false, encoding: 'buffer' }, (type, name) => {
        const path = name ? (decodeName(name).replaceAll('\\', '/') as LibraryPath) : ('' as LibraryPath)
        noteEvent(parentOf(path), type, name && Buffer.from(path.slice(path.lastIndexOf('/') + 1)))
      }).on('error', giveUp)
    } catch (error) {
      giveUp(error)
    }
  }

  function noteEvent(folder: LibraryPath, type: string, name: Buffer | null): void {
    events++
    // Hidden files are none of ours, or unfinished ones of our own. What was written to without a change of names concerns tracks only.
    if (name?.[0] === 0x2e) return
    if (type === 'change' && name && !isTrackName(decodeName(name))) return
    dirty.add(folder)
  }

  function watchFolder(path: LibraryPath): FSWatcher | null {
    try {
      const handle = open(absolute(root, path), (type, name) => noteEvent(path, type, name))
      return handle.on('error', error => {
        drop(path)
        if (isExhausted(error)) giveUp(error)
      })
    } catch (error) {
      if (isExhausted(error)) giveUp(error)
      return null
    }
  }

  /** The system has no more watches, or none at all: from here on all folders are polled. */
  function giveUp(error: unknown): void {
    if (!eventful) return
    eventful = false
    whole?.close()
    whole = null
    for (const watched of folders.values()) unwatch(watched)
    const { code = 'error' } = error as NodeJS.ErrnoException
    const name = code === 'EMFILE' ? 'fs.inotify.max_user_instances' : 'fs.inotify.max_user_watches'
    const advice = `raise the sysctl ${name} above the number of folders`
    warn(`The system cannot watch so many folders (${code}); they are polled instead. To get events, ${advice}.`)
  }

  function drop(path: LibraryPath): void {
    const watched = folders.get(path)
    if (watched) unwatch(watched)
    folders.delete(path)
  }

  /** Whether a folder that is not known yet is likely to have events: as the one that it is in. */
  function promises(path: LibraryPath): boolean {
    const above = folders.get(parentOf(path))
    return eventful && !recursive && (above === undefined || devices.get(above.device) !== false)
  }

  async function learn(device: string, path: LibraryPath): Promise<void> {
    // Until it is known: as before.
    devices.set(device, true)
    if (await hasEvents(absolute(root, path))) return
    devices.set(device, false)
    for (const watched of folders.values()) if (watched.device === device) unwatch(watched)
  }

  return {
    ready,
    willWalk(paths) {
      if (mode === 'off' || stop.signal.aborted) return
      for (const path of paths) {
        if (folders.has(path)) continue
        const handle = promises(path) ? watchFolder(path) : null
        if (handle) folders.set(path, { device: '', modified: '', handle })
      }
    },
    walked(walked) {
      if (mode === 'off' || stop.signal.aborted) return
      for (const { path, found } of walked) {
        if (!found) {
          drop(path)
          continue
        }
        const { device, modified } = found
        const watched = folders.get(path)
        if (watched?.handle && watched.device !== '' && watched.device !== device) {
          // Another disk is mounted here now: the old watch is on what lies below it.
          unwatch(watched)
          if (promises(path)) watched.handle = watchFolder(path)
          dirty.add(path)
        }
        const time = watched?.handle || isOld(modified) ? modified : ''
        if (watched) Object.assign(watched, { device, modified: time })
        else folders.set(path, { device, modified: time, handle: null })
        if (eventful && !devices.has(device)) learn(device, path).catch(reportFault)
      }
    },
    gone(paths) {
      if (paths.length === 0) return
      const above = new Set<string>(paths)
      for (const path of [...folders.keys()]) if (isBelow(path, above)) drop(path)
    },
    renew() {
      for (const path of [...folders.keys()]) drop(path)
      if (!whole || !eventful) return
      whole.close()
      watchWhole()
    },
    async close() {
      stop.abort()
      whole?.close()
      for (const watched of folders.values()) unwatch(watched)
      folders.clear()
      await dirty.close()
    },
  }
}

/** Whether a time (ns) is so long ago that what comes next has another one, also where times are kept in steps of two seconds. */
const isOld = (modified: string): boolean => Date.now() - Number(modified) / 1e6 > 3000

/** One watch on one folder, which keeps no process alive. */
function openWatch(folder: Buffer, listener: (type: string, name: Buffer | null) => void): FSWatcher {
  return watch(folder, { persistent: false, encoding: 'buffer' }, listener)
}

function unwatch(watched: Watched): void {
  watched.handle?.close()
  watched.handle = null
}

/** ENOSPC: no more watches; EMFILE, ENFILE: no more descriptors. */
const isExhausted = (error: unknown): boolean =>
  ['ENOSPC', 'EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '')

/** Whether a path is one of others or below one of them. */
function isBelow(path: LibraryPath, others: ReadonlySet<string>): boolean {
  for (let at: string = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    if (others.has(at)) return true
    if (at === '') return false
  }
}
