import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '../workers/pool.ts'
import type { LibraryPath } from './paths.ts'

export interface PollDependencies {
  readonly root: Buffer
  readonly pool: Pick<Pool, 'run'>
  /** Folders with the modification times that are known of them (ns). */
  folders(): ReadonlyArray<{ readonly path: LibraryPath; readonly modified: string }>
  /** Told of each folder that has another time now, or is gone. */
  add(path: LibraryPath): void
  /** Looks at everything. */
  rescan(): void
  reportFault(fault: unknown): void
}

export interface PollTimes {
  /** From one round over all folders to the next (ms). */
  readonly round: number
  /** From one rescan to the next (ms): the time of a folder does not tell of files that were written in place. */
  readonly rescan: number
}

const usualTimes: PollTimes = { round: 60_000, rescan: 6 * 60 * 60 * 1000 }

/** Folders that one task asks for, one task at a time. */
const batch = 100

/** Looks at the times of folders over and over, spread over half of the time of a round. `signal` ends it. */
export async function pollFolders(
  deps: PollDependencies,
  signal: AbortSignal,
  times: PollTimes = usualTimes,
): Promise<void> {
  const { root, pool, add } = deps
  let scanned = performance.now()

  async function round(): Promise<number> {
    const folders = deps.folders()
    const pause = times.round / 2 / Math.max(1, Math.ceil(folders.length / batch))
    for (let at = 0; at < folders.length && !signal.aborted; at += batch) {
      const part = folders.slice(at, at + batch)
      const found = await pool.run('folderTimes', { root, paths: part.map(({ path }) => path) })
      for (const [i, { path, modified }] of part.entries()) if (found[i] !== modified) add(path)
      await sleep(pause, undefined, { signal, ref: false })
    }
    return folders.length
  }

  while (!signal.aborted) {
    try {
      await sleep(times.round / 2, undefined, { signal, ref: false })
      const polled = await round()
      if (polled === 0 || performance.now() - scanned < times.rescan) continue
      scanned = performance.now()
      deps.rescan()
    } catch (error) {
      if (!signal.aborted) deps.reportFault(error)
    }
  }
}
