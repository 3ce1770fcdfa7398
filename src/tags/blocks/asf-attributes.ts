import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import { type Piece, piecesLength, type Range } from '../../files/splice.ts'

/*
 * The four objects of an ASF header that hold attributes, as bytes (Advanced Systems Format specification): Content
 * Description (§3.10), Extended Content Description (§3.11), Metadata (§4.7) and Metadata Library (§4.8). Numbers are
 * little-endian, texts UTF-16LE.
 */

/** The objects in the order in which readers list their attributes. */
export const asfPlaces = ['content', 'extended', 'metadata', 'library'] as const
export type AsfPlace = (typeof asfPlaces)[number]

/** Types of values (§4.8); a BOOL has four bytes in the Extended Content Description and two elsewhere. */
export const asfTypes = { unicode: 0, bytes: 1, bool: 2, dword: 3, qword: 4, word: 5, guid: 6 } as const

/** The five texts of the Content Description, in their order. */
export const contentNames: readonly string[] = ['Title', 'Author', 'Copyright', 'Description', 'Rating']

/** One attribute where it stands; `raw` is all of it, `value` its value. */
export interface AsfAttribute {
  readonly place: AsfPlace
  readonly name: string
  readonly nameBytes: Range
  readonly type: number
  /** Index into the list of languages, and the number of the stream it describes, 0 for the whole file. */
  readonly language: number
  readonly stream: number
  readonly raw: Range
  readonly value: Range
}

/** An object of attributes, parsed; `tail` is what careless programs left behind the last one. */
export interface AsfAttributes {
  readonly place: AsfPlace
  readonly list: readonly AsfAttribute[]
  readonly tail: Piece
}

/** What becomes of the attributes of an object: new bytes for some (none: it goes), and new ones behind the last, or by name. */
export interface AsfChanges {
  readonly replaced: ReadonlyMap<AsfAttribute, Uint8Array | null>
  readonly added: ReadonlyArray<{ readonly name: string; readonly bytes: Uint8Array }>
}

const largestCount = 0xffff

/** Bytes that a value may have in a place. */
export const largestValue: Readonly<Record<AsfPlace, number>> = {
  content: 0xffff,
  extended: 0xffff,
  metadata: 0xffff,
  library: 0xffffffff,
}

export function emptyAttributes(place: AsfPlace): AsfAttributes {
  return { place, list: [], tail: new Uint8Array(0) }
}

/** The attributes in the body of an object. Throws MALFORMED_FILE where their lengths exceed it. */
export function readAttributes(source: ByteSource, place: AsfPlace, body: Range): AsfAttributes {
  const end = body.offset + body.length
  const demand = (at: number, length: number): Range => {
    if (length < 0 || at + length > end) throw damaged()
    return { offset: at, length }
  }
  const numbers = (at: number, length: number): Buffer => {
    const { offset } = demand(at, length)
    return Buffer.from(source.read(offset, length))
  }
  if (place === 'content') return readContent(numbers(body.offset, 10), body.offset + 10, demand, end)
  const count = numbers(body.offset, 2).readUInt16LE(0)
  const list: AsfAttribute[] = []
  let at = body.offset + 2
  for (let i = 0; i < count; i++) {
    const attribute = place === 'extended' ? extendedAt(at) : metadataAt(at)
    list.push(attribute)
    at += attribute.raw.length
  }
  return { place, list, tail: { offset: at, length: end - at } }

  function extendedAt(start: number): AsfAttribute {
    const nameBytes = demand(start + 2, numbers(start, 2).readUInt16LE(0))
    const typeAt = nameBytes.offset + nameBytes.length
    const head = numbers(typeAt, 4)
    const value = demand(typeAt + 4, head.readUInt16LE(2))
    return attributeOf({ language: 0, stream: 0, type: head.readUInt16LE(0), nameBytes, value }, start)
  }

  function metadataAt(start: number): AsfAttribute {
    const head = numbers(start, 12)
    const nameBytes = demand(start + 12, head.readUInt16LE(4))
    const value = demand(nameBytes.offset + nameBytes.length, head.readUInt32LE(8))
    const language = place === 'library' ? head.readUInt16LE(0) : 0
    return attributeOf({ language, stream: head.readUInt16LE(2), type: head.readUInt16LE(6), nameBytes, value }, start)
  }

  function attributeOf(
    parts: Pick<AsfAttribute, 'language' | 'stream' | 'type' | 'nameBytes' | 'value'>,
    start: number,
  ): AsfAttribute {
    const { nameBytes, value } = parts
    const name = utf16(source.read(nameBytes.offset, nameBytes.length))
    return { ...parts, place, name, raw: { offset: start, length: value.offset + value.length - start } }
  }
}

