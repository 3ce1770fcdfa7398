import ID3FrameBuilder from 'node-id3/src/ID3FrameBuilder.js'
import type { NewPicture } from '../../items.ts'
import { chooseEncoding, decodeText, type Encoding, isLatin1, latin1, terminator } from './text.ts'

/*
 * Bodies of ID3v2 frames (ID3v2.4 §4): node-id3 encodes them, with an encoding of our choice; what stands around a body
 * (header, unsynchronisation, padding) is the tag's affair.
 */

const headerLength = 10

function built(build: (builder: ID3FrameBuilder) => ID3FrameBuilder): Uint8Array {
  return build(new ID3FrameBuilder('BODY')).getBuffer().subarray(headerLength)
}

/** A text frame (§4.2): values separated by NUL. */
export function textBody(values: readonly string[], version: number, before?: number): Uint8Array {
  const text = values.join('\0')
  const encoding = chooseEncoding(text, version, before)
  return built(b => b.appendStaticNumber(encoding, 1).appendStaticValue(text, null, encoding))
}

/** TXXX (§4.2.6) and, with a language of three letters, COMM and USLT (§4.10, §4.8). */
export function describedBody(
  description: string,
  values: readonly string[],
  version: number,
  before?: number,
  language?: string,
): Uint8Array {
  const text = values.join('\0')
  const encoding = chooseEncoding(description + text, version, before)
  return built(b => {
    b.appendStaticNumber(encoding, 1)
    if (language !== undefined) b.appendStaticValue(Buffer.from(language.padEnd(3).slice(0, 3), 'latin1'))
    return b.appendNullTerminatedValue(description, encoding).appendStaticValue(text, null, encoding)
  })
}

/** A URL frame (§4.3): Latin-1 without an encoding byte. */
export function urlBody(url: string): Uint8Array {
  return built(b => b.appendStaticValue(url))
}

/** UFID (§4.1). */
export function ufidBody(owner: string, id: string): Uint8Array {
  return built(b => b.appendNullTerminatedValue(owner).appendStaticValue(Buffer.from(id, 'utf8')))
}

/** POPM (§4.17): e-mail, rating 0 to 255, and the play counter as it was stored. */
export function popmBody(email: string, rating: number, counter: Uint8Array): Uint8Array {
  return built(b =>
    b.appendNullTerminatedValue(email).appendStaticNumber(rating, 1).appendStaticValue(Buffer.from(counter)),
  )
}

/** APIC (§4.14), or PIC of ID3v2.2 with its three-letter format. An empty or Latin-1 description stays Latin-1, which every player reads. */
export function pictureBody(picture: NewPicture, version: number): Uint8Array {
  const encoding: Encoding = isLatin1(picture.description) ? 0 : chooseEncoding(picture.description, version, undefined)
  return built(b => {
    b.appendStaticNumber(encoding, 1)
    if (version === 2) b.appendStaticValue(Buffer.from(pictureFormat(picture.mime), 'latin1'))
    else b.appendNullTerminatedValue(picture.mime)
    return b
      .appendStaticNumber(picture.type, 1)
      .appendNullTerminatedValue(picture.description, encoding)
      .appendStaticValue(Buffer.from(picture.data.buffer, picture.data.byteOffset, picture.data.length))
  })
}

/** The three-letter image format of ID3v2.2 (§4.15). */
function pictureFormat(mime: string): string {
  return mime === 'image/jpeg' ? 'JPG' : mime.replace('image/', '').toUpperCase().padEnd(3).slice(0, 3)
}

/** Encoding, language, description and text of TXXX, WXXX, COMM or USLT; null where the body is too short to be one. */
export function parseDescribed(
  body: Uint8Array,
  withLanguage: boolean,
): { encoding: number; language: string; description: string; text: string } | null {
  const start = withLanguage ? 4 : 1
  const encoding = body[0]
  if (encoding === undefined || encoding > 3 || body.length < start) return null
  const [end, next] = terminator(body, start, encoding)
  return {
    encoding,
    language: withLanguage ? latin1(body.subarray(1, 4)) : '',
    description: decodeText(body.subarray(start, end), encoding),
    text: decodeText(body.subarray(next), encoding),
  }
}

/** What stands before the image in an APIC or PIC body, and where the image starts; null where it makes no sense. */
export function parsePictureHead(
  body: Uint8Array,
  version: number,
): { type: number; mime: string; description: string; start: number } | null {
  const encoding = body[0]
  if (encoding === undefined || encoding > 3) return null
  const [mimeEnd, typeAt] = version === 2 ? [4, 4] : terminator(body, 1, 0)
  const type = body[typeAt]
  if (type === undefined) return null
  const stored = latin1(body.subarray(1, mimeEnd))
  const [end, start] = terminator(body, typeAt + 1, encoding)
  return { type, mime: pictureMime(stored), description: decodeText(body.subarray(typeAt + 1, end), encoding), start }
}

function pictureMime(stored: string): string {
  const lower = stored.toLowerCase()
  if (lower === 'jpg' || lower === 'image/jpg' || lower === 'jpeg') return 'image/jpeg'
  return lower.includes('/') ? lower : `image/${lower.trim() || 'unknown'}`
}
