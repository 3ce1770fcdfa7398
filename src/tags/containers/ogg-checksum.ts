/* The checksum of Ogg pages (RFC 3533 §6, field 8): a CRC of 32 bits, polynomial 0x04c11db7, highest bit first, start and final value 0. */

const polynomial = 0x04c11db7

/** Row 0 is the effect of a byte; row n that of a byte with n bytes behind it, so that four bytes are taken at a time. */
const tables: readonly Uint32Array[] = (() => {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => timesX(byte << 24, 8))
  const rows = [first]
  for (let i = 1; i < 4; i++) {
    const before = rows[i - 1] as Uint32Array
    rows.push(before.map(value => (value << 8) ^ (first[value >>> 24] as number)))
  }
  return rows
})()

function timesX(value: number, times: number): number {
  for (let i = 0; i < times; i++) value = value & 0x80000000 ? (value << 1) ^ polynomial : value << 1
  return value >>> 0
}

/** The CRC of bytes, from a given state on. A page's own checksum counts as four zero bytes. */
export function checksum(bytes: Uint8Array, state = 0): number {
  const [t0, t1, t2, t3] = tables as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  const inFours = bytes.length - (bytes.length % 4)
  let crc = state
  let i = 0
  for (; i < inFours; i += 4) {
    crc ^=
      ((bytes[i] as number) << 24) |
      ((bytes[i + 1] as number) << 16) |
      ((bytes[i + 2] as number) << 8) |
      (bytes[i + 3] as number)
    crc =
      (t3[crc >>> 24] as number) ^
      (t2[(crc >>> 16) & 255] as number) ^
      (t1[(crc >>> 8) & 255] as number) ^
      (t0[crc & 255] as number)
  }
  for (; i < bytes.length; i++) crc = (crc << 8) ^ (t0[(crc >>> 24) ^ (bytes[i] as number)] as number)
  return crc >>> 0
}

/** Product of two polynomials modulo that of the CRC. */
function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 31; bit >= 0; bit--) {
    product = timesX(product, 1)
    if ((b >>> bit) & 1) product ^= a
  }
  return product >>> 0
}

/** x to the power of eight times 2^n: what 2^n zero bytes do to a CRC. A page has fewer than 2^16 bytes. */
const zeros: readonly number[] = (() => {
  const powers = [0x100]
  for (let i = 1; i < 17; i++) powers.push(multiply(powers[i - 1] as number, powers[i - 1] as number))
  return powers
})()

/**
 * How the CRC of `behind` bytes and the four (as given) before them changes when `difference` is applied to those four by
 * exclusive or. A CRC is linear, so neither the bytes nor the old checksum need to be right for this.
 */
export function checksumDifference(difference: Uint8Array, behind: number): number {
  let crc = checksum(difference)
  for (let i = 0; behind >>> i > 0; i++) {
    if ((behind >>> i) & 1) crc = multiply(crc, zeros[i] as number)
  }
  return crc
}