function readContent(
  lengths: Buffer,
  start: number,
  demand: (at: number, length: number) => Range,
  end: number,
): AsfAttributes {
  const list: AsfAttribute[] = []
  let at = start
  for (const [i, name] of contentNames.entries()) {
    const value = demand(at, lengths.readUInt16LE(i * 2))
    at += value.length
    if (value.length === 0) continue
    const nameBytes = { offset: value.offset, length: 0 }
    list.push({ place: 'content', name, nameBytes, type: asfTypes.unicode, language: 0, stream: 0, raw: value, value })
  }
  return { place: 'content', list, tail: { offset: at, length: end - at } }
}

function damaged(): CodedError {
  return new CodedError(
    'MALFORMED_FILE',
    'An attribute in its ASF header claims more bytes than the header has; the header is damaged.',
  )
}

/** UTF-16LE as text, without the NULs at its ends. */
export function utf16(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf16le')
  let start = 0
  let end = text.length
  while (start < end && text.charCodeAt(start) === 0) start++
  while (end > start && text.charCodeAt(end - 1) === 0) end--
  return text.slice(start, end)
}

/** Text as UTF-16LE with its NUL. */
export function utf16z(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, 'utf16le')
}

/** An attribute as the object of its place stores it; the name with its NUL, at most 65,535 bytes. */
export function encodeAttribute(
  { place, language, stream }: Pick<AsfAttribute, 'place' | 'language' | 'stream'>,
  name: Uint8Array,
  type: number,
  value: Uint8Array,
): Uint8Array {
  if (place === 'content') return value
  if (place === 'extended') {
    const head = Buffer.alloc(2)
    head.writeUInt16LE(name.length, 0)
    const middle = Buffer.alloc(4)
    middle.writeUInt16LE(type, 0)
    middle.writeUInt16LE(value.length, 2)
    return Buffer.concat([head, name, middle, value])
  }
  const head = Buffer.alloc(12)
  head.writeUInt16LE(language, 0)
  head.writeUInt16LE(stream, 2)
  head.writeUInt16LE(name.length, 4)
  head.writeUInt16LE(type, 6)
  head.writeUInt32LE(value.length, 8)
  return Buffer.concat([head, name, value])
}

/** The body of an object after changes; null where it would hold more attributes than it can count. */
export function attributesBody(object: AsfAttributes, { replaced, added }: AsfChanges): Piece[] | null {
  const after = (attribute: AsfAttribute): Piece | null => {
    const bytes = replaced.get(attribute)
    return bytes === undefined ? attribute.raw : bytes
  }
  if (object.place === 'content') {
    const texts = contentNames.map((name): Piece => {
      const known = object.list.find(attribute => attribute.name === name)
      const kept = known && after(known)
      return kept ?? added.find(one => one.name === name)?.bytes ?? new Uint8Array(0)
    })
    const lengths = Buffer.alloc(10)
    for (const [i, text] of texts.entries()) lengths.writeUInt16LE(piecesLength([text]), i * 2)
    return [lengths, ...texts, object.tail]
  }
  const list = [...object.list.map(after).filter(piece => piece !== null), ...added.map(one => one.bytes)]
  if (list.length > largestCount) return null
  const count = Buffer.alloc(2)
  count.writeUInt16LE(list.length, 0)
  return [count, ...list, object.tail]
}
