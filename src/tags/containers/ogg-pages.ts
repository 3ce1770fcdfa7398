import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import type { Range, Splice } from '../../files/splice.ts'
import { checksum, checksumDifference } from './ogg-checksum.ts'

/* Pages of Ogg (RFC 3533 §6): a header of 27 bytes, up to 255 lacing values, and as many bytes as they add up to. */

const capture = Buffer.from('OggS\0', 'latin1')
const fixedHeader = 27
const checksumAt = 22
/** Bytes of the fixed header that tell one page from the next of its stream: sequence number and checksum. */
const sequenceAt = 18
export const mostSegments = 255

export const pageFlags = { continued: 1, first: 2, last: 4 } as const

export interface OggPage {
  /** The whole page in the file (bytes); `body` is what its header is followed by. */
  readonly offset: number
  readonly length: number
  readonly body: Range
  readonly flags: number
  /** Eight bytes, as stored. */
  readonly granule: Uint8Array
  readonly serial: number
  readonly sequence: number
  readonly checksum: number
  readonly lacing: Uint8Array
}

/** The page at an offset, or null where none starts there or its header is cut off. Its body may be cut off: see `isWhole`. */
export function readPage(source: ByteSource, offset: number): OggPage | null {
  if (offset + fixedHeader > source.size) return null
  const header = Buffer.from(source.read(offset, fixedHeader))
  if (capture.compare(header, 0, capture.length) !== 0) return null
  const segments = header.readUInt8(26)
  if (offset + fixedHeader + segments > source.size) return null
  const lacing = Uint8Array.from(source.read(offset + fixedHeader, segments))
  const body = { offset: offset + fixedHeader + segments, length: lacing.reduce((sum, value) => sum + value, 0) }
  return {
    offset,
    length: fixedHeader + segments + body.length,
    body,
    flags: header.readUInt8(5),
    granule: header.subarray(6, 14),
    serial: header.readUInt32LE(14),
    sequence: header.readUInt32LE(sequenceAt),
    checksum: header.readUInt32LE(checksumAt),
    lacing,
  }
}

export function pageEnd(page: OggPage): number {
  return page.offset + page.length
}

export function isWhole(source: ByteSource, page: OggPage): boolean {
  return pageEnd(page) <= source.size
}

/** Whether the stored checksum of a whole page is that of its bytes. */
export function hasRightChecksum(source: ByteSource, page: OggPage): boolean {
  const bytes = source.read(page.offset, page.length)
  const until = checksum(bytes.subarray(0, checksumAt))
  return checksum(bytes.subarray(checksumAt + 4), checksum(new Uint8Array(4), until)) === page.checksum
}

/** A page as bytes, with its checksum. */
export function encodePage(
  page: Pick<OggPage, 'flags' | 'granule' | 'serial' | 'sequence' | 'lacing'>,
  body: Uint8Array,
): Uint8Array {
  const header = Buffer.alloc(fixedHeader)
  header.set(capture)
  header.writeUInt8(page.flags, 5)
  header.set(page.granule, 6)
  header.writeUInt32LE(page.serial, 14)
  header.writeUInt32LE(page.sequence, sequenceAt)
  header.writeUInt8(page.lacing.length, 26)
  const bytes = Buffer.concat([header, page.lacing, body])
  bytes.writeUInt32LE(checksum(bytes), checksumAt)
  return bytes
}

/**
 * The splice of eight bytes that gives a page of the file its new number and checksum. The checksum is derived from the old
 * one, so the body need not be read, and a page that was damaged does not come to look whole. `room` takes the bytes.
 */
export function renumberPage(page: OggPage, shift: number, room: Buffer = Buffer.alloc(8)): Splice {
  const sequence = (page.sequence + shift) >>> 0
  room.writeInt32LE(page.sequence ^ sequence)
  const difference = checksumDifference(room.subarray(0, 4), page.length - checksumAt)
  room.writeUInt32LE(sequence)
  room.writeUInt32LE((page.checksum ^ difference) >>> 0, 4)
  return { offset: page.offset + sequenceAt, remove: 8, insert: room }
}

/** No stream may make us hold more pages than this (some 300 MB): three hours of one packet of 20 ms per page, days of ordinary ones. */
const mostPages = 1 << 19

/** Nor may a stream be out of step more often than this; each time costs a search. */
const mostBreaks = 4096

