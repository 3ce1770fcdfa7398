import { createHash } from 'node:crypto'
import { CodedError } from '../errors.ts'
import type { ByteSource } from './source.ts'

/** `remove` bytes at `offset` of a file give way to the bytes of `insert`. */
export interface Splice {
  readonly offset: number
  readonly remove: number
  readonly insert: Uint8Array
}

/** Bytes that stand in the file already. */
export interface Range {
  readonly offset: number
  readonly length: number
}

/** A part of a rebuilt block: bytes kept from the file, or new ones. */
export type Piece = Uint8Array | Range

export function isRange(piece: Piece): piece is Range {
  return !(piece instanceof Uint8Array)
}

export function piecesLength(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0)
}

/** The bytes of pieces, in memory; for blocks that must be wrapped (Ogg pages, unsynchronisation) rather than spliced. */
export function piecesBytes(source: ByteSource, pieces: readonly Piece[]): Uint8Array {
  return Buffer.concat(pieces.map(piece => (isRange(piece) ? source.read(piece.offset, piece.length) : piece)))
}

/**
 * The splices that turn `region` of a file into `pieces`. Ranges kept in the order of the file cost nothing; one that
 * moved before an earlier one is copied. New bytes equal to the old ones at either end are left out.
 */
export function splicesFor(source: ByteSource, region: Range, pieces: readonly Piece[]): Splice[] {
  const splices: Splice[] = []
  const end = region.offset + region.length
  let at = region.offset
  let pending: Uint8Array[] = []
  const flush = (until: number): void => {
    const splice = trim(source, { offset: at, remove: until - at, insert: join(pending) })
    if (splice.remove > 0 || splice.insert.length > 0) splices.push(splice)
    pending = []
  }
  for (const piece of pieces) {
    if (!isRange(piece)) {
      if (piece.length > 0) pending.push(piece)
    } else if (piece.length > 0 && piece.offset >= at && piece.offset + piece.length <= end) {
      flush(piece.offset)
      at = piece.offset + piece.length
    } else if (piece.length > 0) {
      pending.push(source.read(piece.offset, piece.length))
    }
  }
  flush(end)
  return splices
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
}

const chunk = 64 * 1024

/** Leaves out equal bytes at both ends, so that a splice moves no byte that stays. */
function trim(source: ByteSource, splice: Splice): Splice {
  let { offset, remove, insert } = splice
  const common = Math.min(remove, insert.length)
  let head = 0
  while (head < common) {
    const part = source.read(offset + head, Math.min(chunk, common - head))
    const same = firstDifference(part, insert, head)
    head += same
    if (same < part.length) break
  }
  let tail = 0
  while (tail < common - head) {
    const length = Math.min(chunk, common - head - tail)
    const part = source.read(offset + remove - tail - length, length)
    let same = 0
    while (same < length && part[length - 1 - same] === insert[insert.length - 1 - tail - same]) same++
    tail += same
    if (same < length) break
  }
  offset += head
  remove -= head + tail
  insert = insert.subarray(head, insert.length - tail)
  return { offset, remove, insert }
}

function firstDifference(part: Uint8Array, insert: Uint8Array, from: number): number {
  let i = 0
  while (i < part.length && part[i] === insert[from + i]) i++
  return i
}

/** Splices in the order of the file; throws where two overlap or one leaves the file: a fault of a codec, never of a file. */
function ordered(splices: readonly Splice[], size: number): Splice[] {
  const sorted = [...splices].sort((a, b) => a.offset - b.offset || a.remove - b.remove)
  let end = 0
  for (const splice of sorted) {
    if (splice.offset < end || splice.offset + splice.remove > size) {
      throw new CodedError('INTERNAL', 'The planned splices do not fit the file.')
    }
    end = splice.offset + splice.remove
  }
  return sorted
}

/** Size in bytes of a file of `size` bytes after the splices. */
export function splicedSize(size: number, splices: readonly Splice[]): number {
  return splices.reduce((sum, splice) => sum + splice.insert.length - splice.remove, size)
}

/** The splices that undo `splices`: applied to the result, they give the source back byte for byte. */
export function inverse(source: ByteSource, splices: readonly Splice[]): Splice[] {
  let shift = 0
  return ordered(splices, source.size).map(splice => {
    const offset = splice.offset + shift
    shift += splice.insert.length - splice.remove
    return { offset, remove: splice.insert.length, insert: Buffer.from(source.read(splice.offset, splice.remove)) }
  })
}

/** What a file of `size` bytes becomes, as pieces of it in order. */
export function splicedPieces(size: number, splices: readonly Splice[]): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const splice of ordered(splices, size)) {
    if (splice.offset > at) pieces.push({ offset: at, length: splice.offset - at })
    if (splice.insert.length > 0) pieces.push(splice.insert)
    at = splice.offset + splice.remove
  }
  if (size > at) pieces.push({ offset: at, length: size - at })
  return pieces
}

