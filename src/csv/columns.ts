import { CodedError } from '../errors.ts'
import type { TrackSummary } from '../schemas/track.ts'
import { canonicalName, fieldKey, fields, findField } from '../tags/fields.ts'
import { decodeText, encodeValues, escapeCharacter } from './cells.ts'

/** A column of a table of tracks: the path that a row is known by, a field to edit, or a property that is only shown. */
export type Column =
  | { readonly kind: 'path' }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'property'; readonly name: string }

/** As many edits as a track may have in a change. */
export const mostColumns = 1000

/** What a table shows of a track besides its fields. duration in s, bitrate in bit/s, sampleRate in Hz, size in bytes. */
export const properties: Readonly<Record<string, (track: TrackSummary) => string | number | null | undefined>> = {
  container: ({ audio }) => audio?.container,
  codec: ({ audio }) => audio?.codec,
  duration: ({ audio }) => audio?.duration,
  bitrate: ({ audio }) => audio?.bitrate,
  sampleRate: ({ audio }) => audio?.sampleRate,
  channels: ({ audio }) => audio?.channels,
  bitsPerSample: ({ audio }) => audio?.bitsPerSample,
  size: ({ size }) => size,
  modified: ({ modified }) => modified,
  pictures: ({ pictures }) => pictures,
  revision: ({ revision }) => revision,
}

const mark = '#'
const pathName = 'path'

/** A column's name in the first row. A field that is called like a column of ours has its first letter escaped. */
export function columnName(column: Column): string {
  if (column.kind === 'path') return pathName
  if (column.kind === 'property') return `${mark}${column.name}`
  const name = encodeValues([column.name])
  return isReserved(name) ? `${escapeCharacter(name)}${name.slice(1)}` : name
}

function isReserved(name: string): boolean {
  return name.startsWith(mark) || fieldKey(name) === pathName
}

/** The column of a name in the first row, or null for an empty one. */
export function parseColumn(name: string): Column | null {
  if (name === '') return null
  if (name.startsWith(mark)) return { kind: 'property', name: name.slice(mark.length) }
  if (fieldKey(name) === pathName) return { kind: 'path' }
  return { kind: 'field', name: canonicalName(decodeText(name)) }
}

/** The columns of `fields=title,artist,#duration`: the path, and what is named. Throws BAD_REQUEST for a property that there is none of. */
export function askedColumns(names: string): Column[] {
  const columns = new Map<string, Column>([[pathName, { kind: 'path' }]])
  for (const name of names.split(',')) {
    const column = parseColumn(name)
    if (column?.kind === 'property' && !Object.hasOwn(properties, column.name)) {
      const known = Object.keys(properties).map(property => mark + property)
      throw new CodedError('BAD_REQUEST', `There is no property ${name} to list; there are ${known.join(', ')}.`)
    }
    if (column) columns.set(columnKey(column), column)
  }
  if (columns.size > mostColumns)
    throw new CodedError('BAD_REQUEST', `A table has at most ${mostColumns} columns; ask for fewer fields.`)
  return [...columns.values()]
}

/** Two columns of one key are the same column. */
export function columnKey(column: Column): string {
  return fieldKey(columnName(column))
}

/** Finds out which fields the tracks of a listing have, so that its table has a column for each and none for nothing. */
export function createFieldFinder(): { look(track: TrackSummary): void; columns(): Column[] } {
  const found = new Map<string, string>()
  return {
    look({ tags }) {
      for (const name of Object.keys(tags)) if (!found.has(fieldKey(name))) found.set(fieldKey(name), name)
    },
    /** The path; of the table of fields the common ones and those that a track has; then custom fields; then the properties. */
    columns() {
      const standard = fields.filter(({ name, common }) => common || found.has(name)).map(({ name }) => name)
      const custom = [...found].filter(([key]) => !findField(key)).sort(([a], [b]) => (a < b ? -1 : 1))
      const shown = Object.keys(properties)
      const names = [...standard, ...custom.map(([, name]) => name)].slice(0, mostColumns - shown.length - 1)
      return [
        { kind: 'path' },
        ...names.map((name): Column => ({ kind: 'field', name })),
        ...shown.map((name): Column => ({ kind: 'property', name })),
      ]
    },
  }
}
