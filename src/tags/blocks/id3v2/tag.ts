import { inflateSync } from 'node:zlib'
import { CodedError } from '../../../errors.ts'
import { type ByteSource, bufferSource, subSource } from '../../../files/source.ts'
import type { Piece } from '../../../files/splice.ts'
import { modernId } from './ids.ts'
import { byte, encodeSynchsafe, synchsafe, tagFlags, uint32 } from './numbers.ts'
import { latin1 } from './text.ts'
import { resynchronise } from './unsync.ts'

/** A frame where it stands. `id` is the modern name, `nativeId` the one in the file. */
export interface Frame {
  readonly id: string
  readonly nativeId: string
  /** Header and body as stored; a header with a plain size in an ID3v2.4 tag is mended to a synchsafe one. */
  readonly raw: readonly Piece[]
  /** Bytes of the body as stored. */
  readonly size: number
  /** The body a reader means (without unsynchronisation, compression and the extra header fields), at least its first `length` bytes; null where it is encrypted or its compression is broken. */
  body(length?: number): Uint8Array | null
}

/** An ID3v2 tag (ID3v2.2, 2.3, 2.4 §3). Offsets are of the file. */
export interface Id3v2Tag {
  readonly source: ByteSource
  readonly offset: number
  /** All bytes of the tag, header and footer included. */
  readonly length: number
  readonly version: 2 | 3 | 4
  readonly revision: number
  readonly flags: number
  readonly extended: Uint8Array
  readonly frames: readonly Frame[]
  /** Bytes behind the frames that are neither frames nor padding, kept as they are. */
  junk(): readonly Piece[]
  /** Whether all of the tag (2.2, 2.3) or every frame (2.4) is unsynchronised. */
  readonly unsynchronised: boolean
}

/** Length in bytes of the tag that starts at `offset`, or 0 where none does; throws MALFORMED_FILE where its size cannot be true. */
export function id3v2LengthAt(source: ByteSource, offset: number): number {
  if (offset + 10 > source.size) return 0
  const h = source.read(offset, 10)
  if (latin1(h.subarray(0, 3)) !== 'ID3' || byte(h, 3) === 0xff || byte(h, 4) === 0xff) return 0
  if ((byte(h, 6) | byte(h, 7) | byte(h, 8) | byte(h, 9)) & 0x80) {
    throw new CodedError(
      'MALFORMED_FILE',
      'The size of its ID3v2 tag is not a valid size; another program damaged the tag.',
    )
  }
  const length = 10 + synchsafe(h, 6) + (byte(h, 3) === 4 && byte(h, 5) & tagFlags.footer ? 10 : 0)
  if (offset + length > source.size) {
    throw new CodedError(
      'MALFORMED_FILE',
      `Its ID3v2 tag claims ${length} bytes, but the file ends after ${source.size - offset}; the file is cut short or the tag damaged.`,
    )
  }
  return length
}

/** Reads the tag at `offset`, where id3v2LengthAt said there is one. Throws MALFORMED_FILE where it cannot be taken apart without loss. */
export function readId3v2(source: ByteSource, offset: number): Id3v2Tag {
  const length = id3v2LengthAt(source, offset)
  const h = source.read(offset, 10)
  const version = byte(h, 3)
  const flags = byte(h, 5)
  if (version !== 2 && version !== 3 && version !== 4) {
    throw new CodedError('MALFORMED_FILE', `Its tag says it is ID3v2.${version}, a version that does not exist.`)
  }
  if (version === 2 && flags & tagFlags.extended) {
    throw new CodedError('MALFORMED_FILE', 'Its ID3v2.2 tag is compressed as a whole, which no program defines.')
  }
  const bodyLength = synchsafe(h, 6)
  const wrapped = version < 4 && (flags & tagFlags.unsynchronised) !== 0
  const view = wrapped
    ? bufferSource(resynchronise(source.read(offset + 10, bodyLength)))
    : subSource(source, offset + 10, bodyLength)
  const piece = (at: number, n: number): Piece => (wrapped ? view.read(at, n) : { offset: offset + 10 + at, length: n })
  const extended = flags & tagFlags.extended && version > 2 ? readExtended(view, version) : new Uint8Array(0)
  const walked = walkFrames(view, extended.length, version)
  const inflate = inflater()
  const frames = walked.frames.map(f =>
    makeFrame(
      view,
      f,
      version,
      flags,
      inflate,
      walked.plain ? mendedPiece(piece, view) : at => [piece(at.at, at.header + at.size)],
    ),
  )
  return {
    source,
    offset,
    length,
    version,
    revision: byte(h, 4),
    flags,
    extended,
    frames,
    junk: () => junkPieces(view, walked.end, piece),
    unsynchronised: (flags & tagFlags.unsynchronised) !== 0,
  }
}

