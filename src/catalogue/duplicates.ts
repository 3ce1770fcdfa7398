import type { DatabaseSync } from 'node:sqlite'
import { CodedError } from '../errors.ts'
import { pathKey, sortKey } from '../library/order.ts'
import type { Tags } from '../schemas/common.ts'
import type { Duplicate, DuplicateKind } from '../schemas/duplicate.ts'
import { createGrouping, type Grouping } from './duplicates/grouping.ts'
import { tracksInOrder } from './duplicates/in-order.ts'
import { duplicateOf } from './duplicates/item.ts'
import { recordingSigns } from './duplicates/recording.ts'
import { failedSum } from './duplicates/sums.ts'
import { type Row, trackColumns } from './rows.ts'

/*
 * Which tracks are the same. To know it all tracks have to be looked at, so it is done in steps, each so short that the other
 * tasks of the thread hardly wait, and what was found is kept while the catalogue stays as it is. Pages are cut from it like those of a list,
 * and are checked against the catalogue as it is by then.
 */

/** By how many seconds two files of one recording may differ: encoders add silence, and discs are cut a little differently. */
const durationTolerance = 2

/** Copies of one track that are listed and judged; a silent track may have thousands. */
const mostCopies = 100
/** Tracks of a page behind which it ends (the thread does nothing else while it is made). */
const mostTracks = 1000
/** How long a step may take (ms). */
const stepTime = 8
/** Tracks or groups between two looks at the time. */
const stride = 50
/** A search for duplicates may take this share of the thread's time while the catalogue changes all the time. */
const share = 1 / 20
/** A search through no more tracks than this is made anew whenever something changed. */
const cheap = 5000
/** How long the pages behind a first one may be cut from what it was cut from (ms). */
const longestStand = 60_000

export interface FoundPage {
  readonly items: readonly Duplicate[]
  readonly total: number
  readonly nextCursor: string | null
  readonly complete: boolean
}

export interface Duplicates {
  /** Looks for duplicates for a while; whether all is looked at. `continued`: for a page that is not the first. */
  step(by: DuplicateKind, continued: boolean): boolean
  /** A page of what was found. Throws BAD_REQUEST for a cursor of something else. */
  page(by: DuplicateKind, limit: number, cursor: string | null): FoundPage
  /** Sums were stored: what was found by audio is old. */
  changed(): void
  /** Sums are complete: what was found by audio is to be found anew, however long that takes. */
  forget(): void
}

interface Found {
  readonly groups: readonly Int32Array[]
  /** Whether the catalogue knew all that there is to know of the tracks. */
  readonly complete: boolean
  readonly generation: string
  readonly made: number
  /** How many tracks were looked at, and how long it took (ms). */
  readonly looked: number
  readonly took: number
}

interface Search {
  readonly generation: string
  readonly work: Generator<void, Omit<Found, 'generation' | 'made' | 'took'>>
  took: number
}

