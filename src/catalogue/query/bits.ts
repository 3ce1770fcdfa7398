/** A set of small whole numbers (ids of tracks or values): bit n of the array stands for n. What lies beyond its end is not in it. */
export type Bits = Uint32Array

/** An empty set with room for 0 to `size` - 1. */
export function emptyBits(size: number): Bits {
  return new Uint32Array((size + 31) >>> 5)
}

/** Puts `n` into the set; it must be within its room. */
export function addBit(bits: Bits, n: number): void {
  const word = n >>> 5
  bits[word] = (bits[word] as number) | (1 << (n & 31))
}

export function hasBit(bits: Bits, n: number): boolean {
  return (((bits[n >>> 5] ?? 0) >>> (n & 31)) & 1) === 1
}

/** Of the numbers in the set, those for which `test` holds, as a set of their own. */
export function filterBits(bits: Bits, test: (n: number) => boolean): Bits {
  const found = new Uint32Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    for (let word = bits[i] as number; word !== 0; word &= word - 1) {
      const n = i * 32 + 31 - Math.clz32(word & -word)
      if (test(n)) addBit(found, n)
    }
  }
  return found
}

/** Adds to `bits`, and returns, what is in `other`, which has no more room. */
export function orBits(bits: Bits, other: Bits): Bits {
  for (let i = 0; i < other.length; i++) bits[i] = (bits[i] as number) | (other[i] as number)
  return bits
}

/** Takes out of `bits`, and returns, what is in `other`. */
export function withoutBits(bits: Bits, other: Bits): Bits {
  for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) & ~(other[i] ?? 0)
  return bits
}

/** How many numbers are in the set. */
export function countBits(bits: Bits): number {
  let count = 0
  for (let word of bits) {
    word -= (word >>> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return count
}

/** The numbers in the set, in ascending order. */
export function listBits(bits: Bits): Int32Array {
  const list = new Int32Array(countBits(bits))
  let at = 0
  for (let i = 0; i < bits.length; i++) {
    for (let word = bits[i] as number; word !== 0; word &= word - 1) list[at++] = i * 32 + 31 - Math.clz32(word & -word)
  }
  return list
}
