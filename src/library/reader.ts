import { stat } from 'node:fs/promises'
import { CodedError } from '../errors.ts'
import type { CodecOptions } from '../tags/containers/container.ts'
import type { Pool } from '../workers/pool.ts'
import type { ReadAnswer } from '../workers/tasks.ts'
import { absolute, type LibraryPath } from './paths.ts'
import { noFacts } from './reading.ts'
import { unreadSummary } from './track.ts'

/** Tracks that are read in one go by one thread. */
const batchSize = 40
/** Time that a file or a batch may take before its thread is ended (ms): slow disks are waited for, hostile files are not. */
export const fileLimit = 20_000
const batchLimit = 30_000

/** Reads tracks with all threads; answers come in order. `each` is given every batch as it is done. */
export type ReadTracks = (
  paths: readonly LibraryPath[],
  each?: (paths: readonly LibraryPath[], answers: readonly ReadAnswer[]) => Promise<void>,
) => Promise<ReadAnswer[]>

export function createReader(root: Buffer, options: CodecOptions, pool: Pool, threads: number): ReadTracks {
  /** A batch, or, where one of its files does not let go of the thread, its files one by one. */
  async function readBatch(paths: readonly LibraryPath[]): Promise<ReadAnswer[]> {
    try {
      return await pool.read('read', { root, options, paths }, paths.length > 1 ? batchLimit : fileLimit)
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'MALFORMED_FILE') throw error
      if (paths.length > 1) return (await Promise.all(paths.map(path => readBatch([path])))).flat()
      return Promise.all(paths.map(path => unreadable(root, path, error.message)))
    }
  }

  return async (paths, each) => {
    const size = Math.min(batchSize, Math.max(1, Math.ceil(paths.length / threads)))
    const answers: ReadAnswer[][] = []
    let next = 0
    // A lane to a thread, so that what a person asks for meanwhile waits for one batch at the most.
    async function lane(): Promise<void> {
      for (let at = next; at < paths.length; at = next) {
        next += size
        const batch = paths.slice(at, at + size)
        const found = await readBatch(batch)
        answers[at / size] = found
        await each?.(batch, found)
      }
    }
    await Promise.all(Array.from({ length: threads }, lane))
    return answers.flat()
  }
}

/** A track that did not let go of its thread: in that state it need not be tried again. */
async function unreadable(root: Buffer, path: LibraryPath, detail: string): Promise<ReadAnswer> {
  const stats = await stat(absolute(root, path), { bigint: true }).catch(() => null)
  return stats ? { summary: unreadSummary(path, stats, { code: 'MALFORMED_FILE', detail }), facts: noFacts } : 'gone'
}
