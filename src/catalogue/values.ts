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

export interface ValueIndex {
  /** Brings the values of a track from what they were to what they are. */
  replace(track: number, before: Tags, after: Tags): void
}

/** A field and one of its values, as one key. */
const identity = (field: string, text: string): string => `${field}\0${text}`

export function createValueIndex(database: DatabaseSync): ValueIndex {
  const find = database.prepare('SELECT id FROM value WHERE field = ? AND text = ?')
  const insert = database.prepare('INSERT INTO value (field, text, folded, key) VALUES (?, ?, ?, ?)')
  const insertText = database.prepare('INSERT INTO value_text (rowid, folded) VALUES (?, ?)')
  const link = database.prepare('INSERT OR IGNORE INTO track_value (value, track, position) VALUES (?, ?, ?)')
  const unlink = database.prepare('DELETE FROM track_value WHERE value = ? AND track = ?')
  const used = database.prepare('SELECT 1 FROM track_value WHERE value = ? LIMIT 1')
  const drop = database.prepare('DELETE FROM value WHERE id = ?')
  const dropText = database.prepare('DELETE FROM value_text WHERE rowid = ?')
  /** Ids of values met lately: an album repeats most of its values on every track. */
  let recent = new Map<string, number>()

  function idOf(field: string, value: string): number {
    const text = listedText(value)
    const name = identity(field, text)
    const known = recent.get(name)
    if (known !== undefined) return known
    const row = find.get(field, text)
    const id = row ? Number(row.id) : add(field, text, value)
    if (recent.size >= 5000) recent = new Map()
    recent.set(name, id)
    return id
  }

  function add(field: string, text: string, value: string): number {
    const searched = folded(value)
    const id = Number(insert.run(field, text, searched, sortKey(text)).lastInsertRowid)
    insertText.run(id, searched)
    return id
  }

  function release(field: string, value: string, track: number): void {
    const text = listedText(value)
    const row = find.get(field, text)
    if (!row) return
    unlink.run(row.id as number, track)
    if (used.get(row.id as number)) return
    drop.run(row.id as number)
    dropText.run(row.id as number)
    recent.delete(identity(field, text))
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
        for (const [position, value] of values.entries()) link.run(idOf(field, value), track, position)
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
