import type { ByteSource } from '../../files/source.ts'
import { fields } from '../fields.ts'
import { sharedOfStars, starsOfShared } from '../ratings.ts'
import { type AsfAttribute, asfTypes, utf16, utf16z } from './asf-attributes.ts'

/* Values of ASF attributes (§4.8, Data Type) as the text that fields hold, and back. */

const sizes: Readonly<Record<number, readonly number[]>> = {
  [asfTypes.bool]: [2, 4],
  [asfTypes.dword]: [4],
  [asfTypes.qword]: [8],
  [asfTypes.word]: [2],
  [asfTypes.guid]: [16],
}

/** A value as text: numbers in decimal, BOOL as 0 or 1; null for bytes and for a number of a length that its type does not have. */
export function attributeText(source: ByteSource, { type, value }: AsfAttribute): string | null {
  if (type === asfTypes.unicode) return utf16(source.read(value.offset, value.length))
  if (!sizes[type]?.includes(value.length)) return null
  const bytes = Buffer.from(source.read(value.offset, value.length))
  if (type === asfTypes.guid) return guidText(bytes)
  if (type === asfTypes.bool) return bytes.some(byte => byte !== 0) ? '1' : '0'
  return (value.length === 8 ? bytes.readBigUInt64LE(0) : BigInt(bytes.readUIntLE(0, value.length))).toString()
}

/** Whether values of a type are for people: a GUID has a text, but is no field. */
export function isShown(type: number): boolean {
  return type === asfTypes.unicode || numeric.has(type)
}

function guidText(bytes: Buffer): string {
  const first = [bytes.readUInt32LE(0).toString(16).padStart(8, '0')]
  for (const at of [4, 6]) first.push(bytes.readUInt16LE(at).toString(16).padStart(4, '0'))
  return [...first, bytes.toString('hex', 8, 10), bytes.toString('hex', 10)].join('-').toUpperCase()
}

export interface TypedValue {
  readonly type: number
  readonly bytes: Uint8Array
}

/** A text as a number of the wanted type and `length` bytes where it reads back as the same text, else as Unicode. */
export function typedValue(text: string, type: number, length: number): TypedValue {
  const unicode = { type: asfTypes.unicode, bytes: utf16z(text) }
  if (!numeric.has(type) || !/^(0|[1-9]\d{0,19})$/.test(text)) return unicode
  const number = BigInt(text)
  if (number >= (type === asfTypes.bool ? 2n : 1n << BigInt(length * 8))) return unicode
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(number)
  return { type, bytes: bytes.subarray(0, length) }
}

const numeric: ReadonlySet<number> = new Set([asfTypes.bool, asfTypes.dword, asfTypes.qword, asfTypes.word])

/** The names of the field table by their lower-case form. */
const tableNames: ReadonlyMap<string, string> = new Map(
  fields.flatMap(field =>
    field.asf.map(id => {
      const name = id.replace(/#[12]$/, '')
      return [name.toLowerCase(), name] as const
    }),
  ),
)

/** A name as the field table spells it; undefined for one that it does not know. Other readers compare names with case. */
export function tableName(name: string): string | undefined {
  return tableNames.get(name.toLowerCase())
}

const ratingName = 'wm/shareduserrating'

/** The text of an attribute as its field shows it: a rating as stars. */
export function shownText(name: string, text: string): string {
  return name.toLowerCase() === ratingName ? starsOfShared(text) : text
}

/** The value of a field (for a rating: stars from 0 to 5) as its attribute stores it, and the type of a new one. */
export function storedText(name: string, shown: string): { text: string; type: number } {
  if (name.toLowerCase() !== ratingName) return { text: shown, type: asfTypes.unicode }
  return { text: sharedOfStars(shown), type: asfTypes.dword }
}
