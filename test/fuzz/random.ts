/* A small generator of pseudo-random numbers (sfc32), so that every case of the fuzz suite can be made again from its numbers. */

export interface Random {
  /** A whole number from 0 to below `n`. */
  below(n: number): number
  /** True once in `n` times. */
  once(n: number): boolean
  pick<T>(list: readonly T[]): T
  bytes(length: number): Buffer
}

export function createRandom(...keys: readonly number[]): Random {
  let [a, b, c, counter] = [0x9e3779b9 ^ (keys[0] ?? 0), 0x243f6a88 ^ (keys[1] ?? 0), 0xb7e15162 ^ (keys[2] ?? 0), 1]
  const next = (): number => {
    const sum = (a + b + counter++) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let i = 0; i < 16; i++) next()
  const below = (n: number): number => Math.floor((next() / 0x1_0000_0000) * n)
  return {
    below,
    once: n => below(n) === 0,
    pick: list => list[below(list.length)] as (typeof list)[number],
    bytes: length => Buffer.from(Array.from({ length }, () => below(256))),
  }
}
