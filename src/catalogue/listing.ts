import type { DatabaseSync } from 'node:sqlite'
import { LRUCache } from 'lru-cache'
import { CodedError } from '../errors.ts'
import type { LibraryPath } from '../library/paths.ts'
import type { TrackSummary } from '../schemas/track.ts'
import { pathOf, type Row, trackColumns, trackOf } from './rows.ts'
import { compareKeys, keysOf, type LevelKey, parseSort, ranksOf, type SortLevel } from './sorting.ts'

/*
 * Lists of tracks, each once made as an array of ids in its order, from which pages are cut. A list stands for one state of the
 * catalogue; a new one is made when that has changed, but for the pages behind the first: who goes through a list sees one
 * state of it. A cursor holds the keys of the last track of its page, so that it holds when its list is gone.
 */

/** Which tracks, in which order. */
export interface ListRequest {
  readonly path: LibraryPath
  readonly recursive: boolean
  readonly q: string
  readonly sort: string
}

export interface ListedTrack {
  readonly summary: TrackSummary
  /** Whether its tags are those of the revision that is known of it. */
  readonly read: boolean
}

export interface ListPage {
  readonly tracks: readonly ListedTrack[]
  readonly total: number
  readonly nextCursor: string | null
}

export interface Listing {
  /** Throws QUERY_INVALID and BAD_REQUEST. */
  page(request: ListRequest, limit: number, cursor: string | null): ListPage
  /** Paths of all tracks of a list. */
  paths(request: ListRequest): LibraryPath[]
}

interface List {
  readonly ids: Int32Array
  readonly generation: number
  readonly made: number
}

/** How long the pages of a list may be cut from one state of it (ms). */
const longestStand = 60_000

/** The ids of the tracks that a search finds. Throws QUERY_INVALID. */
export type Search = (q: string) => { has(id: number): boolean }

