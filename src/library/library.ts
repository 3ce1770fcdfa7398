import { realpath } from 'node:fs/promises'
import type { ListedTrack } from '../catalogue/listing.ts'
import type { ValueRequest } from '../catalogue/value-list.ts'
import { CodedError, type ErrorCode } from '../errors.ts'
import type { Folder } from '../schemas/folder.ts'
import type { Track, TrackPage, TrackSummary } from '../schemas/track.ts'
import type { ValuePage } from '../schemas/value.ts'
import type { CodecOptions } from '../tags/containers/container.ts'
import type { Catalogue } from '../workers/catalogue.ts'
import type { Pool } from '../workers/pool.ts'
import { compareNames } from './order.ts'
import { absolute, type LibraryPath } from './paths.ts'
import { createReader, fileLimit, type Reader } from './reader.ts'
import type { Scan } from './scan.ts'

/** Which tracks a list is of. */
export interface ListScope {
  readonly recursive: boolean
  readonly q?: string | undefined
  readonly sort?: string | undefined
}

/** The music as one reads it. Paths come from parsePath; every call looks at the files themselves. */
export interface Library {
  readonly root: Buffer
  readonly options: CodecOptions
  /** What keeps the catalogue true to the files. */
  readonly scan: Scan
  folder(path: LibraryPath): Promise<Folder>
  /** Paths of the tracks of a folder, in natural order. */
  trackPaths(path: LibraryPath, recursive: boolean): Promise<LibraryPath[]>
  /** Paths of the tracks that a search finds in a folder and below. Throws QUERY_INVALID, BAD_REQUEST where it is empty, and LIBRARY_SCANNING while it could miss some. */
  find(q: string, path: LibraryPath): Promise<LibraryPath[]>
  /** Throws FOLDER_NOT_FOUND, QUERY_INVALID and BAD_REQUEST. */
  tracks(path: LibraryPath, page: ListScope & { limit: number; cursor?: string | undefined }): Promise<TrackPage>
  /** Distinct values of a field. Throws BAD_REQUEST. */
  values(request: ValueRequest, limit: number, cursor: string | null): Promise<ValuePage>
  track(path: LibraryPath): Promise<Track>
  picture(path: LibraryPath, index: number): Promise<{ mime: string; data: Uint8Array }>
  /** Reads tracks anew that our own changes wrote, so that every list knows of it. */
  refresh(paths: readonly LibraryPath[]): Promise<void>
  /** What one writer at a time may hold: the real file behind a path. */
  lockKey(path: LibraryPath): Promise<string>
}

export interface LibraryDependencies {
  readonly root: Buffer
  readonly options: CodecOptions
  readonly pool: Pool
  readonly threads: number
  readonly catalogue: Catalogue
  makeScan(reader: Reader): Scan
}

