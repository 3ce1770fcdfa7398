import type { ByteSource } from '../../files/source.ts'
import type { Piece, Range } from '../../files/splice.ts'
import type { Item } from '../../schemas/track.ts'
import { fields } from '../fields.ts'
import type { Fields, TagBlock } from '../items.ts'
import { collectFields } from './collect.ts'
import { isLatin1, latin1 } from './id3v2/text.ts'

/*
 * RIFF INFO (Multimedia Programming Interface 1.0, §2): a list of four-letter chunks, each with one text that a NUL ends. No
 * encoding is told: UTF-8 where the bytes are that, otherwise Latin-1. The block is kept in step with the file's ID3v2 tag.
 */

interface InfoItem {
  readonly id: string
  /** Header, value and padding byte. */
  readonly raw: Range
  readonly value: Range
}

const headerLength = 8
const label = 'RIFF INFO'
const mostItems = 4096

const places = new Map(
  fields.flatMap(({ name, info }) => info.map((id, alternative) => [id, { field: name, alternative }] as const)),
)

/** The INFO items in `list` (the bytes behind the `INFO` of their chunk) as a tag block; null where they do not fill it as they claim. */
export function infoBlock(source: ByteSource, list: Range): TagBlock | null {
  const items = readItems(source, list)
  if (!items) return null
  const end = list.offset + list.length
  const tailAt = items.at(-1) ? rangeEnd((items.at(-1) as InfoItem).raw) : list.offset
  const tail = { offset: tailAt, length: end - tailAt }
  const found = readFields(source, items)
  return {
    kind: 'info',
    label,
    fields: found,
    seed: seedOf(found),
    pictures: [],
    items: () => items.map(item => describe(source, item)),
    patch({ fields: wanted }) {
      const edits = new Map([...wanted].map(([field, values]) => [field, values[0] ?? '']))
      const done = new Set<string>()
      const content: Piece[] = []
      for (const item of items) {
        const field = places.get(item.id)?.field
        const text = field === undefined ? undefined : edits.get(field)
        if (field === undefined || text === undefined) content.push(item.raw)
        else if (text !== '' && !done.has(item.id)) content.push(encodeItem(source, item, field, text))
        if (text !== undefined) done.add(item.id)
      }
      return { content: [...content, tail], refused: [] }
    },
  }
}

const rangeEnd = ({ offset, length }: Range): number => offset + length

function readItems(source: ByteSource, list: Range): InfoItem[] | null {
  const end = rangeEnd(list)
  const items: InfoItem[] = []
  let at = list.offset
  while (at + headerLength <= end) {
    const item = itemAt(source, at, end)
    if (!item || items.length === mostItems) return null
    items.push(item)
    at = rangeEnd(item.raw)
  }
  return items
}

function itemAt(source: ByteSource, at: number, end: number): InfoItem | null {
  const size = sizeAt(source, at, end)
  if (size === null) return null
  const value = { offset: at + headerLength, length: size }
  const padded = Math.min(end, rangeEnd(value) + (size % 2))
  // Some programs leave the padding byte out.
  const next = leadsOn(source, padded, end) || !leadsOn(source, rangeEnd(value), end) ? padded : rangeEnd(value)
  return { id: latin1(source.read(at, 4)), raw: { offset: at, length: next - at }, value }
}

const leadsOn = (source: ByteSource, at: number, end: number): boolean =>
  at + headerLength > end || sizeAt(source, at, end) !== null

/** The size of the value whose header is at `at`; null where none is or it does not fit before `end`. */
function sizeAt(source: ByteSource, at: number, end: number): number | null {
  const header = Buffer.from(source.read(at, headerLength))
  const size = header.readUInt32LE(4)
  return /^[\x20-\x7e]{4}$/.test(latin1(header.subarray(0, 4))) && at + headerLength + size <= end ? size : null
}

function readFields(source: ByteSource, items: readonly InfoItem[]): Fields {
  const collected = collectFields()
  for (const { id, value } of items) {
    const place = places.get(id)
    const text = place && readText(source, value)
    if (!place || !text) continue
    const shown = place.field === 'tracknumber' ? (text.split('/')[0] as string).trim() : text
    if (shown !== '') collected.add(place.field, [shown], place.alternative)
  }
  return collected.fields()
}

/** What a new ID3v2 tag takes over: of a date the part that every version of ID3v2 can hold. */
function seedOf(found: Fields): Fields {
  const date = found.get('date')?.[0]
  if (date === undefined) return found
  const seed = new Map(found)
  const plain = /^\d{4}(-\d\d-\d\d)?(?!\d)/.exec(date)?.[0]
  if (plain) seed.set('date', [plain])
  else seed.delete('date')
  return seed
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A text of no told encoding, up to its first NUL: UTF-8 where it decodes so, otherwise Latin-1. */
export function readText(source: ByteSource, value: Range): string {
  const bytes = source.read(value.offset, value.length)
  const end = bytes.indexOf(0)
  const text = end < 0 ? bytes : bytes.subarray(0, end)
  try {
    return utf8.decode(text)
  } catch {
    return latin1(text)
  }
}

/** The bytes of a text in the encoding of the one that it replaces: Latin-1 where that was no UTF-8 and can hold it. */
export function encodeText(source: ByteSource, old: Range, text: string): Uint8Array {
  const before = source.read(old.offset, old.length)
  const encoded = Buffer.from(text, 'latin1')
  return isLatin1(text) && !isUtf8(before) && !isUtf8(encoded) ? encoded : Buffer.from(text, 'utf8')
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8.decode(bytes)
    return true
  } catch {
    return false
  }
}

/** A text in the place of an old one: as long as that where it fits, filled up with NULs, so that what follows need not move. */
function encodeItem(source: ByteSource, item: InfoItem, field: string, text: string): Uint8Array {
  const total = field === 'tracknumber' ? (/\/.*$/.exec(readText(source, item.value))?.[0] ?? '') : ''
  const bytes = encodeText(source, item.value, text + total)
  const size = Math.max(bytes.length + 1, item.value.length)
  const encoded = Buffer.alloc(headerLength + size + (size % 2))
  encoded.write(item.id, 'latin1')
  encoded.writeUInt32LE(size, 4)
  encoded.set(bytes, headerLength)
  return encoded
}

function describe(source: ByteSource, { id, value }: InfoItem): Item {
  const field = places.get(id)?.field
  return {
    block: label,
    id,
    ...(field === undefined ? {} : { field }),
    text: [readText(source, value)],
    bytes: value.length,
  }
}
