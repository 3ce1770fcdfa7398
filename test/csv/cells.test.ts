import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decodeText, decodeValues, encodeValues } from '../../src/csv/cells.ts'

const letters = [
  '\\',
  '\\',
  "'",
  '=',
  '+',
  '-',
  '@',
  '＝',
  '1',
  'u',
  '{',
  '5C',
  '}',
  ',',
  ';',
  '"',
  '\t',
  '\r',
  '\n',
  '\0',
  'ü',
  '終',
  '\ud83c',
  '\udfb5',
  '\u0085',
]
const tricky = fc.array(fc.constantFrom(...letters), { maxLength: 8 }).map(parts => parts.join(''))
const text = fc.oneof(
  tricky,
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.nat(0xffff).map(n => String.fromCharCode(n)) }),
)

test('every list of values comes back from its cell as it was', async () => {
  await fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), values => {
      assert.deepEqual(decodeValues(encodeValues(values)), values)
    }),
    { numRuns: 5000 },
  )
})

test('every path and name comes back from its cell as it was', async () => {
  await fc.assert(
    fc.property(text, value => {
      assert.equal(decodeText(encodeValues([value])), value)
    }),
    { numRuns: 5000 },
  )
})

test('no cell starts a formula, loses a control character or is no Unicode text', async () => {
  await fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), values => {
      const cell = encodeValues(values)
      assert.doesNotMatch(cell, /^[=+@\t＝＋－＠]|^-(?!\d+$)/)
      assert.doesNotMatch(cell.replaceAll(/[\n\t\u0080-\u009f]/g, ''), /\p{Cc}/u)
      assert.ok(cell.isWellFormed())
    }),
    { numRuns: 5000 },
  )
})

test('every cell that a person could type is read as some values', async () => {
  await fc.assert(fc.property(text, cell => assert.ok(cell === '' || decodeValues(cell).length > 0)))
})

const plain: [cell: string, values: string[]][] = [
  ['', []],
  ["'", ['']],
  ['Rain', ['Rain']],
  ['First\\\\Second', ['First', 'Second']],
  ["'Round Midnight", ["'Round Midnight"]],
  ['AC\\DC', ['AC\\DC']],
  ['C:\\users\\me', ['C:\\users\\me']],
  ['\\u{5C}\\server\\share', ['\\\\server\\share']],
  ["'=1+1", ['=1+1']],
  ["''=1+1", ["'=1+1"]],
  ["'-7.03 dB", ['-7.03 dB']],
  ['-12', ['-12']],
  ['one\\u{D}\ntwo', ['one\r\ntwo']],
  ['東京 🎵 مرحبا', ['東京 🎵 مرحبا']],
]
for (const [cell, values] of plain) {
  test(`${JSON.stringify(values)} stands in a cell as ${JSON.stringify(cell)}`, () => {
    assert.equal(encodeValues(values), cell)
    assert.deepEqual(decodeValues(cell), values)
  })
}

test('cells typed by hand are taken at their word', () => {
  assert.deepEqual(decodeValues('=1+1'), ['=1+1'])
  assert.deepEqual(decodeValues('ends with \\'), ['ends with \\'])
  assert.deepEqual(decodeValues('\\u{110000}'), ['\\u{110000}'])
})
