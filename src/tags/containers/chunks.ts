import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import type { Range } from '../../files/splice.ts'
import { id3v2LengthAt } from '../blocks/id3v2/tag.ts'
import { latin1 } from '../blocks/id3v2/text.ts'

/*
 * Files built of chunks after EA IFF 85: a four-letter name, a size, a body, and a padding byte where the size is odd. RIFF
 * (little-endian), FORM (AIFF, big-endian) and FRM8 (DSDIFF §2, 64-bit sizes) differ only in how the size is written.
 */

export interface ChunkLayout {
  /** Bytes of a chunk's header, name included. */
  readonly headerLength: 8 | 12
  /** The size that the header at `at` claims; a claim beyond 2^53 is Infinity. */
  readSize(header: Uint8Array, at: number): number
  encodeSize(size: number): Uint8Array
  /** The largest size that can be written. */
  readonly largest: number
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function short(littleEndian: boolean): ChunkLayout {
  return {
    headerLength: 8,
    readSize: (header, at) => viewOf(header).getUint32(at, littleEndian),
    encodeSize(size) {
      const bytes = new Uint8Array(4)
      viewOf(bytes).setUint32(0, size, littleEndian)
      return bytes
    },
    largest: 0xffffffff,
  }
}

export const riffLayout = short(true)
export const formLayout = short(false)
export const frm8Layout: ChunkLayout = {
  headerLength: 12,
  readSize: (header, at) => safeNumber(viewOf(header).getBigUint64(at)),
  encodeSize(size) {
    const bytes = new Uint8Array(8)
    viewOf(bytes).setBigUint64(0, BigInt(size))
    return bytes
  },
  largest: Number.MAX_SAFE_INTEGER,
}

/** A 64-bit claim as a number: Infinity where no file can be so long. */
export function safeNumber(claim: bigint): number {
  return claim > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(claim)
}

export interface Chunk {
  /** Four letters as stored. */
  readonly id: string
  /** Where the header starts. */
  readonly offset: number
  /** What of the body the file has. */
  readonly body: Range
  /** Where the next chunk starts: behind the padding byte, if there is one. */
  readonly end: number
  /** Whether the chunk claims more bytes than the file has. */
  readonly cut: boolean
}

export interface WalkedChunks {
  readonly chunks: readonly Chunk[]
  /** Where the first chunk starts and the last ends; what follows belongs to no chunk. */
  readonly start: number
  readonly end: number
  /**
   * Whether all programs agree on where the last chunk ends. They do not where it claims more than the file has (a stream
   * written without knowing its length, a download cut short) or where its padding byte is missing.
   */
  readonly endIsSure: boolean
}

/** More chunks than any real file has; a file of empty chunks must not cost memory without bound. */
const mostChunks = 65_536

/**
 * The chunks from `start` on, as far as they are chunks. `declaredEnd` is where the enclosing chunk says they end: it is
 * believed where a chunk ends there, and ignored as a lie where none does. `sizeOf` may replace a chunk's claimed size (RF64).
 * Throws MALFORMED_FILE where there are too many to be true.
 */
export function walkChunks(
  source: ByteSource,
  layout: ChunkLayout,
  start: number,
  declaredEnd: number,
  sizeOf = (_id: string, claimed: number) => claimed,
): WalkedChunks {
  const chunks: Chunk[] = []
  let at = start
  let endIsSure = true
  for (let next = chunkAt(source, layout, at, sizeOf); next; next = chunkAt(source, layout, at, sizeOf)) {
    chunks.push(next.chunk)
    at = next.chunk.end
    endIsSure = next.endIsSure
    const bodyEnd = next.chunk.body.offset + next.chunk.body.length
    if (next.chunk.cut || !endIsSure || at === declaredEnd || bodyEnd === declaredEnd) break
    if (chunks.length > mostChunks)
      throw new CodedError('MALFORMED_FILE', `The file claims more than ${mostChunks} chunks; it is damaged.`)
  }
  return { chunks, start, end: at, endIsSure }
}

/** The chunk that starts at `at`, or null where no chunk does. */
function chunkAt(
  source: ByteSource,
  layout: ChunkLayout,
  at: number,
  sizeOf: (id: string, claimed: number) => number,
): { chunk: Chunk; endIsSure: boolean } | null {
  const id = idAt(source, layout, at)
  if (id === null) return null
  const claimed = sizeOf(id, layout.readSize(source.read(at, layout.headerLength), 4))
  const offset = at + layout.headerLength
  const bodyEnd = offset + claimed
  if (bodyEnd > source.size) {
    const body = { offset, length: source.size - offset }
    return { chunk: { id, offset: at, body, end: source.size, cut: true }, endIsSure: false }
  }
  const body = { offset, length: claimed }
  const end = Math.min(source.size, bodyEnd + (claimed % 2))
  const padding = end > bodyEnd ? source.read(bodyEnd, 1)[0] : 0
  // Some programs put anything into the padding byte; others leave it out, so that it is the next chunk's first letter.
  if (padding !== 0 && idAt(source, layout, bodyEnd) !== null && !fits(source, layout, end))
    return { chunk: { id, offset: at, body, end: bodyEnd, cut: false }, endIsSure: false }
  return { chunk: { id, offset: at, body, end, cut: false }, endIsSure: true }
}

/** The name of a chunk at `at`: four printable letters, not all spaces; null where there is none. */
function idAt(source: ByteSource, layout: ChunkLayout, at: number): string | null {
  if (at + layout.headerLength > source.size) return null
  const id = latin1(source.read(at, 4))
  return /^[\x20-\x7e]{4}$/.test(id) && id !== '    ' ? id : null
}

/** Whether the file ends at `at` or a whole chunk stands there. */
function fits(source: ByteSource, layout: ChunkLayout, at: number): boolean {
  if (at === source.size) return true
  if (idAt(source, layout, at) === null) return false
  return at + layout.headerLength + layout.readSize(source.read(at, layout.headerLength), 4) <= source.size
}

/** The first bytes of a chunk's body, `most` of them or as many as it has. */
export function startOf(source: ByteSource, { body }: Chunk, most: number): Uint8Array {
  return Uint8Array.from(source.read(body.offset, Math.min(most, body.length)))
}

/** More padding than anyone writes (bytes); what is longer is not looked at. */
const mostZeros = 1 << 20

/** Whether a part of a file holds zeros only. */
export function isZero(source: ByteSource, { offset, length }: Range): boolean {
  return length <= mostZeros && source.read(offset, length).every(byte => byte === 0)
}

/** Whether one of these names stands at `at`. */
export function startsAs(source: ByteSource, at: number, names: readonly string[]): boolean {
  return at + 4 <= source.size && names.includes(latin1(source.read(at, 4)))
}

/** Throws MALFORMED_FILE for an ID3v2 tag in front of a format that starts with its own header, where most programs no longer know the file. */
export function demandNothingInFront(source: ByteSource, format: string): void {
  if (id3v2LengthAt(source, 0) === 0) return
  throw new CodedError(
    'MALFORMED_FILE',
    `An ID3v2 tag stands in front of the ${format} header, where no tag belongs; most programs cannot play such a file.`,
  )
}
