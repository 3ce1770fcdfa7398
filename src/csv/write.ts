import type { TrackSummary } from '../schemas/track.ts'
import { fieldKey } from '../tags/fields.ts'
import { encodeValues } from './cells.ts'
import { type Column, columnName, properties } from './columns.ts'

/** Comes before all rows. Without it, Excel reads UTF-8 as a legacy code page. */
export const byteOrderMark = '\uFEFF'

/** The first row of a table. */
export function writeHead(columns: readonly Column[], delimiter: string): string {
  return line(columns.map(columnName).map(quoted), delimiter)
}

/** The row of a track. */
export function writeRow(columns: readonly Column[], track: TrackSummary, delimiter: string): string {
  const tags = new Map(Object.entries(track.tags))
  const byKey = new Map([...tags].map(([name, values]) => [fieldKey(name), values]))
  const cells = columns.map(column => {
    if (column.kind === 'path') return quoted(encodeValues([track.path]))
    if (column.kind === 'field')
      return quoted(encodeValues(tags.get(column.name) ?? byKey.get(fieldKey(column.name)) ?? []))
    const value = properties[column.name]?.(track) ?? ''
    return typeof value === 'number' ? String(value) : quoted(encodeValues(value === '' ? [] : [value]))
  })
  return line(cells, delimiter)
}

/** Text is always quoted: some programs then leave `01` and `1/12` alone. */
function quoted(cell: string): string {
  return cell === '' ? '' : `"${cell.replaceAll('"', '""')}"`
}

function line(cells: readonly string[], delimiter: string): string {
  return `${cells.join(delimiter)}\r\n`
}
