import { mistake, type Piece, partOf } from './piece.ts'
import type { DateBound, Interval, Moment, Property } from './query.ts'

/** A value with its comparison taken apart: `x`, `<x`, `>=x`, `x..y`, `x..`, `..y`. */
interface Comparison {
  readonly sign: '' | '<' | '<=' | '>' | '>=' | '..'
  readonly from: Piece | null
  readonly to: Piece | null
}

const incomplete = 'Write a range as 1..5, 1.. or ..5, and a comparison as <5, <=5, >5 or >=5, without spaces.'

function readComparison(value: Piece): Comparison {
  const sign = (/^[<>]=?/.exec(value.text)?.[0] ?? '') as Comparison['sign']
  if (sign !== '') {
    const bound = partOf(value, sign.length)
    if (bound.text === '') throw mistake(value, incomplete)
    return sign[0] === '<' ? { sign, from: null, to: bound } : { sign, from: bound, to: null }
  }
  const dots = value.text.indexOf('..')
  if (dots < 0) return { sign, from: value, to: value }
  const [from, to] = [partOf(value, 0, dots), partOf(value, dots + 2)]
  if (from.text === '' && to.text === '') throw mistake(value, incomplete)
  return { sign: '..', from: from.text === '' ? null : from, to: to.text === '' ? null : to }
}

function backwards(value: Piece): Error {
  return mistake(value, 'The range runs backwards; write the smaller end first.')
}

/** A number as typed. `grain` is what its last digit stands for: `192` is anything that would be shown so. */
interface Quantity {
  readonly value: number
  readonly grain: number
}

/**
 * What a property is typed in. `unit` is what a bare number counts, in units of the catalogue; `shown` whether a comparison is
 * with the value as it is shown, rounded to the unit: a file of 191.7 kbit/s is not below 192.
 */
interface Measure {
  readonly unit: number
  readonly shown: boolean
  readonly suffixes: Readonly<Record<string, number>>
  readonly names?: Readonly<Record<string, number>>
  readonly wants: string
}

const count = (wants: string): Measure => ({ unit: 1, shown: false, suffixes: {}, wants })
const [kilo, mega, giga] = [1024, 1024 ** 2, 1024 ** 3]

const measures: Readonly<Record<Property, Measure>> = {
  size: {
    unit: 1,
    shown: false,
    suffixes: { b: 1, k: kilo, kb: kilo, kib: kilo, m: mega, mb: mega, mib: mega, g: giga, gb: giga, gib: giga },
    wants: 'a size in bytes or with k, M or G, such as >100M',
  },
  duration: {
    unit: 1,
    shown: true,
    suffixes: { s: 1, m: 60, min: 60, h: 3600 },
    wants: 'seconds or minutes and seconds, such as <90, 3:45 or 5:00..7:30',
  },
  bitrate: {
    unit: 1000,
    shown: true,
    suffixes: { k: 1000, kbps: 1000, 'kbit/s': 1000 },
    wants: 'a number of kbit/s, such as 320, <192 or 128..256',
  },
  sampleRate: {
    unit: 1,
    shown: true,
    suffixes: { hz: 1, k: 1000, khz: 1000, m: 1e6, mhz: 1e6 },
    wants: 'a number of Hz or kHz, such as 44100, 44.1k or >=96k',
  },
  channels: { ...count('a number of channels, such as 2, >2 or mono'), names: { mono: 1, stereo: 2 } },
  bitsPerSample: count('a number of bits, such as 16 or >=24'),
  pictures: count('a number of pictures, such as 0 or >1'),
}

function readQuantity(piece: Piece, { unit, suffixes, names = {}, wants }: Measure): Quantity {
  const text = piece.text.toLowerCase()
  const named = Object.hasOwn(names, text) ? names[text] : undefined
  if (named !== undefined) return { value: named, grain: 1 }
  if (text.includes(':') && 'min' in suffixes) return readClock(piece, wants)
  const [, whole, decimals = '', suffix = ''] = /^(\d{1,15})(\.\d{1,9})?([a-z/]*)$/.exec(text) ?? []
  if (whole === undefined) throw mistake(piece, `This wants ${wants}.`)
  if (suffix !== '' && !Object.hasOwn(suffixes, suffix)) {
    const known = Object.keys(suffixes).join(', ')
    const why =
      known === '' ? 'no unit belongs behind this number' : `the unit “${suffix}” is unknown; there are ${known}`
    throw mistake(piece, `This wants ${wants}; ${why}.`)
  }
  const scale = suffixes[suffix] ?? unit
  return { value: Number(whole + decimals) * scale, grain: scale / 10 ** Math.max(decimals.length - 1, 0) }
}

/** `3:45` or `1:02:03`. */
function readClock(piece: Piece, wants: string): Quantity {
  const [, hours = '0', minutes = '', seconds = ''] =
    /^(?:(\d{1,4}):(?=\d\d:))?(\d{1,4}):([0-5]\d)$/.exec(piece.text) ?? []
  if (minutes === '' || (hours !== '0' && Number(minutes) > 59)) throw mistake(piece, `This wants ${wants}.`)
  return { value: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds), grain: 1 }
}

