import type { Piece } from '../../files/splice.ts'
import { fields, findField } from '../fields.ts'
import { genres } from '../genres.ts'
import type { Fields, Refusal } from '../items.ts'
import { collectFields } from './collect.ts'
import {
  appleMean,
  type Data,
  dataAtom,
  dataTypes,
  freeformHead,
  freeformKey,
  freeformType,
  type Item,
  integerOf,
  isText,
  itemPieces,
  keyOf,
  payloadOf,
  textOf,
} from './ilst-items.ts'

/* The fields in the items of an iTunes list: the mp4 column of the field table, and what each atom makes of a value. */

type Form = 'text' | 'pair' | 'flag' | 'integer' | 'genre'

/** Atoms that hold no text. */
const forms: ReadonlyMap<string, Form> = new Map([
  ['trkn', 'pair'],
  ['disk', 'pair'],
  ['cpil', 'flag'],
  ['pgap', 'flag'],
  ['pcst', 'flag'],
  ['shwm', 'flag'],
  ['tmpo', 'integer'],
  ['©mvi', 'integer'],
  ['©mvc', 'integer'],
  ['gnre', 'genre'],
])

const largestInPair = 0xffff
/** Readers take the two bytes of an integer for signed. */
const largestInteger = 0x7fff
const longestName = 1000
/** Bytes that iTunes gives a new pair. */
const pairLength: Readonly<Record<string, number>> = { trkn: 8, disk: 6 }

/** A native place of a field. */
interface Place {
  readonly key: string
  /** Type of the atom; `----` with the name of a freeform one. */
  readonly type: string
  readonly name: string | null
  readonly part: 0 | 1
  readonly form: Form
}

interface Held {
  readonly field: string
  readonly alternative: number
  readonly part: 0 | 1
}

function parsePlace(id: string): Place {
  if (id.startsWith(`${freeformType}:`)) return freeformPlace(id.slice(freeformType.length + 1))
  const [type = '', part] = id.split('#')
  return { key: type, type, name: null, part: part === '2' ? 1 : 0, form: forms.get(type) ?? 'text' }
}

const freeformPlace = (name: string): Place => ({
  key: freeformKey(name),
  type: freeformType,
  name,
  part: 0,
  form: 'text',
})

const placesByField = new Map(fields.map(field => [field.name, field.mp4.map(parsePlace)]))
const heldByKey = new Map<string, Held[]>()
for (const [field, places] of placesByField) {
  for (const [alternative, { key, part }] of places.entries())
    heldByKey.set(key, [...(heldByKey.get(key) ?? []), { field, alternative, part }])
}

function placesOf(field: string): readonly Place[] {
  const standard = findField(field)
  return standard ? (placesByField.get(standard.name) ?? []) : [freeformPlace(field)]
}

/** What an item holds: fields of the table, or a custom one; none for a freeform item that only looks like a standard field. */
function heldBy(item: Item): readonly Held[] {
  const key = keyOf(item)
  const known = key === null ? undefined : heldByKey.get(key)
  if (known) return known
  const name = item.freeform?.mean === appleMean ? item.freeform.name : null
  return name !== null && !findField(name) ? [{ field: name, alternative: 0, part: 0 }] : []
}

/** The name of the field that an item holds, for showing. */
export const fieldOf = (item: Item): string | undefined => heldBy(item)[0]?.field

/** The fields of a list, in its order. An item of empty texts counts only where no other has the field. */
export function readItems(items: readonly Item[]): Fields {
  const collected = collectFields()
  const empty: string[] = []
  for (const item of items) {
    for (const { field, alternative, part } of heldBy(item)) {
      const values = valuesOf(item, part)
      const present = values.filter(value => value !== '')
      if (present.length > 0) collected.add(field, present, alternative)
      else if (values.length > 0) empty.push(field)
    }
  }
  const found = collected.fields()
  return new Map([...found, ...empty.filter(field => !found.has(field)).map(field => [field, ['']] as const)])
}

/** The values of an item as text. */
export function valuesOf(item: Item, part: 0 | 1 = 0): string[] {
  const form = forms.get(item.type) ?? 'text'
  const read = form === 'text' ? item.data : item.data.slice(0, 1)
  return read.map(data => readValue(item, data, form, part)).filter(value => value !== null)
}

function readValue(item: Item, data: Data, form: Form, part: 0 | 1): string | null {
  switch (form) {
    case 'pair': {
      const number = pairOf(item, data)[part]
      return number ? String(number) : null
    }
    case 'flag':
      return data.payload.length === 0 ? null : payloadOf(item, data, 8).some(byte => byte !== 0) ? '1' : '0'
    case 'genre':
      return genres[(integerOf(item, data) ?? 0) - 1] ?? null
    case 'integer':
      return integerOf(item, data)?.toString() ?? null
    default:
      return textOf(item, data, item.freeform === null) ?? numberText(item, data)
  }
}

