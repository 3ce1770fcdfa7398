import type { Catalogue } from '../workers/catalogue.ts'
import { type LibraryPath, parentOf } from './paths.ts'

/** What a change of ours did to a file. Null before: it was made or came back; null after: it is gone. */
export type Written =
  | {
      readonly kind: 'track'
      readonly before: LibraryPath | null
      readonly after: LibraryPath | null
      readonly revision: string | null
    }
  | { readonly kind: 'folder'; readonly before: LibraryPath | null; readonly after: LibraryPath | null }

export interface RefreshingDependencies {
  readonly catalogue: Pick<Catalogue, 'run'>
  inBackground(work: Promise<unknown>): void
  /** Walks folders that came back with all that is in them. */
  look(paths: readonly LibraryPath[]): Promise<void>
  /** Reads tracks that were written, and stores what they hold. */
  read(paths: readonly LibraryPath[]): Promise<void>
}

/** Keeps the catalogue in step with our own changes, while they run. */
export interface Refreshing {
  /** How many writes were noted so far. */
  readonly writes: number
  note(written: Written): void
  /** Which of the folders were written into after so many writes. */
  disturbed(folders: readonly LibraryPath[], since: number): LibraryPath[]
  /** Resolves when the catalogue knows of all that was noted so far. */
  settled(): Promise<void>
  close(): void
}

/** Before the tracks that were written are read again (ms): a long change writes many. */
const pause = 100
/** Folders that are remembered as written into. */
const mostFolders = 5000

export function createRefreshing({ catalogue, inBackground, look, read }: RefreshingDependencies): Refreshing {
  /** The number of the last write into each folder. */
  const written = new Map<LibraryPath, number>()
  let writes = 0
  /** Tracks that were written and are still to be read. */
  const unread = new Set<LibraryPath>()
  const telling = new Set<Promise<void>>()
  let timer: NodeJS.Timeout | null = null
  let closed = false

  function readSoon(): void {
    if (closed || timer) return
    timer = setTimeout(() => inBackground(readNow()), pause).unref()
  }

  async function readNow(): Promise<void> {
    if (timer) clearTimeout(timer)
    timer = null
    const paths = [...unread]
    unread.clear()
    if (paths.length > 0) await read(paths)
  }

  async function tellCatalogue(each: Written): Promise<void> {
    await catalogue.run('noted', each)
    if (each.kind === 'track' && each.after !== null) {
      unread.add(each.after)
      readSoon()
    }
    if (each.kind === 'folder' && each.before === null && each.after !== null) await look([each.after])
  }

  return {
    get writes() {
      return writes
    },
    note(each) {
      if (written.size > mostFolders) written.clear()
      writes++
      for (const path of [each.before, each.after]) if (path !== null) written.set(parentOf(path), writes)
      const told = tellCatalogue(each).finally(() => telling.delete(told))
      telling.add(told)
      inBackground(told)
    },
    disturbed: (folders, since) => folders.filter(path => (written.get(path) ?? 0) > since),
    async settled() {
      await Promise.allSettled(telling)
      const reading = readNow()
      inBackground(reading)
      await Promise.allSettled([reading])
    },
    close() {
      closed = true
      if (timer) clearTimeout(timer)
    },
  }
}
