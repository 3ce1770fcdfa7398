import type { DatabaseSync } from 'node:sqlite'
import { folded, sortKey } from '../library/order.ts'
import type { Tags } from '../schemas/common.ts'
import { fieldKey } from '../tags/fields.ts'

/* The distinct values of all fields, and which track has which. */

/** The field under which the names of files are found. */
export const fileNameField = 'filename'

/**
 * Letters of a value that are kept to tell it from others, to list and to sort it. Longer ones, lyrics mostly, are searched whole,
 * but listed by their beginning; a checksum keeps two with the same beginning apart.
 */
const longestText = 200

/** Letters of a folded value that a search holds in memory at the most; longer ones are found by the index of trigrams. */
export const longestHeld = 256

/** Values whose ids are remembered, twice over. */
const mostRecent = 5000

export interface ValueIndex {
  /** Brings the values of a track from what they were to what they are. Links are written by the next `flush`. */
  replace(track: number, before: Tags, after: Tags): void
  /** Writes the links that wait: many at once take a third of the time. */
  flush(): void
  /** How many links wait. */
  readonly waiting: number
  /** Forgets all but the first `waiting` links that wait, and ids that may no longer be: a write was rolled back. */
  discard(waiting: number): void
}

/** A field and one of its values, as one key. */
const identity = (field: string, text: string): string => `${field}\0${text}`

export function createValueIndex(database: DatabaseSync): ValueIndex {
  const find = database.prepare('SELECT id FROM value WHERE field = ? AND key = ? AND text = ?')
  const insert = database.prepare('INSERT INTO value (field, text, folded, key) VALUES (?, ?, ?, ?)')
  const insertText = database.prepare('INSERT INTO value_text (rowid, folded) VALUES (?, ?)')
  // All of a transaction in one statement: a call for each would take longer than the writing.
  const link = database.prepare(
    'INSERT OR IGNORE INTO track_value (value, track, position) SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)',
  )
  const unlink = database.prepare('DELETE FROM track_value WHERE value = ? AND track = ?')
  const used = database.prepare('SELECT 1 FROM track_value WHERE value = ? LIMIT 1')
  const drop = database.prepare('DELETE FROM value WHERE id = ?')
  /** Ids of values met lately: an album repeats most of its values on every track. */
  let recent = new Map<string, number>()
  /** Those met before: what comes up again moves on, and what does not is forgotten. */
  let older = new Map<string, number>()

  let links: [value: number, track: number, position: number][] = []

  function flush(): void {
    if (links.length === 0) return
    // In the order of the table, so that neighbours are written together.
    link.run(JSON.stringify(links.sort(([a], [b]) => a - b)))
    links = []
  }

  function idOf(field: string, value: string): number {
    const text = listedText(value)
    const name = identity(field, text)
    const known = recent.get(name) ?? older.get(name)
    if (known !== undefined) return remember(name, known)
    const key = sortKey(text)
    const row = find.get(field, key, text)
    const id = row ? Number(row.id) : add(field, key, text, value)
    return remember(name, id)
  }

  function remember(name: string, id: number): number {
    if (recent.size >= mostRecent) {
      older = recent
      recent = new Map()
    }
    recent.set(name, id)
    return id
  }

  function add(field: string, key: string, text: string, value: string): number {
    const searched = folded(value)
    const id = Number(insert.run(field, text, searched, key).lastInsertRowid)
    if (searched.length > longestHeld) insertText.run(id, searched)
    return id
  }

  function release(field: string, value: string, track: number): void {
    // A value that only a link which waits holds must not look unused.
    flush()
    const text = listedText(value)
    const row = find.get(field, sortKey(text), text)
    if (!row) return
    unlink.run(row.id as number, track)
    if (used.get(row.id as number)) return
    drop.run(row.id as number)
    recent.delete(identity(field, text))
    older.delete(identity(field, text))
  }

  return {
    replace(track, before, after) {
      const kept = new Map<string, number>()
      for (const [field, values] of entriesOf(after))
        for (const [position, value] of values.entries()) {
          const name = identity(field, value)
          if (!kept.has(name)) kept.set(name, position)
        }
      for (const [field, values] of entriesOf(before)) {
        for (const [position, value] of values.entries())
          if (kept.get(identity(field, value)) !== position) release(field, value, track)
      }
      for (const [field, values] of entriesOf(after))
        for (const [position, value] of values.entries()) links.push([idOf(field, value), track, position])
    },
    flush,
    get waiting() {
      return links.length
    },
    discard(waiting) {
      links.length = Math.min(waiting, links.length)
      recent = new Map()
      older = new Map()
    },
  }
}

const entriesOf = (tags: Tags): [field: string, values: string[]][] =>
  Object.entries(tags).map(([field, values]) => [fieldKey(field), values])

/** The text by which a value is listed and told from others. */
export function listedText(value: string): string {
  if (value.length <= longestText) return value
  const start = value.slice(0, longestText)
  return `${start.isWellFormed() ? start : start.slice(0, -1)}… ${checksum(value)}`
}

/** FNV-1a of the code units, 32 bits twice over: enough to tell texts with one beginning apart. */
function checksum(text: string): string {
  let [a, b] = [0x811c9dc5, 0x01000193]
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193)
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b)
  }
  return ((a >>> 0) * 0x100000 + ((b >>> 0) & 0xfffff)).toString(36)
}
