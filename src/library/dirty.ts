import type { LibraryPath } from './paths.ts'

/*
 * Folders in which something happened. They are looked at when it has been quiet for a moment, each once however much happened in it,
 * many together; in a storm now and then. One in which a file is still being written is looked at again when that is at rest.
 */

export interface DirtyTimes {
  /** Without anything new before a look (ms). */
  readonly quiet: number
  /** That a look is put off at the most, while there is always something new (ms). */
  readonly longestWait: number
  /** Until a folder is looked at again in which a file was being written (ms). */
  readonly rest: number
  /** After which such a folder is taken as it is (ms). */
  readonly patience: number
}

const usualTimes: DirtyTimes = { quiet: 250, longestWait: 3000, rest: 1000, patience: 30_000 }

/** Looks at folders. Those in which files are being written it may leave alone, unless it is to be impatient, and returns them. */
export type Look = (paths: readonly LibraryPath[], isPatient: (path: LibraryPath) => boolean) => Promise<LibraryPath[]>

export interface DirtyFolders {
  add(path: LibraryPath): void
  /** Ends all looking; resolves when the running look is done. */
  close(): Promise<void>
}

/** Folders that are looked at in one go. */
const batch = 500

export function createDirtyFolders(
  look: Look,
  reportFault: (fault: unknown) => void,
  times: DirtyTimes = usualTimes,
): DirtyFolders {
  const dirty = new Set<LibraryPath>()
  /** Since when folders are put off (ms). */
  const putOff = new Map<LibraryPath, number>()
  const again = new Set<NodeJS.Timeout>()
  let timer: NodeJS.Timeout | null = null
  let since = 0
  let running: Promise<void> | null = null
  let closed = false

  function add(path: LibraryPath): void {
    if (closed) return
    const now = performance.now()
    if (dirty.size === 0) since = now
    dirty.add(path)
    if (running !== null) return
    if (timer) clearTimeout(timer)
    const wait = Math.min(times.quiet, Math.max(0, since + times.longestWait - now))
    timer = setTimeout(begin, wait).unref()
  }

  function begin(): void {
    timer = null
    running = flush()
      .catch(reportFault)
      .finally(() => {
        running = null
        for (const path of [...dirty].slice(0, 1)) add(path)
      })
  }

  async function flush(): Promise<void> {
    const paths = [...dirty].slice(0, batch)
    for (const path of paths) dirty.delete(path)
    const now = performance.now()
    const isPatient = (path: LibraryPath): boolean => now - (putOff.get(path) ?? now) < times.patience
    const restless = new Set(await look(paths, isPatient))
    for (const path of paths) if (!restless.has(path)) putOff.delete(path)
    if (restless.size === 0) return
    for (const path of restless) if (!putOff.has(path)) putOff.set(path, now)
    const timer = setTimeout(() => {
      again.delete(timer)
      for (const path of restless) add(path)
    }, times.rest).unref()
    again.add(timer)
  }

  return {
    add,
    async close() {
      closed = true
      dirty.clear()
      if (timer) clearTimeout(timer)
      for (const timer of again) clearTimeout(timer)
      await running
    },
  }
}
