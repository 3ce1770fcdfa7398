/** Flags of an ID3v2 header (ID3v2.4 §3.1). */
export const tagFlags = { unsynchronised: 0x80, extended: 0x40, footer: 0x10 } as const

/** The byte at an offset; 0 behind the end. */
export const byte = (b: Uint8Array, at: number): number => b[at] ?? 0

export const uint32 = (b: Uint8Array, at = 0): number =>
  ((byte(b, at) << 24) | (byte(b, at + 1) << 16) | (byte(b, at + 2) << 8) | byte(b, at + 3)) >>> 0

export function encodeUint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
}

/** A number of 28 bits in four bytes whose highest bit is zero (ID3v2.4 §6.2). */
export const synchsafe = (b: Uint8Array, at = 0): number =>
  ((byte(b, at) & 127) << 21) |
  ((byte(b, at + 1) & 127) << 14) |
  ((byte(b, at + 2) & 127) << 7) |
  (byte(b, at + 3) & 127)

export function encodeSynchsafe(value: number): Uint8Array {
  return Uint8Array.of((value >>> 21) & 127, (value >>> 14) & 127, (value >>> 7) & 127, value & 127)
}
