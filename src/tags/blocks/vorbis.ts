import { CodedError } from '../../errors.ts'
import { type ByteSource, bufferSource } from '../../files/source.ts'
import type { Piece } from '../../files/splice.ts'
import type { Item } from '../../schemas/track.ts'
import { fieldKey } from '../fields.ts'
import { type EmbeddedPicture, type NewPicture, type Refusal, removedFrom, type TagBlock } from '../items.ts'
import { encodeFlacPicture, readFlacPicture } from './flac-picture.ts'
import { editKeyed, fieldOfKey, hasKeyedPlace, type KeyedText, readKeyed } from './keyed.ts'

/* Vorbis comments (Xiph: vorbis-spec, comment field specification): a vendor, a count, and KEY=value texts with 32-bit little-endian lengths. */

interface Comment {
  readonly raw: Piece
  /** Empty where the comment has no `=`. */
  readonly key: string
  readonly value: string
  readonly bytes: number
}

interface Comments {
  readonly vendor: Piece
  readonly list: readonly Comment[]
  /** What follows the comments in their block: a framing bit in Ogg, padding of careless programs elsewhere. */
  readonly tail: Piece
}

const label = 'Vorbis comment'
/** No file needs more; every comment costs memory many times its four bytes of length. */
const mostComments = 1 << 17
const pictureKey = 'metadata_block_picture'
/** What pictures were before that: the bare image in base64, and what it is in comments beside it. Read, replaced, never written. */
const oldPictureKey = 'coverart'
const oldPictureKeys = { mime: 'coverartmime', type: 'coverarttype', description: 'coverartdescription' } as const
const frontCover = 3
const reservedKeys: ReadonlySet<string> = new Set([pictureKey, oldPictureKey, ...Object.values(oldPictureKeys)])

/** The comments in the `length` bytes at `offset`. `piece` says how kept bytes are to be referred to. Throws MALFORMED_FILE where their lengths cannot be true. */
function readComments(
  source: ByteSource,
  offset: number,
  length: number,
  piece: (at: number, n: number) => Piece,
): Comments {
  const end = offset + length
  const number = (at: number): number => {
    if (at + 4 > end) throw damaged()
    return Buffer.from(source.read(at, 4)).readUInt32LE(0)
  }
  const vendorEnd = offset + 4 + number(offset)
  const count = number(vendorEnd)
  if (count > Math.min(length / 4, mostComments)) throw damaged()
  const list: Comment[] = []
  let at = vendorEnd + 4
  for (let i = 0; i < count; i++) {
    const size = number(at)
    if (at + 4 + size > end) throw damaged()
    const text = Buffer.from(source.read(at + 4, size))
    const equals = text.indexOf('=')
    list.push({
      raw: piece(at, 4 + size),
      key: equals < 0 ? '' : text.toString('latin1', 0, equals),
      value: text.toString('utf8', equals + 1),
      bytes: size - equals - 1,
    })
    at += 4 + size
  }
  return { vendor: piece(offset, vendorEnd - offset), list, tail: piece(at, end - at) }
}

function damaged(): CodedError {
  return new CodedError(
    'MALFORMED_FILE',
    'Its Vorbis comments claim more bytes than their block has; the block is damaged.',
  )
}

/** The Vorbis comments in `length` bytes of a file as a tag block. */
export function vorbisBlock(source: ByteSource, offset: number, length: number): TagBlock {
  return commentBlock(readComments(source, offset, length, (at, n) => ({ offset: at, length: n })))
}

/** Vorbis comments in bytes that stand in the file in another form (Ogg packets). */
export function vorbisBlockOf(bytes: Uint8Array): TagBlock {
  return commentBlock(readComments(bufferSource(bytes), 0, bytes.length, (at, n) => bytes.subarray(at, at + n)))
}

/** No comments at all, for a stream that has no comment block. */
export function emptyVorbisBlock(): TagBlock {
  return commentBlock({ vendor: lengthFirst(Buffer.from('Metadata Remote')), list: [], tail: new Uint8Array(0) })
}

