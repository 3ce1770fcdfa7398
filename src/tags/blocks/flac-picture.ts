import { CodedError } from '../../errors.ts'
import { type ByteSource, subSource } from '../../files/source.ts'
import type { EmbeddedPicture, NewPicture } from '../items.ts'
import { latin1 } from './id3v2/text.ts'

/* The picture structure of FLAC (RFC 9639 §8.8), also used base64-encoded in Vorbis comments. Numbers are big-endian. */

/** The picture in a block of `length` bytes at `offset`. Throws MALFORMED_FILE where its lengths exceed the block. */
export function readFlacPicture(source: ByteSource, offset: number, length: number): EmbeddedPicture {
  const block = subSource(source, offset, length)
  const number = (at: number): number => Buffer.from(block.read(at, 4)).readUInt32BE(0)
  const mimeLength = number(4)
  const mime = latin1(block.read(8, mimeLength))
  const descriptionLength = number(8 + mimeLength)
  const description = Buffer.from(block.read(12 + mimeLength, descriptionLength)).toString('utf8')
  const dataLengthAt = 12 + mimeLength + descriptionLength + 16
  const bytes = number(dataLengthAt)
  if (dataLengthAt + 4 + bytes > length) {
    throw new CodedError(
      'MALFORMED_FILE',
      'A picture of the file claims more bytes than its block has; the block is damaged.',
    )
  }
  return { type: number(0), mime, description, bytes, data: () => block.read(dataLengthAt + 4, bytes) }
}

/** A picture in that structure; depth and colours are left unknown (0), as the RFC allows. */
export function encodeFlacPicture(picture: NewPicture): Uint8Array {
  const mime = Buffer.from(picture.mime, 'latin1')
  const description = Buffer.from(picture.description, 'utf8')
  const numbers = (...list: number[]): Uint8Array => {
    const bytes = Buffer.alloc(list.length * 4)
    for (const [i, n] of list.entries()) bytes.writeUInt32BE(n, i * 4)
    return bytes
  }
  return Buffer.concat([
    numbers(picture.type, mime.length),
    mime,
    numbers(description.length),
    description,
    numbers(picture.width, picture.height, 0, 0, picture.data.length),
    picture.data,
  ])
}