/** The file as it would be after the splices, readable before a byte is written. */
export function splicedSource(source: ByteSource, splices: readonly Splice[]): ByteSource {
  const pieces = splicedPieces(source.size, splices)
  const starts: number[] = []
  let size = 0
  for (const piece of pieces) {
    starts.push(size)
    size += piece.length
  }
  return {
    size,
    read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > size) {
        throw new CodedError(
          'MALFORMED_FILE',
          `The file would end at ${size} bytes, but something in it points at ${offset + length}.`,
        )
      }
      const parts: Uint8Array[] = []
      for (let i = pieceAt(starts, offset), at = offset; at < offset + length; i++) {
        const piece = pieces[i] as Piece
        const from = at - (starts[i] as number)
        const n = Math.min(piece.length - from, offset + length - at)
        parts.push(isRange(piece) ? source.read(piece.offset + from, n) : piece.subarray(from, from + n))
        at += n
      }
      return join(parts)
    },
  }
}

/** Index of the last start that is not after `offset`. */
function pieceAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}

/** Splices as bytes for the state database: count, then per splice offset, remove and insert length (8 bytes each, little-endian) and the bytes. */
export function encodeSplices(splices: readonly Splice[]): Uint8Array {
  const bytes = Buffer.alloc(4 + splices.length * 24 + splices.reduce((sum, s) => sum + s.insert.length, 0))
  bytes.writeUInt32LE(splices.length, 0)
  let at = 4
  for (const { offset, remove, insert } of splices) {
    bytes.writeBigUInt64LE(BigInt(offset), at)
    bytes.writeBigUInt64LE(BigInt(remove), at + 8)
    bytes.writeBigUInt64LE(BigInt(insert.length), at + 16)
    bytes.set(insert, at + 24)
    at += 24 + insert.length
  }
  return bytes
}

/** The inverse of encodeSplices. */
export function decodeSplices(encoded: Uint8Array): Splice[] {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength)
  const splices: Splice[] = []
  let at = 4
  for (let i = bytes.readUInt32LE(0); i > 0; i--) {
    const length = Number(bytes.readBigUInt64LE(at + 16))
    splices.push({
      offset: Number(bytes.readBigUInt64LE(at)),
      remove: Number(bytes.readBigUInt64LE(at + 8)),
      insert: bytes.subarray(at + 24, at + 24 + length),
    })
    at += 24 + length
  }
  return splices
}

/** Bytes around a splice by which its place is known again. */
const surrounding = 4096
const sumLength = 32

/**
 * SHA-256 of what the splices remove and of what stands around it. A program may write a file and set its old time again, in the same
 * length: then only this tells that the splices do not fit any more.
 */
function placesSum(source: ByteSource, splices: readonly Splice[]): Buffer {
  const hash = createHash('sha256')
  let done = 0
  for (const { offset, remove } of splices) {
    const end = Math.min(source.size, offset + remove + surrounding)
    for (let at = Math.max(done, offset - surrounding); at < end; at += chunk)
      hash.update(source.read(at, Math.min(chunk, end - at)))
    done = Math.max(done, end)
  }
  return hash.digest()
}

/** Ordered splices of `source` as bytes, with what tells later whether the file is still the one that they fit. */
export function encodeToggle(source: ByteSource, splices: readonly Splice[]): Uint8Array {
  return Buffer.concat([encodeSplices(splices), placesSum(source, splices)])
}

/** The splices of encodeToggle. Throws REVISION_CONFLICT where they do not fit `source`. */
export function decodeToggle(source: ByteSource, toggle: Uint8Array): Splice[] {
  const sum = toggle.subarray(toggle.length - sumLength)
  const splices = decodeSplices(toggle.subarray(0, toggle.length - sumLength))
  const fits = splices.every(({ offset, remove }) => offset + remove <= source.size)
  if (!fits || Buffer.compare(sum, placesSum(source, splices)) !== 0) {
    throw new CodedError(
      'REVISION_CONFLICT',
      'Another program changed the file and gave it its old time again; look at it again.',
    )
  }
  return splices
}

/** A stretch of a file that splices rewrite without moving what is behind it: its old and new bytes are equally many. */
export interface Segment {
  readonly offset: number
  readonly before: Uint8Array
  readonly after: Uint8Array
}

/**
 * The splices as segments to be written over a file in place, or null where they move its end or would rewrite more than
 * `limit` bytes (then a new file is the better way).
 */
export function segmentsOf(source: ByteSource, splices: readonly Splice[], limit: number): Segment[] | null {
  const runs: Range[] = []
  let start = 0
  let shift = 0
  for (const splice of ordered(splices, source.size)) {
    if (shift === 0) start = splice.offset
    shift += splice.insert.length - splice.remove
    if (shift === 0) runs.push({ offset: start, length: splice.offset + splice.remove - start })
  }
  if (shift !== 0 || runs.reduce((sum, run) => sum + run.length, 0) > limit) return null
  const spliced = splicedSource(source, splices)
  return runs.map(({ offset, length }) => ({
    offset,
    before: Buffer.from(source.read(offset, length)),
    after: Buffer.from(spliced.read(offset, length)),
  }))
}
