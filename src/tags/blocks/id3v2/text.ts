/** The text encodings of ID3v2 frames by their number (ID3v2.4 §4): Latin-1, UTF-16 with a byte order mark, UTF-16BE, UTF-8. */
export type Encoding = 0 | 1 | 2 | 3

export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')

/** Text of bytes in an encoding; byte order marks are dropped, bytes that are no text become U+FFFD. */
export function decodeText(bytes: Uint8Array, encoding: number): string {
  switch (encoding) {
    case 1:
      return decodeUtf16(bytes)
    case 2:
      return utf16be(bytes)
    case 3:
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
    default:
      return latin1(bytes)
  }
}

function decodeUtf16(bytes: Uint8Array): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return utf16be(bytes.subarray(2))
  const start = bytes[0] === 0xff && bytes[1] === 0xfe ? 2 : 0
  return utf16le(bytes.subarray(start))
}

function utf16le(bytes: Uint8Array): string {
  const even = bytes.length - (bytes.length % 2)
  // Every value of a list may bring its own mark.
  return Buffer.from(bytes.buffer, bytes.byteOffset, even).toString('utf16le').replaceAll('\uFEFF', '')
}

function utf16be(bytes: Uint8Array): string {
  const even = bytes.length - (bytes.length % 2)
  return Buffer.from(bytes.subarray(0, even)).swap16().toString('utf16le').replaceAll('\uFEFF', '')
}

/** Where the terminator of the string that starts at `from` stands: [its offset, the offset behind it]; the end where there is none. */
export function terminator(bytes: Uint8Array, from: number, encoding: number): [number, number] {
  const wide = encoding === 1 || encoding === 2
  if (!wide) {
    const at = bytes.indexOf(0, from)
    return at < 0 ? [bytes.length, bytes.length] : [at, at + 1]
  }
  for (let at = from; at + 1 < bytes.length; at += 2) {
    if (bytes[at] === 0 && bytes[at + 1] === 0) return [at, at + 2]
  }
  return [bytes.length, bytes.length]
}

/** The values of a text: split at NUL, without the empty ones that terminators leave. */
export function splitValues(text: string): string[] {
  return text.split('\0').filter(value => value !== '')
}

export function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false
  return true
}

/** The encoding for a text: the one its frame had where that can hold it, otherwise the version's own choice. */
export function chooseEncoding(text: string, version: number, before: number | undefined): Encoding {
  if (before === 1 || (version === 4 && (before === 2 || before === 3))) return before
  if (before === 0 && isLatin1(text)) return 0
  if (version === 4) return 3
  return isLatin1(text) ? 0 : 1
}
