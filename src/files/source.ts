import { readSync } from 'node:fs'
import { CodedError } from '../errors.ts'

/** Random access to the bytes of a file, or of what a file would become. Offsets and lengths in bytes. */
export interface ByteSource {
  readonly size: number
  /** Exactly `length` bytes from `offset`; throws MALFORMED_FILE where the source does not have them. The caller must not write into them. */
  read(offset: number, length: number): Uint8Array
}

/** No block that has to be held in memory at once may be larger than this (bytes): no claim in a file allocates more. */
export const readLimit = 64 * 1024 * 1024

const windowSize = 16 * 1024
/** What is asked for beyond this is read by itself (bytes); a file that is no larger is read at once. */
const largestWindow = 32 * 1024
const windowsKept = 4
/** Windows start where pages of memory do: what stands a few bytes before is often asked for next. */
const alignment = 4096

function checkRange(size: number, offset: number, length: number): void {
  if (
    !Number.isSafeInteger(offset) ||
    !Number.isSafeInteger(length) ||
    offset < 0 ||
    length < 0 ||
    offset + length > size
  ) {
    throw new CodedError(
      'MALFORMED_FILE',
      `The file ends at ${size} bytes, but something in it points at ${offset + length}.`,
    )
  }
  if (length > readLimit) {
    throw new CodedError('MALFORMED_FILE', `A part of the file claims ${length} bytes, more than any tag needs.`)
  }
}

export function bufferSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      checkRange(bytes.length, offset, length)
      return bytes.subarray(offset, offset + length)
    },
  }
}

interface Window {
  readonly start: number
  readonly bytes: Uint8Array
}

/**
 * An open file of `size` bytes, read synchronously through windows, so that the many small reads of a parser are few system
 * calls. The last few are kept, as parsers go back and forth between the head of a file, its audio and its end.
 */
export function fileSource(fd: number, size: number): ByteSource {
  /** The one last used first. */
  let windows: Window[] = []
  return {
    size,
    read(offset, length) {
      checkRange(size, offset, length)
      const end = offset + length
      const found = windows.find(({ start, bytes }) => offset >= start && end <= start + bytes.length)
      if (found) {
        if (found !== windows[0]) windows = [found, ...windows.filter(window => window !== found)]
        return found.bytes.subarray(offset - found.start, end - found.start)
      }
      if (length > largestWindow) return readExactly(fd, offset, length)
      const start = windowStart(size, offset)
      const wanted = size <= largestWindow ? size : Math.max(windowSize, end - start)
      const window = { start, bytes: readExactly(fd, start, Math.min(wanted, size - start)) }
      windows = [window, ...windows.filter(other => other.start !== start).slice(0, windowsKept - 1)]
      return window.bytes.subarray(offset - start, end - start)
    },
  }
}

/** Parsers of trailing tags walk backwards: near the end, the last window rather than what is left of it. */
function windowStart(size: number, offset: number): number {
  if (size <= largestWindow) return 0
  return Math.min(offset - (offset % alignment), size - windowSize)
}

/** Reads exactly `length` bytes of an open file; throws MALFORMED_FILE when it became shorter meanwhile. */
export function readExactly(fd: number, offset: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length)
  let done = 0
  while (done < length) {
    const n = readSync(fd, bytes, done, length - done, offset + done)
    if (n === 0) throw new CodedError('MALFORMED_FILE', 'The file became shorter while it was read.')
    done += n
  }
  return bytes
}

/** A part of a source as a source of its own. */
export function subSource(source: ByteSource, offset: number, size: number): ByteSource {
  checkRange(source.size, offset, 0)
  checkRange(source.size, offset + size, 0)
  return {
    size,
    read(at, length) {
      checkRange(size, at, length)
      return source.read(offset + at, length)
    },
  }
}