/** A number where text is usual; one without a type may be anything. */
function numberText(item: Item, data: Data): string | null {
  return data.type === dataTypes.implicit ? null : (integerOf(item, data)?.toString() ?? null)
}

/** Number and total: two bytes each, behind two that are unused. */
function pairOf(item: Item, data: Data): [number, number] {
  const bytes = payloadOf(item, data, 8)
  const at = (offset: number) => ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)
  return data.payload.length < 6 ? [at(2), 0] : [at(2), at(4)]
}

/** What becomes of the items of one key: `make` takes the first of them, or undefined, and gives the parts of the new one; null removes them all. */
export type ItemEdit = (old: Item | undefined) => Piece[] | null

/** The edits that give fields their new values, by the key of the items; and what MP4 cannot hold. */
export function editItems(wanted: ReadonlyMap<string, readonly string[]>): {
  edits: Map<string, ItemEdit>
  refused: Refusal[]
} {
  const edits = new Map<string, ItemEdit>()
  const refused: Refusal[] = []
  const pairs = new Map<string, Map<0 | 1, number>>()
  for (const [field, values] of wanted) {
    const [place, ...others] = placesOf(field)
    const refusal = place ? refusalOf(place, values) : noPlace
    if (!place || refusal) {
      refused.push({ field, ...(refusal ?? noPlace) })
      continue
    }
    if (place.form !== 'pair') edits.set(place.key, old => write(place, values, old))
    else pairs.set(place.type, new Map(pairs.get(place.type)).set(place.part, Number(values[0] ?? 0)))
    for (const { key } of others) edits.set(key, () => null)
  }
  for (const [type, halves] of pairs) edits.set(type, old => writePair(type, halves, old))
  return { edits, refused }
}

type Reason = Pick<Refusal, 'code' | 'detail'>

const noPlace: Reason = { code: 'FIELD_UNSUPPORTED', detail: 'MP4 has no place for this field.' }
const badName: Reason = {
  code: 'FIELD_UNSUPPORTED',
  detail: `MP4 allows names of up to ${longestName} letters, without control characters.`,
}

/** Why a place cannot hold the values; null where it can. */
function refusalOf({ form, name }: Place, values: readonly string[]): Reason | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (name !== null && (name.length > longestName || /[\x00-\x1f\x7f]/.test(name))) return badName
  if (values.length === 0 || form === 'text') return null
  const value = values[0] as string
  const refuse = (detail: string): Reason => ({ code: 'VALUE_UNSUPPORTED', detail })
  if (form === 'flag') return /^[01]$/.test(value) ? null : refuse('This field is 0 or 1.')
  const [least, most] = form === 'pair' ? [1, largestInPair] : [0, largestInteger]
  const fits = /^(0|[1-9]\d{0,9})$/.test(value) && Number(value) >= least && Number(value) <= most
  return fits ? null : refuse(`MP4 stores a whole number from ${least} to ${most} here, without zeros in front.`)
}

function write({ type, name, form }: Place, values: readonly string[], old: Item | undefined): Piece[] | null {
  if (values.length === 0) return null
  const before = old?.data[0]?.type
  if (form === 'flag' || form === 'integer') {
    const kind = before === dataTypes.implicit ? dataTypes.implicit : dataTypes.signed
    const number = Number(values[0])
    const bytes = form === 'flag' ? [number] : [number >> 8, number & 255]
    return itemPieces(type, [dataAtom(kind, Uint8Array.from(bytes))])
  }
  const kind = before !== undefined && isText(before) && name === null ? before : dataTypes.utf8
  const data = values.map(value => dataAtom(kind, Buffer.from(value, 'utf8')))
  return itemPieces(type, [...(name === null ? [] : freeformParts(name, old)), ...data])
}

/** `mean` and `name` as the file spells them. */
function freeformParts(name: string, old: Item | undefined): Piece[] {
  const kept = ['mean', 'name'].map(type => old?.parts.find(part => part.type === type))
  return kept.every(part => part !== undefined)
    ? kept.map(({ offset, length }) => ({ offset, length }))
    : [freeformHead(name)]
}

/** A pair with new halves (0 removes one), in the bytes that the file has for it; none where nothing is left. */
function writePair(type: string, halves: ReadonlyMap<0 | 1, number>, old: Item | undefined): Piece[] | null {
  const before = old?.data[0]
  const [number, total] = old && before ? pairOf(old, before) : [0, 0]
  const after = [halves.get(0) ?? number, halves.get(1) ?? total] as const
  if (after[0] === 0 && after[1] === 0) return null
  const isWhole = old && before && before.payload.length >= 6 && before.payload.length <= 16
  const bytes = isWhole ? Buffer.from(payloadOf(old, before)) : Buffer.alloc(pairLength[type] ?? 8)
  bytes.writeUInt16BE(after[0], 2)
  bytes.writeUInt16BE(after[1], 4)
  return itemPieces(type, [dataAtom(before?.type ?? dataTypes.implicit, bytes)])
}
