import type { ByteSource } from '../../files/source.ts'
import type { EmbeddedPicture, NewPicture } from '../items.ts'
import { type AsfAttribute, asfTypes, utf16, utf16z } from './asf-attributes.ts'

/* WM/Picture (WM_PICTURE of the Windows Media Format SDK): type, 32-bit size, MIME type and description with NULs, the image. */

export const pictureName = 'WM/Picture'

/** Texts before the image may have so many bytes together. */
const longestTexts = 64 * 1024

export function isPictureName(name: string): boolean {
  return name.toLowerCase() === pictureName.toLowerCase()
}

/** The picture in an attribute; null where it is none, or a mere link: then it stays an item like any other. */
export function readAsfPicture(source: ByteSource, { name, type, value }: AsfAttribute): EmbeddedPicture | null {
  if (!isPictureName(name) || type !== asfTypes.bytes || value.length < 9) return null
  const head = Buffer.from(source.read(value.offset, Math.min(value.length, 5 + longestTexts)))
  const mimeEnd = endOfText(head, 5)
  const descriptionEnd = mimeEnd < 0 ? -1 : endOfText(head, mimeEnd)
  const bytes = head.readUInt32LE(1)
  if (descriptionEnd < 0 || descriptionEnd + bytes > value.length) return null
  const mime = utf16(head.subarray(5, mimeEnd))
  if (mime === '-->') return null
  return {
    type: head[0] as number,
    mime,
    description: utf16(head.subarray(mimeEnd, descriptionEnd)),
    bytes,
    data: () => source.read(value.offset + descriptionEnd, bytes),
  }
}

/** Where the text that starts at `from` ends, its NUL included; -1 where it has none. */
function endOfText(bytes: Buffer, from: number): number {
  for (let at = from; at + 2 <= bytes.length; at += 2) if (bytes.readUInt16LE(at) === 0) return at + 2
  return -1
}

export function encodeAsfPicture(picture: NewPicture): Uint8Array {
  const head = Buffer.alloc(5)
  head.writeUInt8(picture.type, 0)
  head.writeUInt32LE(picture.data.length, 1)
  return Buffer.concat([head, utf16z(picture.mime), utf16z(picture.description), picture.data])
}
