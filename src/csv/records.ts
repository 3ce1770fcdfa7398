import { CodedError } from '../errors.ts'
import { mostColumns } from './columns.ts'

/*
 * Reads the rows of a CSV text (RFC 4180, with any delimiter and any line end). Strict, for what is guessed wrong is written into
 * files. It is our own because it has to say where a mistake is, count rows as a spreadsheet does, and give up on a row of a
 * million columns before that is in memory.
 */

export interface CsvRecord {
  readonly cells: readonly string[]
  /** Its number in a spreadsheet, the first being 1, and the line of the text where it starts. */
  readonly row: number
  readonly line: number
  /** Where the next record starts (UTF-16 units). */
  readonly end: number
}

/** More in one cell is no value that a change could hold (UTF-16 units). */
const longestCell = 2_000_000

/** The records of a text, the empty ones too. Throws CSV_INVALID. */
export function* readRecords(text: string, delimiter: string): Generator<CsvRecord, void, undefined> {
  const plain = new RegExp(`[^"\r\n${delimiter}]*`, 'y')
  let at = 0
  let line = 1
  for (let row = 1; at < text.length; row++) {
    const start = line
    const cells: string[] = []
    for (;;) {
      const column = cells.length + 1
      const fail = (why: string) => invalid({ row, line }, column, why)
      if (cells.length === mostColumns) throw fail(`A table has at most ${mostColumns} columns.`)
      if (text[at] === '"') {
        const { value, end } = readQuoted(text, at, fail)
        cells.push(value)
        line += lineEnds(value)
        at = end
        if (!isEnd(text, at, delimiter))
          throw fail('There is text behind the closing quote; a quote inside a cell is written twice.')
      } else {
        plain.lastIndex = at
        const [value = ''] = plain.exec(text) ?? []
        cells.push(value)
        at += value.length
        if (text[at] === '"') throw fail('There is a quote inside a cell that does not start with one.')
      }
      if (text[at] !== delimiter) break
      at++
    }
    if (at < text.length) at += text.startsWith('\r\n', at) ? 2 : 1
    line++
    yield { cells, row, line: start, end: at }
  }
}

/** An error of a table that says where: columns count from 1. */
export function invalid(
  { row, line }: Pick<CsvRecord, 'row' | 'line'>,
  column: number | null,
  why: string,
): CodedError {
  const place = column === null ? `Line ${line} (row ${row})` : `Line ${line} (row ${row}), column ${column}`
  return new CodedError('CSV_INVALID', `${place}: ${why}`)
}

function readQuoted(text: string, at: number, fail: (why: string) => CodedError): { value: string; end: number } {
  let value = ''
  for (let from = at + 1; ; ) {
    const close = text.indexOf('"', from)
    if (close < 0) throw fail('The quote that opens here is never closed.')
    value += text.slice(from, close)
    if (value.length > longestCell) throw fail('The cell is too long; is a quote before it not closed?')
    if (text[close + 1] !== '"') return { value, end: close + 1 }
    value += '"'
    from = close + 2
  }
}

function isEnd(text: string, at: number, delimiter: string): boolean {
  const next = text[at]
  return next === undefined || next === delimiter || next === '\r' || next === '\n'
}

function lineEnds(text: string): number {
  return /[\r\n]/.test(text) ? text.split(/\r\n|\r|\n/).length - 1 : 0
}