export function createListing(database: DatabaseSync, generation: () => number, search: Search): Listing {
  const lists = new LRUCache<string, List>({ max: 8 })
  let inOrder: PathOrder | null = null
  const track = database.prepare(
    `SELECT ${trackColumns} FROM track t JOIN folder f ON f.id = t.folder WHERE t.id = ? AND t.missing IS NULL`,
  )

  /** All tracks in natural order, made anew when the catalogue has changed. */
  function pathOrder(): PathOrder {
    if (inOrder?.generation !== generation()) inOrder = readPathOrder(database, generation())
    return inOrder
  }

  function listOf(request: ListRequest, continued: boolean): List {
    const key = JSON.stringify([request.path, request.recursive, request.q, request.sort])
    const known = lists.get(key)
    const now = Date.now()
    if (known && (known.generation === generation() || (continued && now - known.made < longestStand))) return known
    const list = { ids: idsOf(request), generation: generation(), made: now }
    lists.set(key, list)
    return list
  }

  function idsOf({ path, recursive, q, sort }: ListRequest): Int32Array {
    const levels = parseSort(sort)
    const matching = q.trim() === '' ? null : search(q)
    if (!recursive && levels.length === 0) {
      const ids = idsInFolder(database, path)
      return matching ? ids.filter(id => matching.has(id)) : ids
    }
    const { ids, folders, above } = pathOrder()
    const scope = scopeOf(database, path, recursive)
    let listed = ids
    if (scope || matching)
      listed = ids.filter((id, i) => (!scope || scope.has(folders[i] as number)) && (!matching || matching.has(id)))
    return levels.length === 0 ? listed : sorted(database, listed, levels, above)
  }

  function startOf(list: List, levels: readonly SortLevel[], cursor: string): number {
    const { at, keys } = decodeCursor(cursor, levels)
    const keysAt = (i: number): LevelKey[] | null => {
      const row = track.get(list.ids[i] as number)
      return row ? keysOf(row, levels) : null
    }
    const before = at > 0 && at <= list.ids.length ? keysAt(at - 1) : null
    if (before && compareKeys(before, keys, levels) === 0) return at
    let [low, high] = [0, list.ids.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const found = keysAt(middle)
      // One that is gone tells nothing: the cut is then made at the hint of the cursor, as near as can be.
      if (!found) return Math.min(at, list.ids.length)
      if (compareKeys(found, keys, levels) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    page(request, limit, cursor) {
      const levels = parseSort(request.sort)
      const list = listOf(request, cursor !== null)
      const start = cursor === null ? 0 : startOf(list, levels, cursor)
      const end = Math.min(start + limit, list.ids.length)
      const rows: Row[] = []
      for (let i = start; i < end; i++) {
        const row = track.get(list.ids[i] as number)
        if (row) rows.push(row)
      }
      const last = rows.at(-1)
      return {
        tracks: rows.map(row => ({ summary: trackOf(row), read: row.read === 1 })),
        total: list.ids.length,
        nextCursor: last && end < list.ids.length ? encodeCursor(end, keysOf(last, levels)) : null,
      }
    },
    paths(request) {
      const { ids } = listOf(request, false)
      return Array.from(ids).flatMap(id => {
        const row = track.get(id)
        return row ? [pathOf(row)] : []
      })
    },
  }
}

interface PathOrder {
  readonly generation: number
  /** Ids in natural order of their paths. */
  readonly ids: Int32Array
  /** The folder of each. */
  readonly folders: Int32Array
  /** A number above every id. */
  readonly above: number
}

function readPathOrder(database: DatabaseSync, generation: number): PathOrder {
  const count = Number(database.prepare('SELECT count(*) AS n FROM track').get()?.n)
  const missing = new Set(
    database
      .prepare('SELECT id FROM track WHERE missing IS NOT NULL')
      .all()
      .map(({ id }) => id),
  )
  const [ids, folders] = [new Int32Array(count), new Int32Array(count)]
  let [at, above] = [0, 0]
  // One text of the ids of each folder, from an index alone: a row for each track takes five times as long.
  const statement = database.prepare(
    `SELECT f.id, (SELECT group_concat(id) FROM (
      SELECT id FROM track INDEXED BY track_order WHERE folder = f.id ORDER BY name_key, name
    )) FROM folder f ORDER BY f.key, f.path`,
  )
  statement.setReturnArrays(true)
  for (const [folder, list] of statement.iterate() as unknown as Iterable<[number, string | null]>) {
    for (const text of list?.split(',') ?? []) {
      const id = Number(text)
      if (missing.size > 0 && missing.has(id)) continue
      ids[at] = id
      folders[at++] = folder
      if (id >= above) above = id + 1
    }
  }
  return { generation, ids: ids.subarray(0, at), folders: folders.subarray(0, at), above }
}

function idsInFolder(database: DatabaseSync, path: LibraryPath): Int32Array {
  const rows = database
    .prepare(
      'SELECT t.id FROM track t JOIN folder f ON f.id = t.folder WHERE f.path = ? AND t.missing IS NULL ORDER BY t.name_key, t.name',
    )
    .all(path)
  return Int32Array.from(rows, row => row.id as number)
}

/** Ids of the folders of a scope; null for the whole library. */
function scopeOf(database: DatabaseSync, path: LibraryPath, recursive: boolean): Set<number> | null {
  if (path === '' && recursive) return null
  const rows = database
    .prepare("SELECT id FROM folder WHERE path = ?1 OR (?2 AND substr(path, 1, length(?1) + 1) = ?1 || '/')")
    .all(path, Number(recursive))
  return new Set(rows.map(row => row.id as number))
}

/** Ids sorted by levels; those that are equal in all stay in the order in which they come, that of their paths. */
function sorted(database: DatabaseSync, ids: Int32Array, levels: readonly SortLevel[], above: number): Int32Array {
  let order = ids
  // The last level first: each pass keeps the order of those before it where its own ranks are equal.
  for (const { by, descending } of levels.toReversed()) {
    const ranks = by === 'path' ? placesOf(ids, above) : ranksOf(database, by, above)
    order = sortedByRank(order, ranks, descending)
  }
  return order
}

/** Ids in the order of their ranks, by counting; equal ranks keep their order, and ids without one come last. */
function sortedByRank(ids: Int32Array, ranks: Int32Array, descending: boolean): Int32Array {
  const highest = ranks.reduce((a, b) => Math.max(a, b), -1)
  const bucketOf = (id: number): number => {
    const rank = ranks[id] as number
    return rank < 0 ? highest + 1 : descending ? highest - rank : rank
  }
  // Where the next id of each rank goes.
  const next = new Int32Array(highest + 3)
  const count = (bucket: number, more: number): number => {
    const before = next[bucket] as number
    next[bucket] = before + more
    return before
  }
  for (const id of ids) count(bucketOf(id) + 1, 1)
  for (let bucket = 1; bucket < next.length; bucket++) count(bucket, next[bucket - 1] as number)
  const sortedIds = new Int32Array(ids.length)
  for (const id of ids) sortedIds[count(bucketOf(id), 1)] = id
  return sortedIds
}

function placesOf(ids: Int32Array, above: number): Int32Array {
  const places = new Int32Array(above).fill(-1)
  for (const [i, id] of ids.entries()) places[id] = i
  return places
}

/** The cursor behind the page that ends before place `at`, with the track of these keys. */
function encodeCursor(at: number, keys: readonly LevelKey[]): string {
  return Buffer.from(JSON.stringify([at, ...keys])).toString('base64url')
}

function decodeCursor(cursor: string, levels: readonly SortLevel[]): { at: number; keys: LevelKey[] } {
  try {
    const [at, ...keys] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as [number, ...LevelKey[]]
    const plain = keys.every(key => key === null || typeof key === 'string' || typeof key === 'number')
    if (Number.isInteger(at) && at >= 0 && plain && keys.length === levels.length + 1) return { at, keys }
  } catch {
    // Said below.
  }
  throw new CodedError('BAD_REQUEST', 'The cursor is not one that this server gave for such a list.')
}
