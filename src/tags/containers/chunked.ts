import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import { type Piece, piecesLength, type Range, type Splice, splicedSource, splicesFor } from '../../files/splice.ts'
import { assembleId3v2, emptyShape, type TagShape } from '../blocks/id3v2/assemble.ts'
import { emptyId3v2Block, id3v2Block } from '../blocks/id3v2/block.ts'
import { id3v2LengthAt, readId3v2 } from '../blocks/id3v2/tag.ts'
import type { PatchedBlock, TagBlock } from '../items.ts'
import { type Chunk, type ChunkLayout, isZero, type WalkedChunks } from './chunks.ts'
import type { CodecOptions, TagFile } from './container.ts'

/* What WAVE, AIFF and DSDIFF share: an ID3v2 tag in a chunk of its own among chunks that stay as they are, and the size of it all in front. */

/** A chunk of text that is kept in step. */
export interface TextChunk {
  readonly chunk: Chunk
  readonly block: TagBlock
  /** The new body of the chunk for the block's new content; null takes the chunk out. */
  body(content: readonly Piece[]): readonly Piece[] | null
}

export interface ChunkedFile {
  readonly container: string
  readonly layout: ChunkLayout
  readonly walked: WalkedChunks
  /** The name of a new ID3 chunk, and of an existing one whose spelling some readers do not know. */
  readonly tagId: string
  /** Every spelling of the ID3 chunk that readers take, the tag being the first chunk of one of them. */
  readonly tagIds: readonly string[]
  readonly texts: readonly TextChunk[]
  /** As in TagFile. */
  readonly audio: readonly Piece[]
  readonly warnings: readonly string[]
  /** The size that stands in front of the chunks, and the splices that put another one there (bytes behind the header). */
  readonly declared: number
  putSize(size: number): Splice[]
}

/** Padding of a new tag (bytes); a little more makes its size even. */
const newPadding = 2048

/** A file of chunks as tag blocks. Throws MALFORMED_FILE where its ID3 chunk cannot be taken apart without risk. */
export function openChunked(source: ByteSource, options: CodecOptions, file: ChunkedFile): TagFile {
  const { walked, layout } = file
  // Nothing that is not sure to end where we think it does may be changed.
  const unsure = walked.endIsSure ? undefined : walked.chunks.at(-1)
  const texts = file.texts.filter(text => text.chunk !== unsure)
  const tags = walked.chunks.filter(({ id }) => id.toLowerCase() === 'id3 ')
  const tagChunk = tags.find(({ id }) => file.tagIds.includes(id)) ?? tags[0]
  if (tagChunk && tagChunk === unsure) throw unsureTag(tagChunk)
  const tag = tagChunk ? readTagChunk(source, tagChunk) : null
  const block = tag?.block ?? emptyId3v2Block(options.id3Version)
  const textOf = new Map(texts.map(text => [text.chunk, text]))
  const { shape, room, rest } = tag ?? {
    shape: emptyShape(options.id3Version),
    room: tagChunk?.body.length ?? 0,
    rest: null,
  }
  const tagBody = ({ content }: PatchedBlock): Piece[] => {
    const bare = 10 + shape.extended.length + piecesLength(content)
    const length = bare <= room ? room : bare + newPadding + (bare % 2)
    return [...assembleId3v2(source, shape, content, length), ...(rest ? [rest] : [])]
  }
  return {
    container: file.container,
    blocks: [...(tag ? [block] : []), ...texts.map(text => text.block)],
    fieldBlock: block,
    pictureBlock: block,
    warnings: [
      ...file.warnings,
      ...(tags.length > 1 ? ['The file has several ID3 chunks; only the first is read and edited.'] : []),
    ],
    kept: walked.chunks.filter(chunk => chunk !== tagChunk && !textOf.has(chunk)).map(chunk => chunk.body),
    audio: file.audio,
    ...(tagChunk && walked.endIsSure ? { bare: withoutChunk(source, tagChunk, file) } : {}),
    rebuild(patched) {
      const after = patched.get(block)
      const isNew = !tagChunk && after !== undefined && after.content.length > 0
      const before = isNew ? unsure : undefined
      const pieces: Piece[] = []
      const put = (id: string, body: readonly Piece[]) => {
        const length = piecesLength(body)
        demandSize(length, layout)
        pieces.push(Buffer.from(id, 'latin1'), layout.encodeSize(length), ...body, new Uint8Array(length % 2))
      }
      for (const chunk of walked.chunks) {
        if (chunk === before && after) put(file.tagId, tagBody(after))
        const text = textOf.get(chunk)
        const textAfter = text && patched.get(text.block)
        if (chunk === tagChunk && after) put(file.tagIds.includes(chunk.id) ? chunk.id : file.tagId, tagBody(after))
        else if (text && textAfter) {
          const body = text.body(textAfter.content)
          if (body) put(chunk.id, body)
        } else pieces.push({ offset: chunk.offset, length: chunk.end - chunk.offset })
      }
      if (isNew && after && !before) {
        // The last chunk of a file sometimes lacks its padding byte.
        pieces.push(new Uint8Array((piecesLength(pieces) + walked.start) % 2))
        put(file.tagId, tagBody(after))
      }
      const length = piecesLength(pieces)
      const region = { offset: walked.start, length: walked.end - walked.start }
      const splices = splicesFor(source, region, pieces)
      // Where the end is not sure, neither was the size: whatever was meant by it, it grows as the file does.
      const size = walked.endIsSure
        ? walked.start + length - layout.headerLength
        : file.declared + length - region.length
      return [...file.putSize(size), ...splices]
    },
  }
}

