import { crc32 } from 'node:zlib'
import { CodedError } from '../../../errors.ts'
import type { ByteSource } from '../../../files/source.ts'
import { type Piece, piecesBytes, piecesLength } from '../../../files/splice.ts'
import { byte, encodeSynchsafe, encodeUint32, tagFlags } from './numbers.ts'
import { unsynchronise } from './unsync.ts'

/* Writing ID3v2 tags (ID3v2.3 §3, ID3v2.4 §3): frames with their headers, and all that stands around them. */

/** A frame to be written, with its header for the tag's version. `id` is the id stored in the file. Throws where the body is too large for the version. */
export function encodeFrame(id: string, body: Uint8Array, version: number, unsynchronised: boolean): Uint8Array {
  if (body.length >= (version === 2 ? 1 << 24 : 1 << 28)) {
    throw new CodedError(
      'VALUE_UNSUPPORTED',
      `A frame of ${body.length} bytes does not fit into an ID3v2.${version} tag.`,
    )
  }
  const name = Buffer.from(id, 'latin1')
  if (version === 2) return Buffer.concat([name, encodeUint32(body.length).subarray(1), body])
  if (version === 3) return Buffer.concat([name, encodeUint32(body.length), Uint8Array.of(0, 0), body])
  const stored = unsynchronised ? unsynchronise(body) : body
  return Buffer.concat([name, encodeSynchsafe(stored.length), Uint8Array.of(0, unsynchronised ? 0x02 : 0), stored])
}

/** What a tag needs besides its frames. */
export interface TagShape {
  readonly version: 2 | 3 | 4
  readonly revision: number
  readonly flags: number
  readonly extended: Uint8Array
}

export const emptyShape = (version: 3 | 4): TagShape => ({
  version,
  revision: 0,
  flags: 0,
  extended: new Uint8Array(0),
})

/** Padding for a tag that is written anew, so that the next edits fit (bytes), and the most that is kept when a tag shrinks. */
const newPadding = 2048
const mostPadding = 64 * 1024

/**
 * A whole tag: header, extended header, `content` and padding (none before a footer). With `room`, the length in bytes of
 * the tag that it replaces, padding makes it as long where it can.
 */
export function assembleId3v2(source: ByteSource, shape: TagShape, content: readonly Piece[], room: number): Piece[] {
  const wrapped = shape.version < 4 && (shape.flags & tagFlags.unsynchronised) !== 0
  const footer = shape.version === 4 && (shape.flags & tagFlags.footer) !== 0
  const frames: Piece[] = wrapped ? [piecesBytes(source, content)] : [...content]
  const bare = 10 + shape.extended.length + piecesLength(frames) + (footer ? 10 : 0)
  const spare = room - bare
  const padding = footer ? 0 : spare >= 0 && spare <= mostPadding ? spare : newPadding
  const extended = renewExtended(source, shape, frames, padding)
  let body: Piece[] = [extended, ...frames, new Uint8Array(padding)]
  if (wrapped) body = [wrap(Buffer.concat([extended, frames[0] as Uint8Array]), room, padding)]
  const size = piecesLength(body)
  if (size >= 1 << 28)
    throw new CodedError('VALUE_UNSUPPORTED', 'The tag would be larger than the 256 MiB that ID3v2 allows.')
  const header = (mark: string) =>
    Buffer.concat([Buffer.from(mark), Uint8Array.of(shape.version, shape.revision, shape.flags), encodeSynchsafe(size)])
  return [header('ID3'), ...body, ...(footer ? [header('3DI')] : [])]
}

/** An unsynchronised body with its padding: how long it becomes is known only afterwards. */
function wrap(bytes: Uint8Array, room: number, padding: number): Uint8Array {
  const wrapped = unsynchronise(bytes)
  const spare = room - 10 - wrapped.length
  return Buffer.concat([wrapped, new Uint8Array(spare >= 0 && spare <= mostPadding ? spare : padding)])
}

/** The extended header for new content: ID3v2.3 §3.2 tells the padding in it, and both versions may have a CRC-32 of the frames. */
function renewExtended(source: ByteSource, shape: TagShape, frames: readonly Piece[], padding: number): Uint8Array {
  const { extended, version } = shape
  if (extended.length === 0) return extended
  const renewed = Buffer.from(extended)
  if (version === 3 && renewed.length >= 10) {
    renewed.writeUInt32BE(padding, 6)
    if (byte(renewed, 4) & 0x80 && renewed.length >= 14) renewed.writeUInt32BE(crc32(piecesBytes(source, frames)), 10)
  }
  if (version === 4 && renewed.length >= 6) {
    // §3.2: flags in one byte; each set flag brings a length byte and its data, in this order: update, CRC, restrictions.
    const at = 6 + (byte(renewed, 5) & 0x40 ? 1 : 0)
    if (byte(renewed, 5) & 0x20 && renewed.length >= at + 6) {
      const crc = crc32(Buffer.concat([piecesBytes(source, frames), new Uint8Array(padding)]))
      renewed.set([(crc >>> 28) & 15, ...encodeSynchsafe(crc & 0x0fffffff)], at + 1)
    }
  }
  return renewed
}
