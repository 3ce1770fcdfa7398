import { createHash } from 'node:crypto'
import type { ByteSource } from '../files/source.ts'
import { isRange, type Piece } from '../files/splice.ts'
import type { TagFile } from './containers/container.ts'

/** What is read at once (bytes). */
const block = 1 << 20
/** What a piece of the audio takes to be found, in bytes that could be read meanwhile. */
const leastCost = 256

export interface PayloadOptions {
  /** How much of the audio is looked at (bytes from its start); all unless given. */
  readonly most?: number
  /** Called about every MiB; it may throw to end the work. */
  readonly between?: () => void
}

/**
 * The SHA-256 (hex) of a file's audio, or of its first `most` bytes, the same whatever the tags, padding and layout; null where
 * the file has no sound. It compares what is stored, not what is heard: the same recording in another codec, or encoded anew, has
 * another sum. Throws MALFORMED_FILE where the file becomes shorter meanwhile.
 */
export function payloadHash(source: ByteSource, file: TagFile, options: PayloadOptions = {}): string | null {
  return hashOf(source, file.audio, options)
}

/** The same of a whole file that cannot be taken apart: only a copy has the same. Null for an empty one. */
export function wholeHash(source: ByteSource, options: PayloadOptions = {}): string | null {
  return hashOf(source, [{ offset: 0, length: source.size }], options)
}

function hashOf(source: ByteSource, pieces: Iterable<Piece>, options: PayloadOptions): string | null {
  const { most = Number.POSITIVE_INFINITY, between = () => {} } = options
  const hash = createHash('sha256')
  let hasSound = false
  let left = most
  let unasked = 0
  const ask = (bytes: number): void => {
    unasked += bytes
    if (unasked < block) return
    unasked = 0
    between()
  }
  for (const piece of pieces) {
    const end = Math.min(piece.length, left)
    left -= end
    // Pages may be empty, and very many.
    ask(leastCost)
    if (!isRange(piece)) hash.update(piece.subarray(0, end))
    else {
      hasSound ||= piece.length > 0
      for (let done = 0; done < end; done += block) {
        const length = Math.min(block, end - done)
        ask(length)
        hash.update(source.read(piece.offset + done, length))
      }
    }
    // What says how sound is to be understood may be all that was wanted: whether there is any is still to be seen.
    if (left === 0 && hasSound) break
  }
  return hasSound ? hash.digest('hex') : null
}
