import { createHash } from 'node:crypto'
import type { ByteSource } from '../files/source.ts'
import { isRange } from '../files/splice.ts'
import type { TagFile } from './containers/container.ts'

/** What is read at once (bytes). */
const block = 1 << 20

/**
 * The SHA-256 (hex) of a file's audio, the same whatever its tags, padding and layout; null where the file has no sound. It
 * compares what is stored, not what is heard: the same recording in another codec, or encoded anew, has another sum. `between`
 * is called about every MiB and may throw to end it. Throws MALFORMED_FILE where the file becomes shorter meanwhile.
 */
export function payloadHash(source: ByteSource, file: TagFile, between = () => {}): string | null {
  const hash = createHash('sha256')
  let sound = 0
  let unasked = 0
  for (const piece of file.audio) {
    if (!isRange(piece)) {
      hash.update(piece)
      continue
    }
    for (let done = 0; done < piece.length; done += block) {
      const length = Math.min(block, piece.length - done)
      unasked += length
      if (unasked >= block) {
        between()
        unasked = 0
      }
      hash.update(source.read(piece.offset + done, length))
    }
    sound += piece.length
  }
  return sound > 0 ? hash.digest('hex') : null
}

/** The SHA-256 (hex) of a whole file, for one that cannot be taken apart: only a copy has the same. Null for an empty one. */
export function wholeHash(source: ByteSource, between = () => {}): string | null {
  const hash = createHash('sha256')
  for (let at = 0; at < source.size; at += block) {
    between()
    hash.update(source.read(at, Math.min(block, source.size - at)))
  }
  return source.size > 0 ? hash.digest('hex') : null
}