/** The extended header with its size field; empty where a tagger set the flag and wrote none (frames follow at once). */
function readExtended(view: ByteSource, version: number): Uint8Array {
  if (view.size < 4) return new Uint8Array(0)
  const size = view.read(0, 4)
  if (/^[A-Z][A-Z0-9]{3}$/.test(latin1(size))) return new Uint8Array(0)
  return view.read(0, version === 4 ? synchsafe(size) : 4 + uint32(size))
}

interface Walked {
  readonly id: string
  readonly at: number
  readonly size: number
  readonly flags: number
}

function walkFrames(
  view: ByteSource,
  start: number,
  version: number,
): { frames: Walked[]; end: number; plain?: boolean } {
  if (version === 2)
    return demand(walk(view, start, 2, (b, at) => (byte(b, at) << 16) | (byte(b, at + 1) << 8) | byte(b, at + 2)))
  if (version === 3) return demand(walk(view, start, 3, uint32))
  const safe = walk(view, start, 4, synchsafe)
  if (safe.clean) return safe
  // iTunes and others wrote ID3v2.4 frames with plain sizes: take those where only they lead through the tag.
  const plain = walk(view, start, 4, uint32)
  return plain.clean ? { ...plain, plain: true } : demand(safe)
}

type WalkResult = { frames: Walked[]; end: number; clean: boolean; overrun: boolean }

function demand(walked: WalkResult): WalkResult {
  if (walked.overrun) {
    throw new CodedError(
      'MALFORMED_FILE',
      'A frame of its ID3v2 tag claims more bytes than the tag has; the tag is damaged.',
    )
  }
  return walked
}

/** More frames than any real tag has; a tag of empty frames must not cost memory without bound. */
const mostFrames = 65_536

function walk(
  view: ByteSource,
  start: number,
  version: number,
  sizeOf: (b: Uint8Array, at: number) => number,
): WalkResult {
  const idLength = version === 2 ? 3 : 4
  const header = version === 2 ? 6 : 10
  const valid = version === 2 ? /^[A-Z][A-Z0-9]{2}$/ : /^[A-Z][A-Z0-9]{3}$/
  const frames: Walked[] = []
  let at = start
  while (at + header <= view.size) {
    const h = view.read(at, header)
    if (h[0] === 0) return { frames, end: at, clean: true, overrun: false }
    const id = latin1(h.subarray(0, idLength))
    const size = sizeOf(h, idLength)
    const next = at + header + size
    const known = valid.test(id)
    if (next > view.size) return { frames, end: at, clean: false, overrun: known }
    // A name that is none may still be a frame of a careless program, if what follows is one.
    if (!known && !plausible(view, next, valid, idLength)) return { frames, end: at, clean: false, overrun: false }
    if (frames.length === mostFrames) {
      throw new CodedError('MALFORMED_FILE', `Its ID3v2 tag claims more than ${mostFrames} frames; the tag is damaged.`)
    }
    frames.push({ id, at, size, flags: version === 2 ? 0 : (byte(h, 8) << 8) | byte(h, 9) })
    at = next
  }
  return { frames, end: at, clean: true, overrun: false }
}

