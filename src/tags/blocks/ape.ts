import { CodedError } from '../../errors.ts'
import { type ByteSource, bufferSource } from '../../files/source.ts'
import { type Piece, piecesLength } from '../../files/splice.ts'
import type { Item } from '../../schemas/track.ts'
import { fieldKey } from '../fields.ts'
import { type EmbeddedPicture, type NewPicture, type Refusal, removedFrom, type TagBlock } from '../items.ts'
import { latin1 } from './id3v2/text.ts'
import { editKeyed, fieldOfKey, hasKeyedPlace, type KeyedText, readKeyed } from './keyed.ts'

/* APEv1 and APEv2 (the specification at wiki.hydrogenaud.io): items of key, flags and value between a header and a footer of 32 bytes. */

const footerLength = 32
const hasHeaderFlag = 0x80000000
const isHeaderFlag = 0x20000000
/** More items than any real tag has; a tag of empty items must not cost memory without bound. */
const mostItems = 65_536
const itemKinds = { text: 0, binary: 1, link: 2 } as const

export interface ApeTag {
  readonly source: ByteSource
  /** Where the tag starts (its header, if it has one) and all its bytes. */
  readonly offset: number
  readonly length: number
  readonly version: number
  readonly hasHeader: boolean
  readonly items: readonly ApeItem[]
}

interface ApeItem {
  readonly key: string
  readonly kind: number
  readonly raw: Piece
  readonly value: { readonly offset: number; readonly length: number }
}

