import { realpath, stat } from 'node:fs/promises'
import { LRUCache } from 'lru-cache'
import { CodedError, type ErrorCode } from '../errors.ts'
import type { Folder } from '../schemas/folder.ts'
import type { Track, TrackPage, TrackSummary } from '../schemas/track.ts'
import type { CodecOptions } from '../tags/containers/container.ts'
import type { Pool } from '../workers/pool.ts'
import type { SummariesInput, SummaryAnswer } from '../workers/tasks.ts'
import { compareNames } from './order.ts'
import { absolute, type LibraryPath, realRoot } from './paths.ts'
import { unreadSummary } from './track.ts'

/** The music as one reads it. Paths come from parsePath; every call looks at the files themselves. */
export interface Library {
  readonly root: Buffer
  readonly options: CodecOptions
  folder(path: LibraryPath): Promise<Folder>
  /** Paths of the tracks of a folder, in natural order. */
  trackPaths(path: LibraryPath, recursive: boolean): Promise<LibraryPath[]>
  tracks(
    path: LibraryPath,
    page: { recursive: boolean; limit: number; cursor?: string | undefined },
  ): Promise<TrackPage>
  track(path: LibraryPath): Promise<Track>
  picture(path: LibraryPath, index: number): Promise<{ mime: string; data: Uint8Array }>
  /** What one writer at a time may hold: the real file behind a path. */
  lockKey(path: LibraryPath): Promise<string>
}

/** Tracks that are read in one go by one thread. */
const batchSize = 25
const cachedSummaries = 20_000
/** Time that a file or a batch may take before its thread is ended (ms): slow disks are waited for, hostile files are not. */
const fileLimit = 20_000
const batchLimit = 30_000

export function createLibrary(musicDir: string, options: CodecOptions, pool: Pool, threads: number): Library {
  const root = realRoot(musicDir)
  const cache = new LRUCache<string, TrackSummary>({ max: cachedSummaries })

  /** A batch, or, where one of its files does not let go of the thread, its files one by one. */
  async function readBatch(tracks: SummariesInput['tracks']): Promise<SummaryAnswer[]> {
    try {
      return await pool.read('summaries', { root, options, tracks }, tracks.length > 1 ? batchLimit : fileLimit)
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'MALFORMED_FILE') throw error
      if (tracks.length > 1) return (await Promise.all(tracks.map(track => readBatch([track])))).flat()
      return Promise.all(tracks.map(({ path }) => unreadable(root, path, error.message)))
    }
  }

  async function summaries(paths: readonly LibraryPath[]): Promise<TrackSummary[]> {
    const size = Math.min(batchSize, Math.max(1, Math.ceil(paths.length / threads)))
    const batches: (readonly LibraryPath[])[] = []
    for (let at = 0; at < paths.length; at += size) batches.push(paths.slice(at, at + size))
    const answers = await Promise.all(
      batches.map(async batch => {
        const known = batch.map(path => cache.get(path))
        const found = await readBatch(
          batch.map((path, i) => ({ path, ...(known[i] ? { known: known[i].revision } : {}) })),
        )
        return found.flatMap((summary, i) => {
          const kept = summary === 'same' ? known[i] : summary
          if (!kept || kept === 'gone') return []
          if (!kept.reason || lasting.has(kept.reason.code)) cache.set(batch[i] as string, kept)
          return [kept]
        })
      }),
    )
    return answers.flat()
  }

  return {
    root,
    options,
    folder: path => pool.run('folder', { root, path }),
    trackPaths: (path, recursive) => pool.run('tracks', { root, path, recursive }),
    async tracks(path, { recursive, limit, cursor }) {
      const paths = await pool.run('tracks', { root, path, recursive })
      const start = cursor === undefined ? 0 : startAfter(paths, decodeCursor(cursor))
      const page = paths.slice(start, start + limit)
      const last = page.at(-1)
      return {
        items: await summaries(page),
        total: paths.length,
        nextCursor: last !== undefined && start + limit < paths.length ? encodeCursor(last) : null,
      }
    },
    track: path => pool.read('track', { root, path, options }, fileLimit),
    picture: (path, index) => pool.read('picture', { root, path, options, index }, fileLimit),
    async lockKey(path) {
      try {
        const real = await realpath(absolute(root, path), { encoding: 'buffer' })
        return real.toString('latin1')
      } catch {
        // Nothing there to lock: the task will say so.
        return path
      }
    },
  }
}

/** A track that did not let go of its thread: in that state it need not be tried again. */
async function unreadable(root: Buffer, path: LibraryPath, detail: string): Promise<TrackSummary | 'gone'> {
  const stats = await stat(absolute(root, path), { bigint: true }).catch(() => null)
  return stats ? unreadSummary(path, stats, { code: 'MALFORMED_FILE', detail }) : 'gone'
}

/** Reasons that lie in the bytes of a file, so that they stand as long as its revision: a mode can change without it. */
const lasting: ReadonlySet<string> = new Set<ErrorCode>(['MALFORMED_FILE', 'UNSUPPORTED_CONTAINER'])

/** A cursor is the path of the last track of a page, so that it holds while tracks come and go. */
function encodeCursor(path: string): string {
  return Buffer.from(path).toString('base64url')
}

function decodeCursor(cursor: string): string {
  const path = Buffer.from(cursor, 'base64url').toString('utf8')
  if (encodeCursor(path) !== cursor) throw new CodedError('BAD_REQUEST', 'The cursor is not one that this server gave.')
  return path
}

function startAfter(paths: readonly LibraryPath[], last: string): number {
  const at = paths.indexOf(last as LibraryPath)
  if (at >= 0) return at + 1
  // Gone meanwhile: go on with the first that would come behind it.
  const next = paths.findIndex(path => compareNames(path, last) > 0)
  return next < 0 ? paths.length : next
}
