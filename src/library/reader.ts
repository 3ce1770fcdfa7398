import { stat } from 'node:fs/promises'
import { CodedError } from '../errors.ts'
import type { CodecOptions } from '../tags/containers/container.ts'
import type { Pool } from '../workers/pool.ts'
import { absolute, type LibraryPath } from './paths.ts'
import { noFacts, packAnswers, type ReadAnswer } from './reading.ts'
import { unreadSummary } from './track.ts'

/** Tracks that are read in one go by one thread. */
const batchSize = 60
/** Time that a file or a batch may take before its thread is ended (ms): slow disks are waited for, hostile files are not. */
export const fileLimit = 20_000
const batchLimit = 30_000

/** Reads tracks with all threads. */
export interface Reader {
  /** Answers come in order. */
  read(paths: readonly LibraryPath[]): Promise<ReadAnswer[]>
  /** The same for the catalogue: each batch is given to `take`, as text that nobody has to understand on the way there. */
  readPacked(paths: readonly LibraryPath[], take: (packed: string, count: number) => Promise<void>): Promise<void>
}

export function createReader(root: Buffer, options: CodecOptions, pool: Pool, threads: number): Reader {
  /** A batch, or, where one of its files does not let go of the thread, its files one by one: as many answers as it takes. */
  async function readBatch<T>(
    task: (paths: readonly LibraryPath[], limit: number) => Promise<T>,
    paths: readonly LibraryPath[],
    given: (answers: readonly ReadAnswer[]) => T,
  ): Promise<T[]> {
    try {
      return [await task(paths, paths.length > 1 ? batchLimit : fileLimit)]
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'MALFORMED_FILE') throw error
      if (paths.length > 1) return (await Promise.all(paths.map(path => readBatch(task, [path], given)))).flat()
      return [given(await Promise.all(paths.map(path => unreadable(root, path, error.message))))]
    }
  }

  /** A lane to a thread, so that what a person asks for meanwhile waits for one batch at the most. */
  async function inLanes(
    paths: readonly LibraryPath[],
    each: (batch: readonly LibraryPath[], index: number) => Promise<void>,
  ): Promise<void> {
    const size = Math.min(batchSize, Math.max(1, Math.ceil(paths.length / threads)))
    let next = 0
    async function lane(): Promise<void> {
      for (let at = next; at < paths.length; at = next) {
        next += size
        await each(paths.slice(at, at + size), at / size)
      }
    }
    await Promise.all(Array.from({ length: threads }, lane))
  }

  return {
    async read(paths) {
      const answers: ReadAnswer[][] = []
      const task = (batch: readonly LibraryPath[], limit: number) =>
        pool.read('read', { root, options, paths: batch }, limit)
      await inLanes(paths, async (batch, index) => {
        answers[index] = (await readBatch(task, batch, found => [...found])).flat()
      })
      return answers.flat()
    },
    async readPacked(paths, take) {
      const task = (batch: readonly LibraryPath[], limit: number) =>
        pool.read('readPacked', { root, options, paths: batch }, limit)
      // A batch is taken while the next one of its lane is read; more would pile up.
      let taken: Promise<void> = Promise.resolve()
      await inLanes(paths, async batch => {
        const texts = await readBatch(task, batch, found => packAnswers(batch, found))
        const before = taken
        taken = before.then(() => takeAll(texts, batch.length))
        taken.catch(() => {})
        await before
      })
      await taken

      async function takeAll(texts: readonly string[], count: number): Promise<void> {
        for (const [i, packed] of texts.entries()) await take(packed, i === 0 ? count : 0)
      }
    },
  }
}

/** A track that did not let go of its thread: in that state it need not be tried again. */
async function unreadable(root: Buffer, path: LibraryPath, detail: string): Promise<ReadAnswer> {
  const stats = await stat(absolute(root, path), { bigint: true }).catch(() => null)
  return stats ? { summary: unreadSummary(path, stats, { code: 'MALFORMED_FILE', detail }), facts: noFacts } : 'gone'
}