function withoutChunk(
  source: ByteSource,
  { offset, end }: Chunk,
  { walked, layout, putSize }: ChunkedFile,
): ByteSource {
  const size = walked.end - (end - offset) - layout.headerLength
  return splicedSource(source, [...putSize(size), { offset, remove: end - offset, insert: new Uint8Array(0) }])
}

function unsureTag({ cut }: Chunk): CodedError {
  return new CodedError(
    'MALFORMED_FILE',
    cut
      ? 'Its ID3 chunk claims more bytes than the file has; the file is cut short or the chunk damaged.'
      : 'A padding byte is missing behind its ID3 chunk, so that programs disagree about what follows.',
  )
}

function demandSize(size: number, layout: ChunkLayout): void {
  if (size > layout.largest)
    throw new CodedError('VALUE_UNSUPPORTED', 'The file would become larger than its format allows (4 GiB for most).')
}

/** The splice that puts a corrected size at `offset`; none where it is right already. Throws where the format cannot hold it. */
export function sizeSplices(source: ByteSource, layout: ChunkLayout, offset: number, size: number): Splice[] {
  demandSize(size, layout)
  const insert = layout.encodeSize(size)
  return splicesFor(source, { offset, length: insert.length }, [insert])
}

interface TagInChunk {
  readonly block: TagBlock
  readonly shape: TagShape
  /** Bytes that the tag may fill without moving anything. */
  readonly room: number
  /** What stands behind the tag in its chunk and is no padding. */
  readonly rest: Range | null
}

/** The tag of an ID3 chunk; null where the chunk is empty or all zeros. */
function readTagChunk(source: ByteSource, { body }: Chunk): TagInChunk | null {
  if (isZero(source, body)) return null
  const length = id3v2LengthAt(source, body.offset)
  if (length === 0 || length > body.length) {
    throw new CodedError(
      'MALFORMED_FILE',
      length === 0
        ? 'Its ID3 chunk holds something that is no ID3v2 tag; another program damaged it.'
        : `The tag in its ID3 chunk claims ${length} bytes, but the chunk has ${body.length}; the tag is damaged.`,
    )
  }
  const tag = readId3v2(source, body.offset)
  const rest = { offset: body.offset + length, length: body.length - length }
  const isPadding = isZero(source, rest)
  return { block: id3v2Block(tag), shape: tag, room: isPadding ? body.length : length, rest: isPadding ? null : rest }
}
