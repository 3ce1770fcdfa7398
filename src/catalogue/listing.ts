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
  const statement = database.prepare(
    'SELECT t.id, t.folder FROM folder f JOIN track t ON t.folder = f.id WHERE t.missing IS NULL ORDER BY f.key, f.path, t.name_key, t.name',
  )
  statement.setReturnArrays(true)
  const count = Number(database.prepare('SELECT count(*) AS n FROM track WHERE missing IS NULL').get()?.n)
  const [ids, folders] = [new Int32Array(count), new Int32Array(count)]
  let [at, above] = [0, 0]
  for (const [id, folder] of statement.iterate() as unknown as Iterable<[number, number]>) {
    ids[at] = id
    folders[at++] = folder
    if (id >= above) above = id + 1
  }
  return { generation, ids, folders, above }
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
  const ranks = levels.map(({ by }) => (by === 'path' ? placesOf(ids, above) : ranksOf(database, by, above)))
  // One number to compare wherever there is one level only, which is nearly always.
  const places = Int32Array.from(ids, (_, i) => i)
  places.sort((a, b) => {
    for (const [level, list] of ranks.entries()) {
      const [one, other] = [list[ids[a] as number] as number, list[ids[b] as number] as number]
      if (one === other) continue
      if (one < 0 || other < 0) return one < 0 ? 1 : -1
      return levels[level]?.descending ? other - one : one - other
    }
    return a - b
  })
  return places.map(place => ids[place] as number)
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