/** The splices that shift the numbers of all pages of a logical stream behind `from`. Throws a coded error where they are too many to hold or to find. */
export function renumberPages(source: ByteSource, from: number, serial: number, shift: number): Splice[] {
  const splices: Splice[] = []
  // Room for many splices at once: a buffer for each would cost ten times its eight bytes.
  let room = Buffer.alloc(0)
  const all = eachPage(source, from, serial, page => {
    if (room.length === 0) room = Buffer.alloc(window)
    splices.push(renumberPage(page, shift, room.subarray(0, 8)))
    room = room.subarray(8)
  })
  if (all) return splices
  throw new CodedError(
    'VALUE_UNSUPPORTED',
    'The stream is too long, or broken too often, for all its pages to be renumbered; shorter fields or a smaller picture would not need that.',
  )
}

/** What stays of the file behind `from` even when the pages of a stream are renumbered. */
export function keptBehind(source: ByteSource, from: number, serial: number): Range[] {
  const kept: Range[] = []
  let at = from
  const keep = (until: number): void => {
    if (until > at) kept.push({ offset: at, length: until - at })
  }
  eachPage(source, from, serial, page => {
    keep(page.offset + sequenceAt)
    at = page.offset + checksumAt + 4
  })
  keep(source.size)
  return kept
}

/**
 * Visits the pages of a logical stream from an offset on, until another stream starts under its serial number. False where
 * there are more pages than anyone should have to hold.
 */
function eachPage(source: ByteSource, from: number, serial: number, visit: (page: OggPage) => void): boolean {
  let at = from
  let page = readPage(source, at)
  for (let pages = 0, breaks = 0; at < source.size; ) {
    if (page?.serial === serial) {
      if (page.flags & pageFlags.first) return true
      if (++pages > mostPages) return false
      visit(page)
    }
    const end = page ? pageEnd(page) : at
    const next = page && readPage(source, end)
    if (end === source.size) return true
    if (next) at = end
    else {
      // Out of step: a size was wrong, or there is something between the pages. The next page may start before this one seems to end.
      if (++breaks > mostBreaks) return false
      at = findPage(source, page ? at + fixedHeader : at, serial)
    }
    page = next ?? readPage(source, at)
  }
  return true
}

/**
 * The bodies of the pages of all streams from an offset on, as far as they reach, without what stands between pages. Where
 * they are out of step too often, the rest of the file as it is.
 */
export function* bodiesFrom(source: ByteSource, from: number): Generator<Range> {
  let at = from
  for (let breaks = 0; at < source.size; ) {
    const page = readPage(source, at)
    const end = page ? pageEnd(page) : at
    const inStep = page && (end === source.size || readPage(source, end))
    if (!inStep && ++breaks > mostBreaks) {
      yield { offset: at, length: source.size - at }
      return
    }
    const next = inStep ? end : findPage(source, page ? at + fixedHeader : at, null)
    if (page) {
      const { offset, length } = page.body
      yield { offset, length: Math.max(0, Math.min(length, next - offset)) }
    }
    at = next
  }
}

const window = 16 * 1024
const largestPage = fixedHeader + mostSegments + mostSegments * 255
/** Places that may look like the last page of a file before the search for it ends. */
const mostGuesses = 16

/** The page that ends the file and starts at `from` or behind it; null where none does. */
export function lastPage(source: ByteSource, from: number): OggPage | null {
  let guesses = 0
  for (const reach of [window, largestPage]) {
    const start = Math.max(from, source.size - reach)
    const bytes = Buffer.from(source.read(start, source.size - start))
    let at = bytes.lastIndexOf(capture)
    for (; at >= 0 && guesses < mostGuesses; guesses++) {
      const page = readPage(source, start + at)
      if (page && pageEnd(page) === source.size && hasRightChecksum(source, page)) return page
      at = at === 0 ? -1 : bytes.lastIndexOf(capture, at - 1)
    }
    if (start === from) return null
  }
  return null
}

/** Offset of the next page of a stream (null: of any), in whatever surroundings, or the size of the source. */
function findPage(source: ByteSource, from: number, serial: number | null): number {
  for (let start = from; start + fixedHeader <= source.size; start += window) {
    const bytes = Buffer.from(source.read(start, Math.min(window + capture.length - 1, source.size - start)))
    for (let i = bytes.indexOf(capture); i >= 0; i = bytes.indexOf(capture, i + 1)) {
      const page = readPage(source, start + i)
      if (page && (serial === null || page.serial === serial)) return start + i
    }
  }
  return source.size
}