export function createDuplicates(database: DatabaseSync, generation: () => number): Duplicates {
  const found = new Map<DuplicateKind, Found>()
  const searches = new Map<DuplicateKind, Search>()
  let sums = 0
  const state = (by: DuplicateKind): string => (by === 'audio' ? `${generation()} ${sums}` : `${generation()}`)
  const track = database.prepare(
    `SELECT ${trackColumns}, t.payload, t.payload_revision, t.name_key, t.inode, t.device, f.key AS folder_key FROM track t JOIN folder f ON f.id = t.folder WHERE t.id = ? AND t.missing IS NULL`,
  )

  function isFresh(by: DuplicateKind, continued: boolean): boolean {
    const known = found.get(by)
    if (!known) return false
    const age = Date.now() - known.made
    if (known.generation === state(by) || (continued && age < longestStand)) return true
    return known.looked > cheap && age < known.took / share
  }

  return {
    changed() {
      sums++
    },
    forget() {
      found.delete('audio')
      searches.delete('audio')
    },
    step(by, continued) {
      if (isFresh(by, continued)) return true
      const search = searches.get(by) ?? { generation: state(by), work: searchBy(database, by), took: 0 }
      searches.set(by, search)
      const start = performance.now()
      try {
        for (let taken = 0; taken < stepTime; taken = performance.now() - start) {
          const step = search.work.next()
          if (!step.done) continue
          searches.delete(by)
          const took = search.took + performance.now() - start
          found.set(by, { ...step.value, generation: search.generation, made: Date.now(), took })
          return true
        }
      } catch (error) {
        searches.delete(by)
        throw error
      }
      search.took += performance.now() - start
      return false
    },
    page(by, limit, cursor) {
      const { groups, complete } = found.get(by) ?? { groups: [], complete: false }
      const start = cursor === null ? 0 : startOf(groups, decodeCursor(cursor))
      const items: Duplicate[] = []
      let at = start
      let last: Row | undefined
      let listed = 0
      for (; at < groups.length && items.length < limit && listed < mostTracks; at++) {
        const group = groups[at] as Int32Array
        const rows: Row[] = []
        for (const id of group.subarray(0, mostCopies)) {
          const row = track.get(id)
          if (row && (by === 'recording' || isSummed(row, rows[0]))) rows.push(row)
        }
        if (rows.length < 2) continue
        last = rows[0] as Row
        listed += rows.length
        items.push(duplicateOf(rows, Math.max(0, group.length - mostCopies)))
      }
      const nextCursor = last && at < groups.length ? encodeCursor(at, last) : null
      return { items, total: groups.length, nextCursor, complete }
    },
  }

  /** The first group behind a cursor: where it says, if that is still so, or else by the path of the track it names. */
  function startOf(groups: readonly Int32Array[], { at, keys }: Cursor): number {
    const keysAt = (i: number): string[] | null => {
      for (const id of groups[i] ?? []) {
        const row = track.get(id)
        if (row) return keysOf(row)
      }
      return null
    }
    const before = at > 0 && at <= groups.length ? keysAt(at - 1) : null
    if (before && compareKeys(before, keys) === 0) return at
    let [low, high] = [0, groups.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const known = keysAt(middle)
      if (!known) return Math.min(at, groups.length)
      if (compareKeys(known, keys) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

function* searchBy(database: DatabaseSync, by: DuplicateKind): Search['work'] {
  const grouping = createGrouping(durationTolerance)
  const { looked, complete } = yield* by === 'audio' ? addSums(database, grouping) : addSigns(database, grouping)
  while (!grouping.unite(stride)) yield
  return { groups: grouping.groups(), looked, complete }
}

type Looked = Pick<Found, 'looked' | 'complete'>

function* addSums(database: DatabaseSync, grouping: Grouping): Generator<void, Looked> {
  const columns = 't.id, t.linked, t.revision, t.payload, t.payload_start, t.payload_revision'
  /** How many tracks start alike, and whether one of them is not summed whole. */
  const starts = new Map<string, boolean | null>()
  let complete = true
  let looked = 0
  for (const row of tracksInOrder(database, columns)) {
    if (++looked % stride === 0) yield
    if (row.linked === 1) continue
    if (row.payload_revision !== row.revision || row.payload_start === failedSum) complete = false
    else if (row.payload_start !== '') {
      const start = (row.payload_start as string).slice(0, 32)
      const isWhole = row.payload !== null
      const known = starts.get(start)
      if (known !== undefined && !(known && isWhole)) complete = false
      starts.set(start, isWhole && known !== false)
      if (isWhole && row.payload !== '') grouping.addSum(row.id as number, row.payload as string)
    }
  }
  return { looked, complete }
}

function* addSigns(database: DatabaseSync, grouping: Grouping): Generator<void, Looked> {
  const columns = 't.id, t.folder, t.linked, t.read, t.tags, t.duration'
  let complete = true
  let looked = 0
  for (const row of tracksInOrder(database, columns)) {
    if (++looked % stride === 0) yield
    if (row.linked === 1) continue
    if (row.read === 0) complete = false
    const tags = JSON.parse(row.tags as string) as Tags
    grouping.addSigns(row.id as number, {
      ...recordingSigns(tags),
      folder: row.folder as number,
      duration: row.duration as number | null,
    })
  }
  return { looked, complete }
}

/** Whether the sum of a track still holds, and is that of another. */
function isSummed(row: Row, other = row): boolean {
  return row.payload_revision === row.revision && row.payload !== null && row.payload === other.payload
}

interface Cursor {
  readonly at: number
  readonly keys: readonly string[]
}

/** What natural order goes by. */
const keysOf = (row: Row): string[] => [row.folder_key, row.folder_path, row.name_key, row.name] as string[]

function compareKeys(one: readonly string[], other: readonly string[]): number {
  for (const [i, key] of one.entries()) {
    const order = Buffer.compare(Buffer.from(key), Buffer.from(other[i] ?? ''))
    if (order !== 0) return order
  }
  return 0
}

/** The cursor behind the page that ends before group `at`, the last one led by this track. */
function encodeCursor(at: number, last: Row): string {
  return Buffer.from(JSON.stringify([at, last.folder_path, last.name])).toString('base64url')
}

function decodeCursor(cursor: string): Cursor {
  try {
    const [at, folder, name] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[]
    if (Number.isInteger(at) && (at as number) >= 0 && typeof folder === 'string' && typeof name === 'string')
      return { at: at as number, keys: [pathKey(folder), folder, sortKey(name), name] }
  } catch {
    // Said below.
  }
  throw new CodedError('BAD_REQUEST', 'The cursor is not one that this server gave for such a list.')
}
