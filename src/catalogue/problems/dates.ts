import type { Edit } from '../../schemas/change.ts'
import { fields } from '../../tags/fields.ts'
import { quoted, set, type TrackRule } from './rule.ts'

/*
 * Dates are YYYY, YYYY-MM or YYYY-MM-DD, as Picard writes them (picard-docs.musicbrainz.org, variables: date) and Navidrome asks for
 * (navidrome/website, docs/usage/library/tagging); a time may follow, as ID3v2.4 §4 (structure, timestamps) permits.
 */

const dateFields = fields.filter(({ kind }) => kind === 'date').map(({ name }) => name)
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

export const malformedDate: TrackRule = {
  kind: 'date-malformed',
  label: 'Malformed dates',
  explanation:
    'A date is YYYY, YYYY-MM or YYYY-MM-DD; what else stands there is read as another year or not at all. What can only mean one day is proposed in that form; 05/06/2003 can mean two, and zeros none.',
  scope: 'track',
  check(track) {
    const wrong = dateFields.flatMap(field => {
      const text = track.tags[field]?.[0] ?? ''
      return text === '' || isDate(text) ? [] : [{ field, text, meant: dateMeant(text) }]
    })
    if (wrong.length === 0) return null
    return {
      detail: wrong
        .map(({ field, text, meant }) => `${field} is ${quoted(text)}${meant ? `, which means ${meant}` : ''}`)
        .join('; ')
        .concat('.'),
      edits: wrong.flatMap(({ field, text, meant }): Edit[] => {
        if (/^[0\s./-]+$/.test(text)) return [{ op: 'remove', field }]
        return meant ? [set(field, meant)] : []
      }),
    }
  },
}

/** Whether a text is a date as tags have it, with or without a time behind it. */
export function isDate(text: string): boolean {
  const found = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ][\d:]{2,8}(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?)?)?$/.exec(text)
  return found !== null && isDay(Number(found[1]), Number(found[2] ?? 1), Number(found[3] ?? 1))
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1000 || month < 1 || month > 12 || day < 1) return false
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** The date that a text can only mean, or null. */
export function dateMeant(text: string): string | null {
  const plain = text.trim().replace(/^(?:©|\(c\)|℗|\(p\))\s*/i, '')
  const words = plain.toLowerCase()
  const digits = (pattern: RegExp) => pattern.exec(words)?.slice(1).map(Number) ?? null
  // A month or day of 0 is how some programs write that it is not known.
  const yearFirst = digits(/^(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?$/) ?? digits(/^(\d{4})(\d\d)(\d\d)$/)
  if (yearFirst) return dateOf(yearFirst[0], yearFirst[1], yearFirst[2])
  if (/^\d{4}$/.test(words)) return dateOf(Number(words))
  const moment = /^(\d{4}-\d\d-\d\d)[t ]\d/.exec(words)?.[1]
  if (moment !== undefined) return isDate(moment) ? moment : null
  const yearLast = digits(/^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$/)
  if (yearLast) {
    const [first = 0, second = 0, year] = yearLast
    // With dots the day comes first; else only a number above 12 tells.
    if (/^\d+\.\d+\./.test(words) || first > 12 || first === second) return dateOf(year, second, first)
    return second > 12 ? dateOf(year, first, second) : null
  }
  const monthYear = digits(/^(\d{1,2})[-/.](\d{4})$/)
  if (monthYear) return dateOf(monthYear[1], monthYear[0])
  const named =
    /^(?<day>\d{1,2})(?:st|nd|rd|th|\.)?\s+(?<month>[a-z]{3})[a-z]*\.?,?\s+(?<year>\d{4})$/.exec(words) ??
    /^(?<month>[a-z]{3})[a-z]*\.?\s+(?:(?<day>\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?<year>\d{4})$/.exec(words)
  const month = months.indexOf(named?.groups?.month ?? '') + 1
  if (!named?.groups || month === 0) return null
  return dateOf(Number(named.groups.year), month, named.groups.day === undefined ? undefined : Number(named.groups.day))
}

function dateOf(year = 0, month?: number, day?: number): string | null {
  const two = (n: number) => String(n).padStart(2, '0')
  if (!month) return !day && isDay(year, 1, 1) ? String(year) : null
  if (!day) return isDay(year, month, 1) ? `${year}-${two(month)}` : null
  return isDay(year, month, day) ? `${year}-${two(month)}-${two(day)}` : null
}
