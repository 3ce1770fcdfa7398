import type { Piece } from '../files/splice.ts'
import type { Item } from '../schemas/track.ts'

/** The kinds of tag blocks. A kind names a column of the field table; a container holds blocks of some kinds. */
export type BlockKind = 'id3v2' | 'id3v1' | 'ape' | 'vorbis' | 'picture' | 'mp4' | 'asf' | 'info'

/** Field name to its values, never empty. A Map, because a file may call a field `__proto__`. */
export type Fields = ReadonlyMap<string, readonly string[]>

/** An embedded picture where it stands. `type` is the number of ID3v2 §4.14; `data` reads the image's bytes. */
export interface EmbeddedPicture {
  readonly type: number
  readonly mime: string
  readonly description: string
  readonly bytes: number
  data(): Uint8Array
}

/** A picture to be embedded; width and height in pixels. */
export interface NewPicture {
  readonly type: number
  readonly mime: string
  readonly description: string
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** What is to become of the file's pictures: `kept` and `removed` are the embedded ones, `added` takes the place of the first removed. */
export interface PicturePatch {
  readonly kept: readonly EmbeddedPicture[]
  readonly removed: readonly EmbeddedPicture[]
  readonly added: readonly NewPicture[]
}

/** Fields to their new values (an empty list removes the field), and pictures. */
export interface TagPatch {
  readonly fields: ReadonlyMap<string, readonly string[]>
  readonly pictures: PicturePatch | null
}

export interface Refusal {
  readonly field: string
  readonly code: 'FIELD_UNSUPPORTED' | 'VALUE_UNSUPPORTED' | 'PICTURE_UNSUPPORTED'
  readonly detail: string
}

/** A block after a patch: its content as pieces, without the header and padding that its container gives it. */
export interface PatchedBlock {
  readonly content: readonly Piece[]
  readonly refused: readonly Refusal[]
}

/** One tag inside a file, parsed. */
export interface TagBlock {
  readonly kind: BlockKind
  /** As shown to a person: `ID3v2.3`, `Vorbis comment` … */
  readonly label: string
  readonly fields: Fields
  /** Where they differ from `fields`: what a new ID3v2 tag takes over from this block. */
  readonly seed?: Fields
  readonly pictures: readonly EmbeddedPicture[]
  /** Every entry as stored, with its field where the table maps it. */
  items(): Item[]
  patch(patch: TagPatch): PatchedBlock
}

/** What a picture and its copies in other blocks have in common. */
export function likeness({ type, bytes }: EmbeddedPicture): string {
  return `${type} ${bytes}`
}

/**
 * Which pictures of a block go: those that the patch removes, their copies in this block (same type and size), and, where the
 * patch leaves none of a type, all of that type.
 */
export function removedFrom(
  pictures: readonly EmbeddedPicture[],
  { kept, removed, added }: PicturePatch,
): Set<EmbeddedPicture> {
  const types = new Set([...removed, ...added].map(picture => picture.type))
  for (const picture of kept) types.delete(picture.type)
  const [gone, staying, copies] = [new Set(removed), new Set(kept), new Set(removed.map(likeness))]
  const goes = (p: EmbeddedPicture) =>
    gone.has(p) || (!staying.has(p) && (types.has(p.type) || copies.has(likeness(p))))
  return new Set(pictures.filter(goes))
}
