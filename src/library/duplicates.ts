import type { Duplicate, DuplicateKind, DuplicatePage } from '../schemas/duplicate.ts'
import type { ServiceEvent } from '../schemas/event.ts'
import type { Catalogue } from '../workers/catalogue.ts'
import type { Pool } from '../workers/pool.ts'
import type { Library } from './library.ts'
import type { LibraryPath } from './paths.ts'
import { type AudioSums, createAudioSums } from './sums.ts'

/** Tracks that are the same. */
export interface DuplicateSearch {
  readonly sums: AudioSums
  /** Throws BAD_REQUEST for a cursor of something else. */
  page(by: DuplicateKind, limit: number, cursor: string | null): Promise<DuplicatePage>
  /** Our own change of a track: its audio is as it was. */
  noteWritten(note: WrittenNote): void
}

interface WrittenNote {
  readonly before: LibraryPath | null
  readonly after: LibraryPath | null
  readonly revisionBefore?: string | null
  readonly revision?: string | null
}

export interface DuplicateSearchDependencies {
  readonly library: Library
  readonly pool: Pool
  readonly threads: number
  readonly catalogue: Catalogue
  publish(event: ServiceEvent): void
  reportFault(fault: unknown): void
}

/** How often a page is made anew because files turn out to have changed. */
const mostTries = 3

export function createDuplicateSearch(deps: DuplicateSearchDependencies): DuplicateSearch {
  const { library, pool, catalogue } = deps
  const { root, options } = library
  const sums = createAudioSums({ ...deps, root, options })

  /** Paths of a page that are no longer what the catalogue knows: nobody may delete a copy because of one that is gone. */
  async function changedIn(items: readonly Duplicate[]): Promise<LibraryPath[]> {
    const tracks = items
      .flatMap(item => item.tracks)
      .map(({ path, revision }) => ({ path: path as LibraryPath, revision }))
    const same = await pool.run('compare', { root, tracks })
    return tracks.flatMap(({ path }, i) => (same[i] ? [] : [path]))
  }

  return {
    sums,
    noteWritten({ before, after, revisionBefore, revision }) {
      if (before === null || after === null || !revisionBefore || !revision) return
      const edit = { paths: [before, after], before: revisionBefore, after: revision }
      catalogue.run('carrySum', edit).catch(deps.reportFault)
    },
    async page(by, limit, cursor) {
      for (let tries = 1; ; tries++) {
        while (!(await catalogue.run('findDuplicates', { by, continued: cursor !== null })));
        const page = await catalogue.run('duplicatePage', { by, limit, cursor })
        const changed = new Set<string>(await changedIn(page.items))
        if (changed.size === 0 || tries === mostTries) {
          const items = page.items.filter(({ tracks }) => !tracks.some(({ path }) => changed.has(path)))
          const complete = page.complete && library.scan.state.complete
          return { ...page, items, complete, hashing: sums.state }
        }
        await library.refresh([...changed] as LibraryPath[])
      }
    },
  }
}
