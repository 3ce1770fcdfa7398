import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import { type Piece, type Splice, splicesFor } from '../../files/splice.ts'
import { type ApeTag, apeBlock, emptyApeBlock, readApe } from '../blocks/ape.ts'
import { hasId3v1, id3v1Block, id3v1Length } from '../blocks/id3v1.ts'
import { assembleId3v2, emptyShape } from '../blocks/id3v2/assemble.ts'
import { emptyId3v2Block, id3v2Block } from '../blocks/id3v2/block.ts'
import { synchsafe } from '../blocks/id3v2/numbers.ts'
import { id3v2LengthAt, readId3v2 } from '../blocks/id3v2/tag.ts'
import { latin1 } from '../blocks/id3v2/text.ts'
import type { PatchedBlock, TagBlock } from '../items.ts'
import type { CodecOptions } from './container.ts'

/* The tags that stand around streams which have no place of their own for them: ID3v2 in front; APE, Lyrics3 and ID3v1 behind. */

export interface SurroundingTags {
  readonly id3v2: TagBlock | null
  readonly ape: TagBlock | null
  readonly id3v1: TagBlock | null
  /** A block for a file without ID3v2, and one for a file without APE. */
  readonly newId3v2: TagBlock
  readonly newApe: TagBlock
  /** Where the stream starts and ends. */
  readonly start: number
  readonly end: number
  /** Where the sound ends: before an appended tag, which counts as part of the stream. */
  readonly soundEnd: number
  readonly warnings: readonly string[]
  rebuild(patched: ReadonlyMap<TagBlock, PatchedBlock>): Splice[]
}

/** More tags in a row than any program writes; a file of empty tags must not cost time without bound. */
const mostTags = 1024

/** End of the ID3v2 tags at the start of a file, of which careless programs write several. */
export function leadingId3v2(source: ByteSource): number[] {
  const offsets: number[] = []
  let at = 0
  for (let length = id3v2LengthAt(source, at); length > 0; length = id3v2LengthAt(source, at)) {
    if (offsets.length === mostTags)
      throw new CodedError('MALFORMED_FILE', `More than ${mostTags} ID3v2 tags stand in front of it; it is damaged.`)
    offsets.push(at)
    at += length
  }
  return [...offsets, at]
}

export function readSurroundingTags(source: ByteSource, options: CodecOptions): SurroundingTags {
  const offsets = leadingId3v2(source)
  const start = offsets.at(-1) ?? 0
  const tag = offsets.length > 1 ? readId3v2(source, 0) : null
  const tail = readTail(source, start)
  const id3v2 = tag && id3v2Block(tag)
  const ape = tail.ape && apeBlock(tail.ape)
  const id3v1 = tail.id3v1 === null ? null : id3v1Block(source, tail.id3v1)
  const newId3v2 = emptyId3v2Block(options.id3Version)
  const newApe = emptyApeBlock()
  const appended = appendedId3v2(source, start, tail.start)
  return {
    id3v2,
    ape,
    id3v1,
    newId3v2,
    newApe,
    start,
    end: tail.start,
    soundEnd: appended ?? tail.start,
    warnings: [
      ...(offsets.length > 2 ? ['The file has several ID3v2 tags; only the first is read and edited.'] : []),
      ...(appended !== null
        ? ['The file has an ID3v2 tag at its end, which few programs read; it is left as it is.']
        : []),
    ],
    rebuild(patched) {
      const splices: Splice[] = []
      const put = (
        block: TagBlock | null,
        offset: number,
        length: number,
        pieces: (content: readonly Piece[]) => readonly Piece[],
      ) => {
        const after = block && patched.get(block)
        if (after) splices.push(...splicesFor(source, { offset, length }, pieces(after.content)))
      }
      put(newId3v2, 0, 0, content => assembleId3v2(source, emptyShape(options.id3Version), content, 0))
      if (tag) put(id3v2, 0, tag.length, content => assembleId3v2(source, tag, content, tag.length))
      // Readers look for an APE tag at the end and before an ID3v1 tag there, nowhere else.
      put(newApe, tail.id3v1 ?? source.size, 0, content => content)
      if (tail.ape) put(ape, tail.ape.offset, tail.ape.length, content => content)
      if (tail.id3v1 !== null) put(id3v1, tail.id3v1, id3v1Length, content => content)
      return splices
    },
  }
}

interface Tail {
  readonly start: number
  readonly ape: ApeTag | null
  readonly id3v1: number | null
}

/** The tags at the end of a file, whatever their order; the innermost starts where the stream ends. */
function readTail(source: ByteSource, from: number): Tail {
  let end = source.size
  let ape: ApeTag | null = null
  let id3v1: number | null = null
  for (let count = 0; ; count++) {
    const room = end - from
    if (id3v1 === null && room >= id3v1Length && hasId3v1(source, end)) {
      end -= id3v1Length
      id3v1 = end
      continue
    }
    const found: ApeTag | null = ape === null && room >= 32 ? readApe(source, end) : null
    if (found && found.length <= room) {
      end -= found.length
      ape = found
      continue
    }
    const lyrics = lyrics3Length(source, end, room)
    if (lyrics === 0 || count === mostTags) return { start: end, ape, id3v1 }
    end -= lyrics
  }
}

/** Where an appended tag (ID3v2.4 §5) that ends the stream starts: its footer, and the header that the footer leads to; or null. It counts as part of the stream. */
function appendedId3v2(source: ByteSource, start: number, end: number): number | null {
  if (end - start < 20) return null
  const footer = source.read(end - 10, 10)
  if (latin1(footer.subarray(0, 3)) !== '3DI') return null
  const at = end - 20 - synchsafe(footer, 6)
  return at >= start && latin1(source.read(at, 3)) === 'ID3' ? at : null
}

/** Length of a Lyrics3v2 tag that ends at `end`, or 0: six digits of size and `LYRICS200` behind the fields. */
function lyrics3Length(source: ByteSource, end: number, room: number): number {
  if (room < 15 || latin1(source.read(end - 9, 9)) !== 'LYRICS200') return 0
  const digits = latin1(source.read(end - 15, 6))
  const length = /^\d{6}$/.test(digits) ? Number(digits) + 15 : 0
  return length <= room ? length : 0
}
