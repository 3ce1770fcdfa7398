import { isUtf8 } from 'node:buffer'
import { setImmediate } from 'node:timers/promises'
import { CodedError, toReason } from '../errors.ts'
import { type LibraryPath, parsePath } from '../library/paths.ts'
import type { Edit, FileEdits } from '../schemas/change.ts'
import { fieldKey, totals } from '../tags/fields.ts'
import { decodeText, decodeValues } from './cells.ts'
import { type Column, columnKey, parseColumn } from './columns.ts'
import { type CsvRecord, invalid, readRecords } from './records.ts'

/** As in a change by JSON. */
const mostTracks = 100_000
const mostValues = 1000
const longestValue = 1_000_000
const longestName = 255

/** How much text is read before other requests have their turn (UTF-16 units). */
const sliceLength = 128 * 1024

const delimiters = [',', ';', '\t']
/** More is no row of names (UTF-16 units). */
const longestHead = 256 * 1024

/**
 * The edits that a table asks for, a track a row, matched by the column `path`. A column sets its field: an empty cell is no value,
 * a cell that a row lacks says nothing. `#revision` is the revision that the track must have; other columns with `#` are only for the eye.
 * Throws CSV_INVALID, with line and column, and PAYLOAD_TOO_LARGE.
 */
export async function readTable(bytes: Uint8Array): Promise<FileEdits[]> {
  const text = decode(bytes)
  const { delimiter, columns } = readHead(text)
  const files: FileEdits[] = []
  const rows = new Map<LibraryPath, number>()
  let turn = 0
  for (const record of readRecords(text, delimiter)) {
    if (record.end - turn > sliceLength) {
      turn = record.end
      await setImmediate()
    }
    if (record.row === 1 || record.cells.every(cell => cell === '')) continue
    const { path, edits, revision } = readRow(record, columns)
    const twin = rows.get(path)
    if (twin !== undefined) throw invalid(record, null, `The track is in row ${twin} already.`)
    if (files.length === mostTracks)
      throw new CodedError('PAYLOAD_TOO_LARGE', `A table has at most ${mostTracks} tracks; send it in several parts.`)
    rows.set(path, record.row)
    files.push({ path, edits, ...(revision === '' ? {} : { revision }) })
  }
  return files
}

/** A column with what its empty cells ask for. */
type Read = { readonly column: Column | null; readonly removal: Edit | null }

function readHead(text: string): { delimiter: string; columns: readonly Read[] } {
  const heads = delimiters.flatMap(delimiter => {
    const head = firstRecord(text, delimiter)
    return head ? [{ delimiter, head, columns: head.cells.map(parseColumn) }] : []
  })
  const fits = heads
    .filter(({ columns }) => columns.some(column => column?.kind === 'path'))
    .sort((a, b) => b.columns.length - a.columns.length)
  const [best] = fits
  if (!best) {
    // Where no delimiter makes sense of the row, the usual one says why.
    for (const _ of readRecords(text.slice(0, longestHead), ',')) break
    throw invalid({ row: 1, line: 1 }, null, 'The first row must name the columns, and one of them must be path.')
  }
  const { delimiter, head, columns } = best
  const seen = new Map<string, number>()
  for (const [i, column] of columns.entries()) {
    if (!column) continue
    const twin = seen.get(columnKey(column))
    if (twin !== undefined) throw invalid(head, i + 1, `The column is the same as column ${twin}.`)
    seen.set(columnKey(column), i + 1)
    if (column.kind === 'field' && (column.name === '' || column.name.length > longestName))
      throw invalid(head, i + 1, `The name of a field has 1 to ${longestName} letters.`)
  }
  return { delimiter, columns: columns.map(column => ({ column, removal: removalOf(column) })) }
}

function firstRecord(text: string, delimiter: string): CsvRecord | null {
  try {
    const record = readRecords(text.slice(0, longestHead), delimiter).next().value
    return record && (record.end < longestHead || text.length <= longestHead) ? record : null
  } catch (error) {
    if (error instanceof CodedError) return null
    throw error
  }
}

function removalOf(column: Column | null): Edit | null {
  return column?.kind === 'field' ? { op: 'remove', field: column.name } : null
}

function readRow(record: CsvRecord, columns: readonly Read[]): { path: LibraryPath; edits: Edit[]; revision: string } {
  let path: LibraryPath | null = null
  let revision = ''
  const edits: Edit[] = []
  for (const [i, cell] of record.cells.entries()) {
    const { column, removal } = columns[i] ?? { column: null, removal: null }
    if (column?.kind === 'path') path = readPath(record, i, cell)
    else if (column?.kind === 'property') revision = column.name === 'revision' ? decodeText(cell) : revision
    else if (column === null && cell !== '') throw invalid(record, i + 1, 'The cell is in a column without a name.')
    else if (column && cell !== '')
      edits.push({ op: 'set', field: column.name, values: readValues(record, i, cell), ifDifferent: true })
    else if (removal) edits.push(removal)
  }
  if (path === null) throw invalid(record, null, 'The row has no path.')
  return { path, edits: withoutContradiction(edits), revision }
}

function readPath(record: CsvRecord, at: number, cell: string): LibraryPath {
  if (cell === '') throw invalid(record, at + 1, 'The row has no path.')
  try {
    return parsePath(decodeText(cell))
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw invalid(record, at + 1, toReason(error).detail)
  }
}

function readValues(record: CsvRecord, at: number, cell: string): string[] {
  const values = decodeValues(cell)
  if (values.length > mostValues) throw invalid(record, at + 1, `A field has at most ${mostValues} values.`)
  if (values.some(value => value.length > longestValue))
    throw invalid(record, at + 1, `A value has at most ${longestValue} letters.`)
  return values
}

/** `3/12` as a number gives the total, too, which an empty cell of the total must not take away again. */
function withoutContradiction(edits: Edit[]): Edit[] {
  const given = new Set<string>()
  for (const edit of edits) {
    const total = edit.op === 'set' ? totals.get(fieldKey(edit.field)) : undefined
    if (total && edit.op === 'set' && /^\d+\/\d+$/.test(edit.values[0] ?? '')) given.add(total)
  }
  return given.size === 0 ? edits : edits.filter(edit => edit.op !== 'remove' || !given.has(fieldKey(edit.field)))
}

/** UTF-8, or UTF-16 where a byte order mark says so, as in the Unicode text of Excel. A legacy code page is refused, for it cannot be told which. */
function decode(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    const line = encoding === 'utf-8' ? firstBadLine(bytes) : 1
    throw new CodedError(
      'CSV_INVALID',
      `Line ${line}: The text is not valid ${encoding.toUpperCase()}; save it as “CSV UTF-8” or as Unicode text.`,
    )
  }
}

/** The line of the first byte that is no UTF-8: found in large pieces, then line by line. */
function firstBadLine(bytes: Uint8Array): number {
  let at = 0
  for (let step = 64 * 1024; at < bytes.length; ) {
    const feed = bytes.indexOf(0x0a, at + step)
    const end = feed < 0 ? bytes.length : feed + 1
    if (isUtf8(bytes.subarray(at, end))) at = end
    else if (step > 0) step = 0
    else break
  }
  let line = 1
  for (let i = 0; i < at; i++) if (bytes[i] === 0x0a) line++
  return line
}