/** The APE tag whose footer ends at `end`; null where none does. Throws MALFORMED_FILE where its sizes cannot be true. */
export function readApe(source: ByteSource, end: number): ApeTag | null {
  if (end < footerLength) return null
  const footer = view(source.read(end - footerLength, footerLength))
  if (latin1(source.read(end - footerLength, 8)) !== 'APETAGEX') return null
  const version = footer.getUint32(8, true)
  const size = footer.getUint32(12, true)
  const count = footer.getUint32(16, true)
  const flags = footer.getUint32(20, true)
  // A flag that lies would count audio as tag: the header has to be there.
  const headerAt = end - size - footerLength
  const claimsHeader = (flags & hasHeaderFlag) !== 0 && headerAt >= 0
  const hasHeader = claimsHeader && latin1(source.read(headerAt, 8)) === 'APETAGEX'
  const length = size + (hasHeader ? footerLength : 0)
  if (flags & isHeaderFlag || size < footerLength || length > end) {
    throw new CodedError('MALFORMED_FILE', 'Its APE tag claims a size that the file does not have; the tag is damaged.')
  }
  const itemsStart = end - size
  const items = readItems(source, itemsStart, end - footerLength, count)
  return { source, offset: end - length, length, version, hasHeader, items }
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function readItems(source: ByteSource, start: number, end: number, count: number): ApeItem[] {
  const items: ApeItem[] = []
  let at = start
  for (let i = 0; i < count && at + 9 <= end; i++) {
    const head = source.read(at, Math.min(8 + 256, end - at))
    const length = view(head).getUint32(0, true)
    const keyEnd = head.indexOf(0, 8)
    const valueAt = at + keyEnd + 1
    if (keyEnd < 0 || valueAt + length > end || items.length === mostItems) {
      throw new CodedError(
        'MALFORMED_FILE',
        'An item of its APE tag claims more bytes than the tag has; the tag is damaged.',
      )
    }
    items.push({
      key: latin1(head.subarray(8, keyEnd)),
      kind: (view(head).getUint32(4, true) >> 1) & 3,
      raw: { offset: at, length: valueAt + length - at },
      value: { offset: valueAt, length },
    })
    at = valueAt + length
  }
  if (at !== end) {
    throw new CodedError('MALFORMED_FILE', 'The items of its APE tag do not fill it as it claims; the tag is damaged.')
  }
  return items
}

/** A tag without any item, for a file that has no APE tag: APEv2 with header and footer. */
export function emptyApeBlock(): TagBlock {
  return apeBlock({
    source: bufferSource(new Uint8Array(0)),
    offset: 0,
    length: 0,
    version: 2000,
    hasHeader: true,
    items: [],
  })
}

/** An APE tag as a tag block; its patched content is the whole tag, empty where no item is left. */
export function apeBlock(tag: ApeTag): TagBlock {
  const { source, items } = tag
  const label = tag.version >= 2000 ? 'APEv2' : 'APEv1'
  const texts = items.filter(item => item.kind === itemKinds.text).map(item => textOf(source, item))
  const pictured = new Map<EmbeddedPicture, ApeItem>()
  for (const item of items) {
    const picture = pictureOf(source, item)
    if (picture) pictured.set(picture, item)
  }
  const pictures = [...pictured.keys()]
  return {
    kind: 'ape',
    label,
    fields: readKeyed('ape', texts),
    pictures,
    items: () => items.map(item => describe(source, item, label)),
    patch({ fields: wanted, pictures: picturePatch }) {
      const refused: Refusal[] = []
      const storable = new Map([...wanted].filter(([field, values]) => values.length === 0 || mayStore(field, refused)))
      const edits = new Map(editKeyed('ape', texts, storable))
      const removed = picturePatch ? removedFrom(pictures, picturePatch) : new Set<EmbeddedPicture>()
      const gone = new Set([...removed].map(picture => pictured.get(picture)))
      const fresh = picturePatch?.added.map(pictureItem) ?? []
      const out: Piece[] = []
      for (const item of items) {
        const key = fieldKey(item.key)
        const edit = edits.get(key)
        if (gone.has(item)) out.push(...fresh.splice(0))
        else if (!edit) out.push(item.raw)
        else if (edit.values.length > 0) {
          out.push(textItem(edit))
          edits.set(key, { ...edit, values: [] })
        }
      }
      for (const edit of edits.values()) if (edit.values.length > 0) out.push(textItem(edit))
      out.push(...fresh)
      return { content: assemble(out, tag), refused }
    },
  }
}

function textOf(source: ByteSource, item: ApeItem): KeyedText {
  const text = Buffer.from(source.read(item.value.offset, item.value.length)).toString('utf8')
  return { key: item.key, values: text.split('\0') }
}

/** Keys have 2 to 255 printable ASCII letters, and a few are taken (§ APE key). */
function mayStore(field: string, refused: Refusal[]): boolean {
  if (!hasKeyedPlace('ape', field)) {
    refused.push({ field, code: 'FIELD_UNSUPPORTED', detail: 'APE tags have no place for this field.' })
    return false
  }
  if (/^[\x20-\x7e]{2,255}$/.test(field) && !/^(id3|tag|oggs|mp\+)$/i.test(field)) return true
  refused.push({
    field,
    code: 'FIELD_UNSUPPORTED',
    detail: 'APE tags allow names of 2 to 255 plain letters, digits and signs, other than ID3, TAG, OggS and MP+.',
  })
  return false
}

function encodeItem(key: string, kind: number, value: Uint8Array): Uint8Array {
  const head = Buffer.alloc(8)
  head.writeUInt32LE(value.length, 0)
  head.writeUInt32LE(kind << 1, 4)
  return Buffer.concat([head, Buffer.from(key, 'latin1'), Uint8Array.of(0), value])
}

function textItem({ key, values }: KeyedText): Uint8Array {
  return encodeItem(key, itemKinds.text, Buffer.from(values.join('\0'), 'utf8'))
}

/** Names of the picture types as APE keys spell them, by type number; `Cover Art (Front)` is type 3. */
const pictureNames = [
  'Other',
  'Png Icon',
  'Icon',
  'Front',
  'Back',
  'Leaflet',
  'Media',
  'Lead Artist',
  'Artist',
  'Conductor',
  'Band',
  'Composer',
  'Lyricist',
  'Recording Location',
  'During Recording',
  'During Performance',
  'Video Capture',
  'Fish',
  'Illustration',
  'Band Logotype',
  'Publisher Logotype',
]

function pictureItem(picture: NewPicture): Uint8Array {
  const extension = picture.mime === 'image/jpeg' ? 'jpg' : picture.mime.replace('image/', '')
  const name = picture.description || `cover.${extension}`
  const key = `Cover Art (${pictureNames[picture.type] ?? 'Other'})`
  return encodeItem(key, itemKinds.binary, Buffer.concat([Buffer.from(name, 'utf8'), Uint8Array.of(0), picture.data]))
}

function pictureOf(source: ByteSource, item: ApeItem): EmbeddedPicture | null {
  const name = /^cover art \((.*)\)$/i.exec(item.key)?.[1]
  if (name === undefined || item.kind !== itemKinds.binary) return null
  const type = pictureNames.findIndex(known => known.toLowerCase() === name.toLowerCase())
  const { offset, length } = item.value
  const end = source.read(offset, Math.min(length, 1024)).indexOf(0)
  const description = end < 0 ? '' : Buffer.from(source.read(offset, end)).toString('utf8')
  const start = end + 1
  return {
    type: Math.max(0, type),
    mime: '',
    description,
    bytes: length - start,
    data: () => source.read(offset + start, length - start),
  }
}

function assemble(items: readonly Piece[], tag: ApeTag): Piece[] {
  if (items.length === 0) return []
  const edge = (isHeader: boolean): Uint8Array => {
    const bytes = Buffer.alloc(footerLength)
    bytes.write('APETAGEX', 'latin1')
    bytes.writeUInt32LE(tag.version, 8)
    bytes.writeUInt32LE(piecesLength(items) + footerLength, 12)
    bytes.writeUInt32LE(items.length, 16)
    bytes.writeUInt32LE(((tag.hasHeader ? hasHeaderFlag : 0) | (isHeader ? isHeaderFlag : 0)) >>> 0, 20)
    return bytes
  }
  return [...(tag.hasHeader ? [edge(true)] : []), ...items, edge(false)]
}

function describe(source: ByteSource, item: ApeItem, label: string): Item {
  const base = { block: label, id: item.key, bytes: item.value.length }
  if (item.kind !== itemKinds.text) return base
  const field = fieldOfKey('ape', item.key)
  return { ...base, ...(field === undefined ? {} : { field }), text: [...textOf(source, item).values] }
}
