import { addBit, emptyBits, hasBit } from './bits.ts'
import type { Memory } from './memory.ts'
import { type DateBound, isWithin, type Term } from './query.ts'

/** Whether the value of an id is one that is looked for. */
export type ValueTest = (value: number) => boolean

/** Values of a field whose text is short enough to be held, and for which `test` holds. */
export function testText(
  { texts, fields, fieldOf }: Memory,
  field: string,
  test: (text: string) => boolean,
): ValueTest {
  const index = fields.get(field) ?? -1
  return value => {
    if (fieldOf[value] !== index) return false
    const text = texts[value]
    return typeof text === 'string' && test(text)
  }
}

/** Values of a field that are a text. */
export function valuesEqual(memory: Memory, field: string, text: string): ValueTest {
  const short = testText(memory, field, own => own === text)
  return withLong(memory, short, longWhere(memory, field, 'folded = ?', text))
}

/** Values of a field, or of any for null, that contain a text. */
export function valuesWith(memory: Memory, field: string | null, text: string): ValueTest {
  const { texts } = memory
  const short: ValueTest =
    field === null ? value => texts[value]?.includes(text) ?? false : testText(memory, field, own => own.includes(text))
  const long =
    [...text].length < 3 ? longWhere(memory, field, 'instr(folded, ?) > 0', text) : indexed(memory, field, text)
  return withLong(memory, short, long)
}

function withLong({ texts }: Memory, short: ValueTest, long: readonly number[]): ValueTest {
  if (long.length === 0) return short
  const found = emptyBits(texts.length)
  for (const value of long) addBit(found, value)
  return value => short(value) || hasBit(found, value)
}

/** The long values of a field, or of any for null. */
function longOf({ long, fields, fieldOf }: Memory, field: string | null): number[] {
  if (field === null) return [...long]
  const index = fields.get(field)
  return index === undefined ? [] : [...long].filter(id => fieldOf[id] === index)
}

function longWhere(memory: Memory, field: string | null, condition: string, text: string): number[] {
  const ids = longOf(memory, field)
  if (ids.length === 0) return []
  const statement = memory.database.prepare(
    `SELECT v.id FROM json_each(?) j JOIN value v ON v.id = j.value WHERE ${condition}`,
  )
  statement.setReturnArrays(true)
  return (statement.all(JSON.stringify(ids), text) as unknown as [number][]).map(([id]) => id)
}

/** Long values with a text of three characters or more, which the index of trigrams finds without reading them. */
function indexed(memory: Memory, field: string | null, text: string): number[] {
  const long = new Set(longOf(memory, field))
  if (long.size === 0) return []
  const phrase = `"${text.replaceAll('"', '""')}"`
  // One text of all ids: a row for each would take ten times as long.
  const row = memory.database
    .prepare('SELECT group_concat(rowid) AS ids FROM value_text WHERE value_text MATCH ?')
    .get(phrase)
  const ids = (row?.ids as string | null)?.split(',').map(Number) ?? []
  return ids.filter(id => long.has(id))
}

/** What a value's text must be for a number or date term to hold. */
export function testNumber(term: Term & { kind: 'number' | 'date' }): (text: string) => boolean {
  if (term.kind === 'date') return text => isBetween(text, term.from, term.to)
  return text => isWithin(leadingNumber(text), term.interval)
}

function leadingNumber(text: string): number {
  const number = /^\s*([-+]?\d+(?:\.\d+)?)/.exec(text)?.[1]
  return number === undefined ? Number.NaN : Number(number)
}

function isBetween(text: string, from: DateBound | null, to: DateBound | null): boolean {
  if (!/^\d{4}/.test(text)) return false
  if (from) {
    const start = text.slice(0, from.date.length)
    if (from.open ? start <= from.date : start < from.date) return false
  }
  if (!to) return true
  const start = text.slice(0, to.date.length)
  return to.open ? start < to.date : start <= to.date
}
