import { genreNames } from '../../genres.ts'
import { starsOfPopm } from '../../ratings.ts'
import { parseDescribed } from './body.ts'
import { fieldOfSlot, type Slot, type SlotField } from './slots.ts'
import type { Frame } from './tag.ts'
import { decodeText, latin1, splitValues, terminator } from './text.ts'

/** A role or instrument and the person who fills it (TIPL, TMCL, IPLS). */
export type Credit = readonly [role: string, person: string]

/** The values of a text frame; none where its encoding byte is no encoding. */
export function textValues(frame: Frame): string[] {
  const body = frame.body()
  const encoding = body?.[0]
  if (!body || encoding === undefined || encoding > 3) return []
  return splitValues(decodeText(body.subarray(1), encoding))
}

/** The pairs of TIPL, TMCL or IPLS, empty persons included. */
export function credits(frame: Frame): Credit[] {
  const body = frame.body()
  const encoding = body?.[0]
  if (!body || encoding === undefined || encoding > 3) return []
  const words = decodeText(body.subarray(1), encoding).split('\0')
  const pairs: Credit[] = []
  for (let i = 0; i + 1 < words.length; i += 2) pairs.push([words[i] as string, words[i + 1] as string])
  return pairs
}

function performerValue([instrument, person]: Credit): string {
  return instrument ? `${person} (${instrument})` : person
}

/** `Person (instrument)` taken apart. */
export function performerCredit(value: string): Credit {
  const m = /^(.*\S)\s+\(([^()]*)\)$/s.exec(value)
  return m ? [m[2] as string, m[1] as string] : ['', value]
}

export interface Popm {
  readonly email: string
  readonly rating: number
  readonly counter: Uint8Array
}

export function popm(frame: Frame): Popm | null {
  const body = frame.body()
  if (!body) return null
  const [end, next] = terminator(body, 0, 0)
  const rating = body[next]
  return rating === undefined
    ? null
    : { email: latin1(body.subarray(0, end)), rating, counter: body.subarray(next + 1) }
}

/** One value that a frame gives to a field. */
export interface Reading extends SlotField {
  readonly values: readonly string[]
}

const knownRoles = new Set(['arranger', 'engineer', 'producer', 'mix', 'dj-mix'])

const ownTextFrames = new Set(['MVNM', 'MVIN', 'GRP1'])

/** Whether a frame is an encoding and a text (§4.2), as iTunes' own of other letters are too. */
export function isTextFrame(id: string): boolean {
  return (id.startsWith('T') && id !== 'TXXX') || ownTextFrames.has(id)
}

/** What a frame says, field by field; dates of old tags are put together elsewhere. */
export function readFrame(frame: Frame): Reading[] {
  const { id } = frame
  if (id === 'TXXX') {
    const parsed = parseFrame(frame, false)
    return parsed ? reading({ form: 'user', frame: 'TXXX', name: parsed.description }, splitValues(parsed.text)) : []
  }
  if (id === 'COMM' || id === 'USLT') {
    const parsed = parseFrame(frame, true)
    return parsed
      ? reading({ form: 'comment', frame: id, description: parsed.description }, splitValues(parsed.text))
      : []
  }
  if (id === 'TIPL' || id === 'TMCL' || id === 'IPLS') return readCredits(frame)
  if (id === 'UFID') {
    const body = frame.body()
    if (!body) return []
    const [end, next] = terminator(body, 0, 0)
    return reading({ form: 'ufid', frame: 'UFID', owner: latin1(body.subarray(0, end)) }, [latin1(body.subarray(next))])
  }
  if (id === 'POPM') {
    const found = popm(frame)
    return found ? reading({ form: 'popm', frame: 'POPM' }, [String(starsOfPopm(found.rating))]) : []
  }
  if (id === 'PCST') return reading({ form: 'flag', frame: id }, ['1'])
  if (id === 'TCON') return reading({ form: 'text', frame: id }, genreNames(textValues(frame)))
  if (id === 'TRCK' || id === 'TPOS' || id === 'MVIN') return readParts(frame)
  if (isTextFrame(id)) return reading({ form: 'text', frame: id }, textValues(frame))
  if (id.startsWith('W') && id !== 'WXXX') {
    const body = frame.body()
    return body ? reading({ form: 'url', frame: id }, splitValues(latin1(body)).slice(0, 1)) : []
  }
  return []
}

function reading(slot: Slot, values: readonly string[]): Reading[] {
  const found = fieldOfSlot(slot)
  const present = values.filter(value => value !== '')
  return found && present.length > 0 ? [{ ...found, values: present }] : []
}

function parseFrame(frame: Frame, withLanguage: boolean) {
  const body = frame.body()
  return body ? parseDescribed(body, withLanguage) : null
}

function readParts(frame: Frame): Reading[] {
  const [number = '', total = ''] = parts(textValues(frame)[0] ?? '')
  return [
    ...reading({ form: 'part', frame: frame.id, part: 0 }, [number]),
    ...reading({ form: 'part', frame: frame.id, part: 1 }, [total]),
  ]
}

/** `3/12` as ['3', '12']; without a slash the total is absent. */
export function parts(text: string): [string, string?] {
  const at = text.indexOf('/')
  return at < 0 ? [text] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

function readCredits(frame: Frame): Reading[] {
  return credits(frame).flatMap(credit => {
    const [role, person] = credit
    const known = knownRoles.has(role.toLowerCase())
    if (frame.id !== 'TMCL' && known) return reading({ form: 'role', frame: 'TIPL', role }, [person])
    return frame.id === 'TIPL' ? [] : reading({ form: 'performers', frame: 'TMCL' }, [performerValue(credit)])
  })
}

/** Whether a credit of TIPL or IPLS belongs to a field of its own. */
export function isKnownRole(role: string): boolean {
  return knownRoles.has(role.toLowerCase())
}