export function createLibrary({ root, options, pool, threads, catalogue, makeScan }: LibraryDependencies): Library {
  const reader = createReader(root, options, pool, threads)
  const { read } = reader
  const scan = makeScan(reader)

  /** What is listed, with what is no longer so read anew, and what is gone left out. */
  async function verified(listed: readonly ListedTrack[]): Promise<TrackSummary[]> {
    const known = listed.map(({ summary }) => ({ path: summary.path as LibraryPath, revision: summary.revision }))
    const same = await pool.run('compare', { root, tracks: known })
    const old = known.flatMap(({ path }, i) => (same[i] && stands(listed[i]) ? [] : [path]))
    if (old.length === 0) return listed.map(({ summary }) => summary)
    const answers = await read(old)
    await scan.keep(old, answers)
    const fresh = new Map(old.map((path, i) => [path, answers[i]]))
    return listed.flatMap(({ summary }) => {
      const answer = fresh.get(summary.path as LibraryPath)
      return answer === undefined ? [summary] : answer === 'gone' ? [] : [answer.summary]
    })
  }

  /** The tracks of a folder behind a link, which the catalogue leaves to the folder itself: read as they are. */
  async function linked(path: LibraryPath, scope: ListScope, limit: number, cursor?: string): Promise<TrackPage> {
    const paths = await pool.run('tracks', { root, path, recursive: scope.recursive })
    if (scope.q || scope.sort) {
      const detail = 'The folder is a link: search and sort in the folder to which it leads.'
      throw new CodedError('BAD_REQUEST', detail)
    }
    const start = cursor === undefined ? 0 : startAfter(paths, decodePath(cursor))
    const page = paths.slice(start, start + limit)
    const last = page.at(-1)
    return {
      items: (await read(page)).flatMap(answer => (answer === 'gone' ? [] : [answer.summary])),
      total: paths.length,
      nextCursor: last !== undefined && start + limit < paths.length ? encodePath(last) : null,
      complete: true,
    }
  }

  return {
    root,
    options,
    scan,
    folder: async path => pool.run('folder', { root, path, known: await catalogue.run('children', { path }) }),
    trackPaths: (path, recursive) => pool.run('tracks', { root, path, recursive }),
    async find(q, path) {
      if (q.trim() === '')
        throw new CodedError('BAD_REQUEST', 'An empty search would mean every track; name a folder instead.')
      const paths = await catalogue.run('paths', { path, recursive: true, q, sort: '' })
      if (!scan.state.complete) {
        const detail =
          'The library is still being read, so that a search could miss tracks; try again when it is complete.'
        throw new CodedError('LIBRARY_SCANNING', detail)
      }
      return paths
    },
    async tracks(path, { limit, cursor, ...scope }) {
      const { recursive, q = '', sort = '' } = scope
      // What is below a folder is not looked at for a list; that a folder is there is: the library itself is watched over by the guard.
      const [there] = path === '' && recursive ? [true] : await scan.look([path])
      if (!there) return linked(path, scope, limit, cursor)
      if (recursive) await scan.walkedBelow(path)
      const request = { path, recursive, q, sort }
      const page = await catalogue.run('page', { request, limit, cursor: cursor ?? null })
      const items = await verified(page.tracks)
      return { items, total: page.total, nextCursor: page.nextCursor, complete: isComplete(scope) }
    },
    async values(request, limit, cursor) {
      const page = await catalogue.run('values', { request, limit, cursor })
      return { ...page, items: [...page.items], complete: scan.state.complete }
    },
    track: path => pool.read('track', { root, path, options }, fileLimit),
    picture: (path, index) => pool.read('picture', { root, path, options, index }, fileLimit),
    async refresh(paths) {
      await scan.keep(paths, await read(paths))
    },
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

  /** A folder alone, in its own order, is read as it is listed. */
  function isComplete({ recursive, q, sort }: ListScope): boolean {
    return scan.state.complete || !(recursive || q || sort)
  }
}

/** Reasons that lie in the bytes of a file, so that they stand as long as its revision: a mode can change without it. */
const lasting: ReadonlySet<string> = new Set<ErrorCode>(['MALFORMED_FILE', 'UNSUPPORTED_CONTAINER'])

/** Whether what is remembered of a track holds as long as its revision is the same. */
function stands(track: ListedTrack | undefined): boolean {
  return track?.read === true && (track.summary.reason === null || lasting.has(track.summary.reason.code))
}

function encodePath(path: string): string {
  return Buffer.from(path).toString('base64url')
}

function decodePath(cursor: string): string {
  const path = Buffer.from(cursor, 'base64url').toString('utf8')
  if (encodePath(path) !== cursor) throw new CodedError('BAD_REQUEST', 'The cursor is not one that this server gave.')
  return path
}

function startAfter(paths: readonly LibraryPath[], last: string): number {
  const at = paths.indexOf(last as LibraryPath)
  if (at >= 0) return at + 1
  // Gone meanwhile: go on with the first that would come behind it.
  const next = paths.findIndex(path => compareNames(path, last) > 0)
  return next < 0 ? paths.length : next
}