function commentBlock(comments: Comments): TagBlock {
  const { list } = comments
  const pictured = picturesOf(list)
  const inPictures = new Set([...pictured.values()].flat())
  const texts: KeyedText[] = list
    .filter(comment => comment.key !== '' && !isPicture(comment) && !inPictures.has(comment))
    .map(({ key, value }) => ({ key, values: [value] }))
  const pictures = [...pictured.keys()]
  return {
    kind: 'vorbis',
    label,
    fields: readKeyed('vorbis', texts),
    pictures,
    items: () => list.map(describe),
    patch({ fields: wanted, pictures: picturePatch }) {
      const refused: Refusal[] = []
      const storable = new Map([...wanted].filter(([field, values]) => values.length === 0 || mayStore(field, refused)))
      const edits = new Map(editKeyed('vorbis', texts, storable))
      const removed = picturePatch ? removedFrom(pictures, picturePatch) : new Set<EmbeddedPicture>()
      const gone = new Set([...removed].flatMap(picture => pictured.get(picture) ?? []))
      const fresh = picturePatch?.added.map(pictureComment) ?? []
      const out: Piece[] = []
      for (const comment of list) {
        const key = fieldKey(comment.key)
        const edit = edits.get(key)
        if (gone.has(comment)) out.push(...fresh.splice(0))
        else if (!edit) out.push(comment.raw)
        else {
          out.push(...encode(edit))
          edits.set(key, { ...edit, values: [] })
        }
      }
      for (const edit of edits.values()) out.push(...encode(edit))
      out.push(...fresh)
      const count = Buffer.alloc(4)
      count.writeUInt32LE(out.length)
      return { content: [comments.vendor, count, ...out, comments.tail], refused }
    },
  }
}

/** Names are printable ASCII without `=`. */
function mayStore(field: string, refused: Refusal[]): boolean {
  if (!hasKeyedPlace('vorbis', field)) {
    refused.push({ field, code: 'FIELD_UNSUPPORTED', detail: 'Vorbis comments have no place for this field.' })
    return false
  }
  if (/^[\x20-\x3c\x3e-\x7d]+$/.test(field) && !reservedKeys.has(field.toLowerCase())) return true
  refused.push({
    field,
    code: 'FIELD_UNSUPPORTED',
    detail: reservedKeys.has(field.toLowerCase())
      ? 'Vorbis comments keep pictures under this name; change the picture instead.'
      : 'Vorbis comments allow names of plain letters, digits and signs without "=" or "~".',
  })
  return false
}

function lengthFirst(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, bytes])
}

function encode({ key, values }: KeyedText): Uint8Array[] {
  return values.map(value => lengthFirst(Buffer.from(`${key}=${value}`, 'utf8')))
}

function pictureComment(picture: NewPicture): Uint8Array {
  const text = Buffer.from(encodeFlacPicture(picture)).toString('base64')
  return lengthFirst(Buffer.from(`METADATA_BLOCK_PICTURE=${text}`, 'latin1'))
}

const isPicture = ({ key }: Comment): boolean => key.toLowerCase() === pictureKey || key.toLowerCase() === oldPictureKey

/** The pictures among the comments, each with the comments that it is made of. */
function picturesOf(list: readonly Comment[]): Map<EmbeddedPicture, Comment[]> {
  const pictured = new Map<EmbeddedPicture, Comment[]>()
  const all = (key: string) => list.filter(comment => comment.key.toLowerCase() === key)
  const mimes = all(oldPictureKeys.mime)
  const types = all(oldPictureKeys.type)
  const descriptions = all(oldPictureKeys.description)
  for (const comment of all(pictureKey)) {
    const picture = decodePicture(comment)
    if (picture) pictured.set(picture, [comment])
  }
  for (const [i, comment] of all(oldPictureKey).entries()) {
    const data = Buffer.from(comment.value, 'base64')
    const type = types[i]?.value ?? ''
    const picture = {
      type: /^\d{1,2}$/.test(type) ? Number(type) : frontCover,
      mime: mimes[i]?.value ?? '',
      description: descriptions[i]?.value ?? '',
      bytes: data.length,
      data: () => data,
    }
    const parts = [comment, mimes[i], types[i], descriptions[i]].filter(part => part !== undefined)
    if (data.length > 0) pictured.set(picture, parts)
  }
  return pictured
}

function decodePicture(comment: Comment): EmbeddedPicture | null {
  const bytes = Buffer.from(comment.value, 'base64')
  try {
    return readFlacPicture(bufferSource(bytes), 0, bytes.length)
  } catch {
    // Not a picture after all: it stays an item like any other.
    return null
  }
}

function describe(comment: Comment): Item {
  const base = { block: label, id: comment.key, bytes: comment.bytes }
  if (isPicture(comment)) return base
  const field = comment.key === '' ? undefined : fieldOfKey('vorbis', comment.key)
  return { ...base, ...(field === undefined ? {} : { field }), text: [comment.value] }
}
