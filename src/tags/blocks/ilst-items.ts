import type { ByteSource } from '../../files/source.ts'
import type { Piece, Range } from '../../files/splice.ts'
import { type Atom, atomBytes, bodyOf, listAtoms, readNumber } from './mp4-atoms.ts'

/* The items of an iTunes list (QuickTime File Format, “Metadata item atoms”): an atom a kind, its values in `data` atoms. */

/** The well-known types of a `data` atom that matter here. */
export const dataTypes = { implicit: 0, utf8: 1, utf16: 2, utf8Sort: 4, utf16Sort: 5, jpeg: 13, png: 14, signed: 21, unsigned: 22, bmp: 27 } as const // biome-ignore format: a table

/** One value. */
export interface Data {
  readonly type: number
  readonly atom: Atom
  readonly payload: Range
}

export interface Item {
  readonly source: ByteSource
  readonly type: string
  readonly raw: Range
  /** The atoms within, as far as they can be read; what is behind them. */
  readonly parts: readonly Atom[]
  readonly rest: Range
  readonly data: readonly Data[]
  /** Whose a freeform item is, and its name; null for every other. */
  readonly freeform: { readonly mean: string; readonly name: string } | null
}

export const freeformType = '----'
export const appleMean = 'com.apple.iTunes'

/** `data`: version and type (4 bytes), locale (4 bytes), value. */
const dataHead = 8
/** `mean` and `name`: version and flags (4 bytes), text; no name is longer than this (bytes). */
const textHead = 4
const longestName = 4096

/** The item in an atom. Never throws for what is wrong inside: such an item has no values and stays as it is. */
export function readItem(source: ByteSource, atom: Atom): Item {
  const { atoms: parts, rest } = listAtoms(source, bodyOf(atom))
  const data = parts
    .filter(part => part.type === 'data' && bodyOf(part).length >= dataHead)
    .map(part => {
      const { offset, length } = bodyOf(part)
      const type = readNumber(source, offset, 4) & 0xffffff
      return { type, atom: part, payload: { offset: offset + dataHead, length: length - dataHead } }
    })
  return {
    source,
    type: atom.type,
    raw: { offset: atom.offset, length: atom.length },
    parts,
    rest,
    data,
    freeform: atom.type === freeformType ? readFreeform(source, parts) : null,
  }
}

function readFreeform(source: ByteSource, parts: readonly Atom[]): Item['freeform'] {
  const text = (type: string): string | null => {
    const part = parts.find(atom => atom.type === type)
    const body = part && bodyOf(part)
    if (!body || body.length < textHead || body.length > longestName) return null
    return Buffer.from(source.read(body.offset + textHead, body.length - textHead)).toString('utf8')
  }
  const [mean, name] = [text('mean'), text('name')]
  return mean !== null && name !== null && name !== '' ? { mean, name } : null
}

/** The bytes of a value, or no more than the first `most` of them. */
export function payloadOf({ source }: Item, { payload }: Data, most = payload.length): Uint8Array {
  return source.read(payload.offset, Math.min(payload.length, most))
}

/** What identifies an item within the list: the same for all that hold the same field, null for the freeform items of others. */
export function keyOf({ type, freeform }: Item): string | null {
  if (type !== freeformType) return type
  return freeform?.mean === appleMean ? freeformKey(freeform.name) : null
}

export const freeformKey = (name: string): string => `${freeformType}:${name.toLowerCase()}`

export function dataAtom(type: number, value: Uint8Array): Uint8Array {
  const head = Buffer.alloc(dataHead)
  head.writeUInt32BE(type)
  return atomBytes('data', head, value)
}

/** The `mean` and `name` of a new freeform item. */
export function freeformHead(name: string): Uint8Array {
  const text = (type: string, value: string) => atomBytes(type, new Uint8Array(textHead), Buffer.from(value, 'utf8'))
  return Buffer.concat([text('mean', appleMean), text('name', name)])
}

/** No text is longer (bytes); what is stays in the file unread. */
const longestText = 4 * 1024 * 1024

/** Text of a value by its type; null where it is no text. `guess` takes a value without a type for UTF-8. */
export function textOf(item: Item, data: Data, guess: boolean): string | null {
  if (data.payload.length > longestText) return null
  const bytes = payloadOf(item, data)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  switch (data.type) {
    case dataTypes.utf8:
    case dataTypes.utf8Sort:
      return trimmed(buffer.toString('utf8'))
    case dataTypes.utf16:
    case dataTypes.utf16Sort:
      return trimmed(
        Buffer.from(buffer.subarray(0, buffer.length - (buffer.length % 2)))
          .swap16()
          .toString('utf16le'),
      )
    case dataTypes.implicit: {
      const text = trimmed(buffer.toString('utf8'))
      return guess || isPlain(text) ? text : null
    }
    default:
      return null
  }
}

/** C programs end a text with NUL. */
const trimmed = (text: string): string => text.replace(/^\uFEFF/, '').replace(/\0+$/, '')

// biome-ignore lint/suspicious/noControlCharactersInRegex: they tell text from numbers
const isPlain = (text: string): boolean => !/[\x00-\x08\x0e-\x1f\ufffd]/.test(text)

/** The number in a value of 1, 2, 3, 4 or 8 bytes; null for any other. */
export function integerOf(item: Item, data: Data): number | null {
  const { length } = data.payload
  const isNumber =
    data.type === dataTypes.implicit || data.type === dataTypes.signed || data.type === dataTypes.unsigned
  if (!isNumber || ![1, 2, 3, 4, 8].includes(length)) return null
  const bytes = payloadOf(item, data)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (length === 8) return Number(data.type === dataTypes.unsigned ? buffer.readBigUInt64BE() : buffer.readBigInt64BE())
  return data.type === dataTypes.unsigned ? buffer.readUIntBE(0, length) : buffer.readIntBE(0, length)
}

export const isText = (type: number): boolean => type === dataTypes.utf8 || type === dataTypes.implicit

/** An item of these parts. */
export function itemPieces(type: string, parts: readonly Piece[]): Piece[] {
  const length = parts.reduce((sum, part) => sum + part.length, 8)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(length)
  head.write(type, 4, 'latin1')
  return [head, ...parts]
}
