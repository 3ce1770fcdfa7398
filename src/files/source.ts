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

/** An open file of `size` bytes, read synchronously through a window, so that the many small reads of a parser are few system calls. */
export function fileSource(fd: number, size: number): ByteSource {
  let start = 0
  let window: Uint8Array = new Uint8Array(0)
  return {
    size,
    read(offset, length) {
      checkRange(size, offset, length)
      if (offset >= start && offset + length <= start + window.length) {
        return window.subarray(offset - start, offset - start + length)
      }
      if (length >= windowSize) return readExactly(fd, offset, length)
      // Parsers of trailing tags walk backwards: near the end, take the last window rather than what is left of it.
      start = Math.min(offset, Math.max(0, size - windowSize))
      window = readExactly(fd, start, Math.min(windowSize, size - start))
      return window.subarray(offset - start, offset - start + length)
    },
  }
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
