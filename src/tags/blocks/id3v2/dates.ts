import type { Frame } from './tag.ts'
import { textValues } from './values.ts'

/*
 * Dates. ID3v2.4 has one timestamp frame (TDRC, TDOR: §4.2.5); ID3v2.3 and 2.2 spread the recording date over TYER
 * (year), TDAT (DDMM) and TIME (HHMM), and know of the original release only the year (TORY): §4.2.1.
 */

/** The frames that together are a date, by its modern frame. */
export const dateFrames: Readonly<Record<'TDRC' | 'TDOR', readonly string[]>> = {
  TDRC: ['TDRC', 'TYER', 'TDAT', 'TIME', 'TRDA'],
  TDOR: ['TDOR', 'TORY'],
}

/** The date that frames say, as `YYYY[-MM-DD[THH:MM]]` or what the file has instead; undefined where they say none. */
export function readDate(frames: readonly Frame[], modern: 'TDRC' | 'TDOR'): string | undefined {
  const first = (id: string): string | undefined => {
    const frame = frames.find(f => f.id === id)
    return frame && textValues(frame)[0]
  }
  const stamp = first(modern)
  if (stamp !== undefined) return stamp
  if (modern === 'TDOR') return first('TORY')
  const year = first('TYER')
  if (year === undefined || !/^\d{4}$/.test(year)) return year
  const day = /^(\d\d)(\d\d)$/.exec(first('TDAT') ?? '')
  if (!day) return year
  const time = /^(\d\d)(\d\d)$/.exec(first('TIME') ?? '')
  return `${year}-${day[2]}-${day[1]}${time ? `T${time[1]}:${time[2]}` : ''}`
}

/** A date as the texts of ID3v2.3's frames, by frame; null where they cannot say it. */
export function oldDate(
  value: string,
  modern: 'TDRC' | 'TDOR',
): ReadonlyArray<readonly [id: string, text: string]> | null {
  const m = /^(\d{4})(?:-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?)?$/.exec(value)
  if (!m) return null
  const [, year = '', month, day, hour, minute] = m
  if (modern === 'TDOR') return month === undefined ? [['TORY', year]] : null
  return [
    ['TYER', year],
    ...(month === undefined ? [] : ([['TDAT', `${day}${month}`]] as const)),
    ...(hour === undefined ? [] : ([['TIME', `${hour}${minute}`]] as const)),
  ]
}
