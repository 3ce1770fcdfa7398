import type { DatabaseSync } from 'node:sqlite'
import { LRUCache } from 'lru-cache'
import { CodedError } from '../errors.ts'
import { folded } from '../library/order.ts'
import { fieldKey } from '../tags/fields.ts'

/** Which values of a field: all, or those that contain `q`, whatever its case and accents. */
export interface ValueRequest {
  readonly field: string
  readonly q: string
  /** By value, those first that begin with `q`; or those first that most tracks have. */
  readonly sort: 'value' | 'tracks'
}

export interface ValuePage {
  readonly items: ReadonlyArray<{ readonly value: string; readonly tracks: number }>
  readonly total: number
  readonly nextCursor: string | null
}

export type ListValues = (request: ValueRequest, limit: number, cursor: string | null) => ValuePage

interface List {
  readonly ids: readonly number[]
  readonly generation: number
  readonly made: number
}

/** How long the pages of a list may be cut from one state of it (ms). */
const longestStand = 60_000

/** Lists the distinct values of fields. A list is made for its first page; the pages behind it show the same state. */
export function createValueList(database: DatabaseSync, generation: () => number): ListValues {
  const lists = new LRUCache<string, List>({ max: 8 })
  const byValue = database.prepare(
    "SELECT id FROM value WHERE field = ?1 AND (?2 = '' OR instr(folded, ?2) > 0) ORDER BY instr(folded, ?2) > 1, key, text",
  )
  const byTracks = database.prepare(
    `SELECT v.id, (SELECT count(*) FROM track_value WHERE value = v.id) AS tracks FROM value v
      WHERE v.field = ?1 AND (?2 = '' OR instr(v.folded, ?2) > 0) ORDER BY tracks DESC, v.key, v.text`,
  )
  const one = database.prepare(
    'SELECT text AS value, (SELECT count(*) FROM track_value WHERE value = v.id) AS tracks FROM value v WHERE id = ?',
  )

  function listOf(request: ValueRequest, continued: boolean): List {
    const key = JSON.stringify(request)
    const known = lists.get(key)
    const now = Date.now()
    if (known && (known.generation === generation() || (continued && now - known.made < longestStand))) return known
    const rows = (request.sort === 'tracks' ? byTracks : byValue).all(fieldKey(request.field), folded(request.q))
    const list = { ids: rows.map(row => row.id as number), generation: generation(), made: now }
    lists.set(key, list)
    return list
  }

  return (request, limit, cursor) => {
    const start = cursor === null ? 0 : Number(cursor)
    if (!Number.isSafeInteger(start) || start < 0)
      throw new CodedError('BAD_REQUEST', 'The cursor is not one that this server gave.')
    const { ids } = listOf(request, cursor !== null)
    const end = start + limit
    return {
      // A value that its last track lost since the list was made is left out.
      items: ids.slice(start, end).flatMap(id => {
        const row = one.get(id)
        return row ? [{ value: row.value as string, tracks: row.tracks as number }] : []
      }),
      total: ids.length,
      nextCursor: end < ids.length ? String(end) : null,
    }
  }
}
