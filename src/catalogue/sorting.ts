import type { DatabaseSync } from 'node:sqlite'
import { CodedError } from '../errors.ts'
import { pathKey, sortKey } from '../library/order.ts'
import type { Tags } from '../schemas/common.ts'
import { fieldKey } from '../tags/fields.ts'
import { pathOf, type Row } from './rows.ts'
import { fileNameField, listedText } from './values.ts'

/** One level of an order: a column of the tracks, a field, or the path; and the way. */
export interface SortLevel {
  readonly by: { readonly column: string } | { readonly field: string } | 'path'
  readonly descending: boolean
}

/** What a track is sorted by at one level: null where it has nothing there, and such tracks come last either way. */
export type LevelKey = string | number | null

/** Properties that lists are sorted by, in lower case, and their columns. */
const properties: ReadonlyMap<string, string> = new Map([
  ['size', 'size'],
  ['modified', 'modified'],
  ['container', 'container'],
  ['codec', 'codec'],
  ['duration', 'duration'],
  ['bitrate', 'bitrate'],
  ['samplerate', 'sample_rate'],
  ['channels', 'channels'],
  ['bitspersample', 'bits_per_sample'],
  ['pictures', 'pictures'],
])

const mostLevels = 8

/** Parses `artist,-date`: fields or properties, each led by `-` where it goes down; `path` is the natural order. Throws BAD_REQUEST. */
export function parseSort(text: string): SortLevel[] {
  const parts = text === '' ? [] : text.split(',')
  if (parts.length > mostLevels) throw new CodedError('BAD_REQUEST', `sort: ${mostLevels} names at the most.`)
  return parts.map(part => {
    const descending = part.startsWith('-')
    const name = part.slice(Number(descending)).trim()
    if (name === '') throw new CodedError('BAD_REQUEST', 'sort: a name is missing; write it like artist,-date.')
    if (name.toLowerCase() === 'path') return { by: 'path', descending }
    const column = properties.get(name.toLowerCase())
    return { by: column ? { column } : { field: fieldKey(name) }, descending }
  })
}

/** Ranks by track id at one level, which is not the path: smaller comes first, equal keys have one rank, -1 stands for none. `size` is above every id. */
export function ranksOf(database: DatabaseSync, by: Exclude<SortLevel['by'], 'path'>, size: number): Int32Array {
  const ranks = new Int32Array(size).fill(-1)
  const statement =
    'field' in by
      ? database.prepare(
          'SELECT tv.track, v.key FROM value v JOIN track_value tv ON tv.value = v.id WHERE v.field = ? AND tv.position = 0 ORDER BY v.key',
        )
      : database.prepare(`SELECT id, ${by.column} FROM track WHERE ${by.column} IS NOT NULL ORDER BY ${by.column}`)
  statement.setReturnArrays(true)
  const rows = ('field' in by ? statement.iterate(by.field) : statement.iterate()) as unknown as Iterable<
    [id: number, key: unknown]
  >
  let rank = -1
  let last: unknown
  for (const [id, key] of rows) {
    if (key !== last) rank++
    last = key
    ranks[id] = rank
  }
  return ranks
}

/** The keys of a track at all levels, and at last that of its path; `row` has its columns and `folder_path`. */
export function keysOf(row: Row, levels: readonly SortLevel[]): LevelKey[] {
  const path = pathOf(row)
  const orderOfPath = `${pathKey(row.folder_path as string)}\0${sortKey(row.name as string)}\0${path}`
  const keys = levels.map(({ by }): LevelKey => {
    if (by === 'path') return orderOfPath
    if ('column' in by) return row[by.column] as LevelKey
    if (by.field === fileNameField) return sortKey(row.name as string)
    const tags = JSON.parse(row.tags as string) as Tags
    const [value] = Object.entries(tags).find(([name]) => fieldKey(name) === by.field)?.[1] ?? []
    return value === undefined ? null : sortKey(listedText(value))
  })
  return [...keys, orderOfPath]
}

/** Compares the keys of two tracks in the order of a list. */
export function compareKeys(a: readonly LevelKey[], b: readonly LevelKey[], levels: readonly SortLevel[]): number {
  for (const [i, key] of a.entries()) {
    const order = compareKey(key, b[i] ?? null, levels[i]?.descending ?? false)
    if (order !== 0) return order
  }
  return 0
}

function compareKey(a: LevelKey, b: LevelKey, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null)
  // As SQLite compares texts: by the bytes of their UTF-8.
  const order =
    typeof a === 'number' && typeof b === 'number' ? a - b : Buffer.from(`${a}`).compare(Buffer.from(`${b}`))
  return descending ? -order : order
}
