import { createHash } from 'node:crypto'
import { imageSize } from 'image-size'
import { CodedError } from '../errors.ts'

/** What an image is, by its own header: width and height in pixels. */
export interface ImageInfo {
  readonly mime: string
  readonly width: number
  readonly height: number
}

const mimes: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
}

/** Type and dimensions by content, whatever a file says of it; null where the bytes are no image of a kind that tags hold. */
export function imageInfo(bytes: Uint8Array): ImageInfo | null {
  try {
    const { type, width, height } = imageSize(bytes)
    const mime = mimes[type ?? '']
    return mime && width > 0 && height > 0 ? { mime, width, height } : null
  } catch {
    return null
  }
}

/** The image in an upload. Throws NOT_A_PICTURE. */
export function demandImage(bytes: Uint8Array): ImageInfo {
  const info = imageInfo(bytes)
  if (!info || !isComplete(bytes, info.mime)) {
    throw new CodedError(
      'NOT_A_PICTURE',
      'The bytes are not a complete JPEG, PNG, WebP or GIF image, whatever they are called.',
    )
  }
  return info
}

/** Whether an image has its end: JPEG and PNG say where it is, GIF and WebP by a trailer and a size. */
function isComplete(bytes: Uint8Array, mime: string): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  switch (mime) {
    case 'image/jpeg':
      return buffer.lastIndexOf(Buffer.of(0xff, 0xd9)) > 0
    case 'image/png':
      return buffer.lastIndexOf('IEND') > 0
    case 'image/gif':
      return buffer.lastIndexOf(0x3b) > 0
    default:
      return buffer.readUInt32LE(4) + 8 <= buffer.length
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
