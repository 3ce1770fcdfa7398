import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readRecords } from '../../src/csv/records.ts'

const cellsOf = (text: string, delimiter = ','): (readonly string[])[] =>
  [...readRecords(text, delimiter)].map(({ cells }) => cells)

const cell = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ',', ';', '\t', '\r', '\n', 'a') }))

test('what is quoted and written is read', async () => {
  const delimiter = fc.constantFrom(',', ';', '\t')
  const lineEnd = fc.constantFrom('\r\n', '\n', '\r')
  const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.property(rows, delimiter, lineEnd, fc.boolean(), (table, between, end, ended) => {
      const lines = table.map(cells => cells.map(text => `"${text.replaceAll('"', '""')}"`).join(between))
      assert.deepEqual(cellsOf(lines.join(end) + (ended ? end : ''), between), table)
    }),
    { numRuns: 2000 },
  )
})

test('any text is read or refused', async () => {
  const text = fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', 'a'), maxLength: 30 })
  const isReadOrRefused = (broken: string): boolean => {
    try {
      return cellsOf(broken).length >= 0
    } catch (error) {
      return (error as { code?: string }).code === 'CSV_INVALID'
    }
  }
  await fc.assert(fc.property(text, isReadOrRefused), { numRuns: 2000 })
})

test('line ends may be mixed, and the last one left out', () => {
  assert.deepEqual(cellsOf('a,b\r\nc,d\ne,f\rg,'), [
    ['a', 'b'],
    ['c', 'd'],
    ['e', 'f'],
    ['g', ''],
  ])
  assert.deepEqual(cellsOf('a\n\nb'), [['a'], [''], ['b']])
})

test('rows are counted as in a spreadsheet, lines as in an editor', () => {
  const places = [...readRecords('a\r\n"b\r\nb\nb"\r\nc', ',')].map(({ row, line }) => [row, line])
  assert.deepEqual(places, [
    [1, 1],
    [2, 2],
    [3, 5],
  ])
})

const broken: [what: string, text: string, detail: RegExp][] = [
  ['a quote that is never closed', 'path,title\r\na,"b\r\nc,d', /^Line 2 \(row 2\), column 2: .*never closed/],
  ['text behind a quote', 'a\n"b"c', /^Line 2 \(row 2\), column 1: .*closing quote/],
  ['a NUL behind a quote', '"b"\0', /^Line 1 \(row 1\), column 1: .*closing quote/],
  ['a quote inside a bare cell', 'a, "b"', /^Line 1 \(row 1\), column 2: .*does not start/],
  ['more columns than a track has edits', ','.repeat(1000), /column 1001: .*at most 1000/],
]
for (const [what, text, detail] of broken) {
  test(`${what} is refused with its place`, () => {
    assert.throws(
      () => cellsOf(text),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'CSV_INVALID')
        assert.match(error.message, detail)
        return true
      },
    )
  })
}
