import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareNames, folded, pathKey, sortKey, sortNames } from '../../src/library/order.ts'

test('numbers in names count as numbers', () => {
  const names = ['10 b', '2 b', '2 a', 'a10', 'a9', 'a09b', '001', '1', '0', '123456789012', '12345678901']
  assert.deepEqual(sortNames(names), [
    '0', '001', '1', '2 a', '2 b', '10 b', '12345678901', '123456789012', 'a9', 'a09b', 'a10',
  ]) // biome-ignore format: one line
})

test('case and accents count only where all else is equal', () => {
  assert.deepEqual(sortNames(['b', 'Á', 'a', 'á', 'A', 'Ab']), ['A', 'a', 'Á', 'á', 'Ab', 'b'])
  assert.equal(folded('Ｂjörk ÆON'), 'bjork æon')
})

test('a folder stands before what is in it, and what is in it before the next folder', () => {
  const paths = ['a', 'a/b', 'a/b/c', 'a b', 'a!', 'b']
  assert.deepEqual(
    paths.toSorted((a, b) => (pathKey(a) < pathKey(b) ? -1 : 1)),
    ['a', 'a/b', 'a/b/c', 'a b', 'a!', 'b'],
  )
})

test('of two whole numbers in one place the smaller comes first', () => {
  const number = fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: 10n ** 30n }))
  fc.assert(
    fc.property(fc.string(), number, number, (text, a, b) => {
      fc.pre(!/\d$/.test(folded(text)))
      const [one, other] = [sortKey(`${text}${a}x`), sortKey(`${text}${b}x`)]
      assert.equal(Math.sign(Number(BigInt(a) - BigInt(b))), one < other ? -1 : one > other ? 1 : 0)
    }),
  )
})

test('the order is one: no two different names are equal, and it does not depend on where a list begins', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme' })), names => {
      const sorted = sortNames([...names])
      assert.deepEqual(sortNames([...names].reverse()), sorted)
      for (const [i, name] of sorted.entries()) if (i > 0) assert.equal(compareNames(sorted[i - 1] as string, name), -1)
    }),
  )
})
