import type { Catalogue } from '../workers/catalogue.ts'
import type { LibraryPath } from './paths.ts'
import type { Reader } from './reader.ts'
import type { ReadAnswer } from './reading.ts'

export interface FillingDependencies {
  readonly catalogue: Pick<Catalogue, 'run'>
  readonly reader: Reader
  isStopped(): boolean
  /** So many more tracks were read of those that were to be read. */
  noteRead(count: number): void
  /** Tracks that were to be read are not there. */
  noteLost(): void
}

/** Fills the catalogue with what tracks hold. */
export interface Filling {
  /** Reads all that is to be read. One at a time: who asks while it runs waits for it to look once more. */
  drain(): Promise<void>
  /** Reads tracks whatever is known of them. */
  refresh(paths: readonly LibraryPath[]): Promise<void>
  /** Stores what became of tracks that were read for another reason. */
  keep(paths: readonly LibraryPath[], answers: readonly ReadAnswer[]): Promise<void>
  /** Resolves when nothing is being drained; never rejects. */
  idle(): Promise<void>
}

/** Tracks whose reading is asked for at once. */
const chunk = 2000

export function createFilling({ catalogue, reader, isStopped, noteRead, noteLost }: FillingDependencies): Filling {
  let draining: Promise<void> | null = null
  let again = false

  async function readUnread(): Promise<void> {
    while (!isStopped()) {
      const paths = await catalogue.run('unread', { limit: chunk })
      if (paths.length === 0) return
      await reader.readPacked(paths, async (packed, count) => {
        if (isStopped()) return
        await storePacked(packed)
        noteRead(count)
      })
    }
  }

  async function storePacked(packed: string): Promise<void> {
    if ((await catalogue.run('storePacked', { packed })) > 0) noteLost()
  }

  return {
    drain() {
      again = true
      draining ??= (async () => {
        try {
          while (again && !isStopped()) {
            again = false
            await readUnread()
          }
        } finally {
          draining = null
        }
      })()
      return draining
    },
    refresh: paths =>
      reader.readPacked(paths, async packed => {
        if (!isStopped()) await storePacked(packed)
      }),
    async keep(paths, answers) {
      const readings = answers.filter(answer => answer !== 'gone')
      const lost = paths.filter((_, i) => answers[i] === 'gone')
      if (readings.length > 0) await catalogue.run('storeReadings', readings)
      if (lost.length === 0) return
      await catalogue.run('lost', lost)
      noteLost()
    },
    async idle() {
      await Promise.allSettled([draining])
    },
  }
}