/** What of a property is meant, in the catalogue's units. Throws QUERY_INVALID. */
export function readProperty(value: Piece, property: Property): Interval {
  const measure = measures[property]
  const { sign, from, to } = readComparison(value)
  const low = from && readQuantity(from, measure)
  const high = to && (to === from ? low : readQuantity(to, measure))
  if (low && high && low.value > high.value) throw backwards(value)
  // Half of what a value as it is shown may be off; a bound with decimals is meant exactly.
  const half = ({ grain }: Quantity) =>
    (sign === '' ? grain : measure.shown && grain >= measure.unit ? measure.unit : 0) / 2
  const [below, above] = [low ? half(low) : 0, high ? half(high) : 0]
  return {
    min: low ? low.value + (sign === '>' ? below : -below) : -Infinity,
    minOpen: sign === '>' && below === 0,
    max: high ? high.value + (sign === '<' ? -above : above) : Infinity,
    maxOpen: sign === '<' || above > 0,
  }
}

const plainNumber = /^[-+]?\d{1,15}(?:\.\d{1,9})?$/

/** What of a field that holds numbers is meant. Throws QUERY_INVALID. */
export function readNumbers(value: Piece): Interval {
  const { sign, from, to } = readComparison(value)
  for (const bound of [from, to])
    if (bound && !plainNumber.test(bound.text))
      throw mistake(bound, 'This field wants a number, such as 5, <5 or 1..5; to look for a text, write it in quotes.')
  const [min, max] = [from ? Number(from.text) : -Infinity, to ? Number(to.text) : Infinity]
  if (min > max) throw backwards(value)
  return { min, max, minOpen: sign === '>', maxOpen: sign === '<' }
}

/** Whether a value of a field of text compares numbers after all, so that it is not taken for the text that it could be. */
export function comparesNumbers({ text }: Piece): boolean {
  const bounds = /^[<>]=?(.+)$/.exec(text)?.slice(1) ?? (text.includes('..') ? text.split('..') : [])
  return (
    bounds.some(bound => bound !== '') &&
    bounds.length <= 2 &&
    bounds.every(bound => bound === '' || plainNumber.test(bound))
  )
}

const dateWanted = 'This wants a date as 1999, 1999-05 or 1999-05-28, or a range such as 1990..1999'

function checkDate(piece: Piece, hint: string): string {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(piece.text) ?? []
  if (year === undefined) throw mistake(piece, `${dateWanted}${hint}.`)
  const days = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month ?? 1), 0)).getUTCDate()
  if (month !== undefined && (Number(month) < 1 || Number(month) > 12)) throw mistake(piece, 'There is no such month.')
  if (day !== undefined && (Number(day) < 1 || Number(day) > days)) throw mistake(piece, 'There is no such day.')
  return piece.text
}

/** What of a field that holds dates is meant. Throws QUERY_INVALID. */
export function readDates(value: Piece): { from: DateBound | null; to: DateBound | null } {
  const { sign, from, to } = readComparison(value)
  const bound = (piece: Piece | null, open: boolean) =>
    piece && { date: checkDate(piece, '; to look for a text, write it in quotes'), open }
  const [low, high] = [bound(from, sign === '>'), bound(to, sign === '<')]
  if (low && high && low.date.slice(0, high.date.length) > high.date) throw backwards(value)
  return { from: low, to: high }
}

const hour = 3_600_000
/** A month is 30 days and a year 365: how long ago, not which day. */
const ages: Readonly<Record<string, number>> = {
  h: hour,
  d: 24 * hour,
  w: 7 * 24 * hour,
  m: 30 * 24 * hour,
  y: 365 * 24 * hour,
}

/** When a file was changed: within or before an age, or in a range of days (UTC). Throws QUERY_INVALID. */
export function readMoments(value: Piece): { from: Moment | null; to: Moment | null } {
  const { sign, from, to } = readComparison(value)
  const [first, second] = [from && readAge(from), to && (to === from ? null : readAge(to))]
  if (typeof first === 'number' || typeof second === 'number') {
    if (sign === '') return { from: { ago: first as number }, to: null }
    const [least, most] = [first, second]
    if ((from && typeof least !== 'number') || (to && typeof most !== 'number'))
      throw mistake(value, 'A range is of two ages, as 7d..30d, or of two dates.')
    if (typeof least === 'number' && typeof most === 'number' && least > most) throw backwards(value)
    return {
      from: typeof most === 'number' ? { ago: most } : null,
      to: typeof least === 'number' ? { ago: least } : null,
    }
  }
  const hint = ', or an age such as 7d (h, d, w, m for month, y)'
  const [low, high] = [from && periodOf(checkDate(from, hint)), to && periodOf(checkDate(to, hint))]
  if (low && high && low.start >= high.end) throw backwards(value)
  return {
    from: low && { at: sign === '>' ? low.end : low.start },
    to: high && { at: sign === '<' ? high.start : high.end },
  }
}

/** An age in ms, or null for what is rather a date. */
function readAge(piece: Piece): number | null {
  const [, digits, unit = ''] = /^(\d{1,6})([a-z]+)$/i.exec(piece.text) ?? []
  if (digits === undefined) return null
  const scale = Object.hasOwn(ages, unit.toLowerCase()) ? ages[unit.toLowerCase()] : undefined
  if (scale === undefined)
    throw mistake(piece, `The unit “${unit}” is unknown; there are h, d, w, m for month, and y, as in 7d.`)
  return Number(digits) * scale
}

/** When the year, month or day begins, and when it is over. */
function periodOf(date: string): { start: number; end: number } {
  const [year = 0, month, day] = date.split('-').map(Number)
  const at = (y: number, m: number, d: number) => new Date(0).setUTCFullYear(y, m, d)
  if (month === undefined) return { start: at(year, 0, 1), end: at(year + 1, 0, 1) }
  if (day === undefined) return { start: at(year, month - 1, 1), end: at(year, month, 1) }
  return { start: at(year, month - 1, day), end: at(year, month - 1, day + 1) }
}
