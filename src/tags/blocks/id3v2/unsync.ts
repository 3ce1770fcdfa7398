/** Unsynchronisation (ID3v2.4 §6.1): a zero byte after 0xFF keeps players without ID3 from taking a tag for audio. */

/** Takes the inserted zero bytes out. */
export function resynchronise(bytes: Uint8Array): Uint8Array {
  const out = Buffer.allocUnsafe(bytes.length)
  let n = 0
  for (let i = 0; i < bytes.length; i++) {
    out[n++] = bytes[i] as number
    if (bytes[i] === 0xff && bytes[i + 1] === 0) i++
  }
  return out.subarray(0, n)
}

/** Puts a zero byte after every 0xFF that a byte of 0xE0 or more, a zero byte or the end follows. */
export function unsynchronise(bytes: Uint8Array): Uint8Array {
  const out = Buffer.allocUnsafe(bytes.length * 2)
  let n = 0
  for (let i = 0; i < bytes.length; i++) {
    const next = bytes[i + 1]
    out[n++] = bytes[i] as number
    if (bytes[i] === 0xff && (next === undefined || next >= 0xe0 || next === 0)) out[n++] = 0
  }
  return Buffer.from(out.subarray(0, n))
}