function plausible(view: ByteSource, at: number, valid: RegExp, idLength: number): boolean {
  if (at + idLength > view.size) return at === view.size
  const id = view.read(at, idLength)
  return id[0] === 0 || valid.test(latin1(id))
}

type RawOf = (frame: Walked & { header: number }) => readonly Piece[]

function mendedPiece(piece: (at: number, n: number) => Piece, view: ByteSource): RawOf {
  return ({ at, size, header }) => {
    const mended = Buffer.from(view.read(at, header))
    mended.set(encodeSynchsafe(size), 4)
    return [mended, piece(at + header, size)]
  }
}

function makeFrame(
  view: ByteSource,
  walked: Walked,
  version: 2 | 3 | 4,
  headerFlags: number,
  inflate: Inflate,
  rawOf: RawOf,
): Frame {
  const header = version === 2 ? 6 : 10
  const start = walked.at + header
  const unsynchronised = version === 4 && (headerFlags & tagFlags.unsynchronised || walked.flags & 0x02)
  const transformed = walked.flags & 0xff || unsynchronised
  return {
    id: modernId(walked.id, version),
    nativeId: walked.id,
    raw: rawOf({ ...walked, header }),
    size: walked.size,
    body(length = walked.size) {
      if (!transformed) return view.read(start, Math.min(length, walked.size))
      const stored = view.read(start, walked.size)
      const inflated = (body: Uint8Array) => inflate(start, body)
      return version === 4
        ? decode24(stored, walked.flags, Boolean(unsynchronised), inflated)
        : decode23(stored, walked.flags, inflated)
    },
  }
}

/** ID3v2.3 §3.3.1: compression with its size, encryption, grouping. */
function decode23(stored: Uint8Array, flags: number, inflate: InflateBody): Uint8Array | null {
  if (flags & 0x40) return null
  const extra = (flags & 0x80 ? 4 : 0) + (flags & 0x20 ? 1 : 0)
  const body = stored.subarray(extra)
  return flags & 0x80 ? inflate(body) : body
}

/** ID3v2.4 §4.1: grouping, compression, encryption, unsynchronisation, data length indicator. */
function decode24(stored: Uint8Array, flags: number, unsynchronised: boolean, inflate: InflateBody): Uint8Array | null {
  if (flags & 0x04) return null
  let body = stored.subarray((flags & 0x40 ? 1 : 0) + (flags & 0x09 ? 4 : 0))
  if (unsynchronised) body = resynchronise(body)
  return flags & 0x08 ? inflate(body) : body
}

type InflateBody = (body: Uint8Array) => Uint8Array | null
/** Decompresses the body of the frame at an offset of the tag. */
type Inflate = (at: number, body: Uint8Array) => Uint8Array | null

/** What all compressed frames of a tag may grow to together (bytes). */
const mostInflated = 16 * 1024 * 1024

/** Decompresses each frame once, and no more of them than is good for us: the others are shown without their contents and stay as they are. */
function inflater(): Inflate {
  const known = new Map<number, Uint8Array | null>()
  let left = mostInflated
  const inflate = (body: Uint8Array): Uint8Array | null => {
    if (left <= 0) return null
    try {
      const inflated = inflateSync(body, { maxOutputLength: left })
      left -= inflated.length
      return inflated
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') left = 0
      return null
    }
  }
  return (at, body) => {
    const inflated = known.has(at) ? (known.get(at) ?? null) : inflate(body)
    known.set(at, inflated)
    return inflated
  }
}

function junkPieces(view: ByteSource, start: number, piece: (at: number, n: number) => Piece): Piece[] {
  const step = 64 * 1024
  for (let end = view.size; end > start; ) {
    const from = Math.max(start, end - step)
    const bytes = view.read(from, end - from)
    for (let i = bytes.length - 1; i >= 0; i--) if (bytes[i] !== 0) return [piece(start, from + i + 1 - start)]
    end = from
  }
  return []
}
