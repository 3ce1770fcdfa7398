import type { FieldKind } from '../../schemas/field.ts'
import { fieldKey, fields, findField } from '../../tags/fields.ts'
import { fileNameField } from '../values.ts'
import type { Property } from './query.ts'

/** What may stand before the colon of a term. */
export type Key =
  | { readonly kind: 'field'; readonly field: string; readonly values: FieldKind }
  | { readonly kind: 'custom'; readonly field: string }
  | { readonly kind: 'property'; readonly property: Property }
  | { readonly kind: 'path' | 'folder' | 'modified' | 'format' | 'is' | 'has' | 'missing' }

const property = (name: Property): Key => ({ kind: 'property', property: name })

/** All that is no tag field; it hides custom fields of the same name, unless they are written in quotes. */
const others: ReadonlyMap<string, Key> = new Map<string, Key>([
  ['path', { kind: 'path' }],
  ['folder', { kind: 'folder' }],
  [fileNameField, { kind: 'field', field: fileNameField, values: 'text' }],
  ['changed', { kind: 'modified' }],
  ['modified', { kind: 'modified' }],
  ['format', { kind: 'format' }],
  ['is', { kind: 'is' }],
  ['has', { kind: 'has' }],
  ['missing', { kind: 'missing' }],
  ['size', property('size')],
  ['duration', property('duration')],
  ['length', property('duration')],
  ['bitrate', property('bitrate')],
  ['samplerate', property('sampleRate')],
  ['channels', property('channels')],
  ['bits', property('bitsPerSample')],
  ['bitspersample', property('bitsPerSample')],
  ['pictures', property('pictures')],
  ['picture', property('pictures')],
  ['cover', property('pictures')],
])

/** Other names of fields: those that people type, and the labels that they see. */
const aliases: ReadonlyMap<string, string> = new Map([
  ...fields.map(field => [field.label.toLowerCase(), field.name] as const),
  ['year', 'date'],
])

/** What a name before a colon stands for, in any case. A `quoted` one is always a field. */
export function findKey(name: string, quoted: boolean): Key {
  const lower = name.toLowerCase()
  const other = quoted ? undefined : others.get(lower)
  if (other) return other
  const field = findField(lower) ?? findField(aliases.get(lower) ?? '')
  return field ? { kind: 'field', field: field.name, values: field.kind } : { kind: 'custom', field: fieldKey(name) }
}
