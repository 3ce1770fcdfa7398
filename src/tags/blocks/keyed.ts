import { type Field, fields, findField } from '../fields.ts'
import type { Fields } from '../items.ts'
import { starsOfText, textOfStars } from '../ratings.ts'
import { collectFields } from './collect.ts'

/*
 * Blocks that are lists of keys with text values (Vorbis comments, APEv2 items, ASF attributes): the mapping between
 * their keys and fields, from the field table. Keys compare without case.
 */

export type KeyedColumn = 'vorbis' | 'ape' | 'asf'

export interface KeyedText {
  readonly key: string
  readonly values: readonly string[]
}

interface Place {
  readonly key: string
  /** Which part of `3/12`: 0, 1, or null for the whole value. */
  readonly part: 0 | 1 | null
}

interface KeyedMapping {
  placesOf(field: string): readonly Place[]
  fieldsOf(key: string): ReadonlyArray<{ field: string; alternative: number; part: 0 | 1 | null }>
}

const mappings = new Map<KeyedColumn, KeyedMapping>()

function mapping(column: KeyedColumn): KeyedMapping {
  const known = mappings.get(column)
  if (known) return known
  const places = new Map(fields.map((f: Field) => [f.name, f[column].map(parsePlace)]))
  const byKey = new Map<string, Array<{ field: string; alternative: number; part: 0 | 1 | null }>>()
  for (const [field, list] of places) {
    for (const [alternative, { key, part }] of list.entries()) {
      const entries = byKey.get(key.toLowerCase()) ?? []
      byKey.set(key.toLowerCase(), [...entries, { field, alternative, part }])
    }
  }
  const made: KeyedMapping = {
    placesOf: field => {
      const standard = findField(field)
      return standard ? (places.get(standard.name) ?? []) : [{ key: field, part: null }]
    },
    fieldsOf: key => byKey.get(key.toLowerCase()) ?? [],
  }
  mappings.set(column, made)
  return made
}

function parsePlace(id: string): Place {
  const at = id.indexOf('#')
  return at < 0 ? { key: id, part: null } : { key: id.slice(0, at), part: id.slice(at + 1) === '2' ? 1 : 0 }
}

/** `3/12` as its two parts; a missing one is empty. */
function splitPair(text: string): [string, string] {
  const at = text.indexOf('/')
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

/** The field that a key holds, for showing; undefined for a key that only looks like a standard field. */
export function fieldOfKey(column: KeyedColumn, key: string): string | undefined {
  return mapping(column).fieldsOf(key)[0]?.field ?? (findField(key) ? undefined : key)
}

/** Whether such blocks have a place for a field; custom fields have their own names. */
export function hasKeyedPlace(column: KeyedColumn, field: string): boolean {
  return mapping(column).placesOf(field).length > 0
}

/** The fields of a list of texts, in the order of the list. */
export function readKeyed(column: KeyedColumn, texts: readonly KeyedText[]): Fields {
  const collected = collectFields()
  const { fieldsOf } = mapping(column)
  for (const { key, values } of texts) {
    const present = values.filter(value => value !== '')
    const known = fieldsOf(key)
    if (known.length === 0 && !findField(key)) collected.add(key, present)
    for (const { field, alternative, part } of known) {
      const read = part === null ? present : present.map(value => splitPair(value)[part]).filter(value => value !== '')
      if (read.length > 0) collected.add(field, field === 'rating' ? read.map(starsOfText) : read, alternative)
    }
  }
  return collected.fields()
}

/**
 * What the keys of a block become when fields get new values: lower-case key → key as to be written and its values (none:
 * the key goes). Keys the block has keep their spelling; alternatives that it has are kept in step.
 */
export function editKeyed(
  column: KeyedColumn,
  texts: readonly KeyedText[],
  wanted: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, KeyedText> {
  const { placesOf } = mapping(column)
  const edits = new Map<string, KeyedText>()
  const now = (key: string): KeyedText | undefined =>
    edits.get(key.toLowerCase()) ?? joined(texts.filter(text => text.key.toLowerCase() === key.toLowerCase()))
  for (const [field, values] of wanted) {
    const places = placesOf(field)
    const present = places.filter(place => holds(now(place.key), place))
    const targets = present.length > 0 ? present : values.length > 0 ? places.slice(0, 1) : []
    for (const { key, part } of targets) {
      const before = now(key)
      const stored =
        field === 'rating' && column !== 'asf' ? values.map(value => textOfStars(value, before?.values[0])) : values
      const after = part === null ? stored : withPart(before?.values ?? [], part, values[0] ?? '')
      edits.set(key.toLowerCase(), { key: before?.key ?? key, values: after })
    }
  }
  return edits
}

function joined(texts: readonly KeyedText[]): KeyedText | undefined {
  const first = texts[0]
  return first && { key: first.key, values: texts.flatMap(text => text.values) }
}

function holds(text: KeyedText | undefined, { part }: Place): boolean {
  if (!text || text.values.length === 0) return false
  return part !== 1 || text.values.some(value => splitPair(value)[1] !== '')
}

function withPart(before: readonly string[], part: 0 | 1, value: string): string[] {
  const pair = splitPair(before[0] ?? '')
  pair[part] = value
  const [number, total] = pair
  return total !== '' ? [`${number}/${total}`] : number !== '' ? [number] : []
}
