import type { Refusal } from '../../items.ts'
import { popmOfStars } from '../../ratings.ts'
import { describedBody, parseDescribed, popmBody, textBody, ufidBody, urlBody } from './body.ts'
import { dateFrames, oldDate } from './dates.ts'
import { modernId, storedId } from './ids.ts'
import { type Slot, slotsOf } from './slots.ts'
import type { Frame } from './tag.ts'
import { isLatin1, latin1, terminator } from './text.ts'
import { type Credit, credits, isKnownRole, parts, performerCredit, popm, textValues } from './values.ts'

/** A frame to be written: the id that the file gets, and the body. */
export interface NewFrame {
  readonly id: string
  readonly body: Uint8Array
}

/** The frames that give way, and what takes the place of the first of them. */
export interface FrameEdit {
  matches(frame: Frame): boolean
  make(old: readonly Frame[]): readonly NewFrame[]
}

type Values = readonly string[]
type Version = 2 | 3 | 4

class Unstorable extends Error {
  readonly code: Refusal['code']
  constructor(code: Refusal['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** The edits of frames that give fields their new values, and what ID3v2 of this version cannot hold. */
export function frameEdits(
  frames: readonly Frame[],
  version: Version,
  wanted: ReadonlyMap<string, Values>,
): { edits: FrameEdit[]; refused: Refusal[] } {
  const edits: FrameEdit[] = []
  const refused: Refusal[] = []
  const shared = new Map<string, Array<readonly [Slot, Values]>>()
  for (const [field, values] of wanted) {
    try {
      const slots = slotsOf(field)
      const slot = chooseSlot(slots, frames, version)
      if (!slot) {
        if (values.length === 0) continue
        throw new Unstorable('FIELD_UNSUPPORTED', `ID3v2.${version} has no place for this field.`)
      }
      const group = groupOf(slot)
      if (group) shared.set(group, [...(shared.get(group) ?? []), [slot, values]])
      else edits.push(edit(slots, slot, values, version))
    } catch (error) {
      if (!(error instanceof Unstorable)) throw error
      refused.push({ field, code: error.code, detail: error.message })
    }
  }
  for (const [group, members] of shared)
    edits.push(group === 'credits' ? creditEdit(members, version) : partEdit(group, members, version))
  return { edits, refused }
}

/** Fields that share a frame are edited together. */
function groupOf(slot: Slot): string | null {
  if (slot.form === 'part') return slot.frame
  return slot.form === 'role' || slot.form === 'performers' ? 'credits' : null
}

function chooseSlot(slots: readonly Slot[], frames: readonly Frame[], version: Version): Slot | undefined {
  const possible = slots.filter(slot => hasPlace(slot, version))
  return possible.find(slot => frames.some(frame => slotMatches(slot, frame))) ?? possible[0]
}

function hasPlace(slot: Slot, version: Version): boolean {
  return (
    slot.form === 'date' || slot.form === 'role' || slot.form === 'performers' || storedId(slot.frame, version) !== null
  )
}

/** Whether a frame holds (a part of) what belongs into a slot. */
function slotMatches(slot: Slot, frame: Frame): boolean {
  switch (slot.form) {
    case 'user':
      return frame.id === 'TXXX' && described(frame, false)?.description.toLowerCase() === slot.name.toLowerCase()
    case 'comment':
      return (
        frame.id === slot.frame && described(frame, true)?.description.toLowerCase() === slot.description.toLowerCase()
      )
    case 'ufid':
      return frame.id === 'UFID' && ownerOf(frame) === slot.owner
    case 'date':
      return dateFrames[slot.frame].includes(frame.id)
    default:
      return frame.id === slot.frame
  }
}

function described(frame: Frame, withLanguage: boolean) {
  const body = frame.body()
  return body ? parseDescribed(body, withLanguage) : null
}

function ownerOf(frame: Frame): string | null {
  const body = frame.body()
  return body ? latin1(body.subarray(0, terminator(body, 0, 0)[0])) : null
}

const encodingOf = (frame: Frame | undefined): number | undefined => frame?.body(1)?.[0]

function edit(slots: readonly Slot[], slot: Slot, values: Values, version: Version): FrameEdit {
  const matches = (frame: Frame) => slots.some(s => slotMatches(s, frame))
  if (values.length === 0) return { matches, make: () => [] }
  check(slot, values, version)
  return { matches, make: old => write(slot, values, version, old) }
}

function check(slot: Slot, values: Values, version: Version): void {
  if (slot.form === 'date' && version < 4 && oldDate(values[0] as string, slot.frame) === null) {
    throw new Unstorable(
      'VALUE_UNSUPPORTED',
      slot.frame === 'TDOR'
        ? `ID3v2.${version} holds only a year here, such as 2003.`
        : `ID3v2.${version} holds a year or a full date here, such as 2003 or 2003-05-17.`,
    )
  }
  if (slot.form === 'popm' && !/^[0-5]$/.test(values[0] as string)) {
    throw new Unstorable('VALUE_UNSUPPORTED', 'A rating is a number of stars from 0 to 5.')
  }
  if (slot.form === 'flag' && !/^[01]$/.test(values[0] as string)) {
    throw new Unstorable('VALUE_UNSUPPORTED', 'This field is 0 or 1.')
  }
  if ((slot.form === 'url' || slot.form === 'ufid') && !values.every(isLatin1)) {
    throw new Unstorable('VALUE_UNSUPPORTED', 'ID3v2 allows only Latin-1 letters here.')
  }
}

function write(slot: Slot, values: Values, version: Version, old: readonly Frame[]): NewFrame[] {
  const id = storedId(slot.frame, version) ?? slot.frame
  const first = old.find(frame => frame.id === slot.frame)
  switch (slot.form) {
    case 'date':
      return writeDate(slot.frame, values, version, old)
    case 'user': {
      const name = (first && described(first, false)?.description) || slot.name
      return [{ id, body: describedBody(name, values, version, encodingOf(first)) }]
    }
    case 'comment':
      return writeComments(id, slot.description, values, version, old)
    case 'ufid':
      return values.slice(0, 1).map(value => ({ id, body: ufidBody(slot.owner, value) }))
    case 'url':
      return values.map(value => ({ id, body: urlBody(value) }))
    case 'flag':
      return values[0] === '1' ? [{ id, body: new Uint8Array(4) }] : []
    case 'popm': {
      // One per program that rated or played it: all get the rating, and keep their name and counter.
      const before = old.flatMap(frame => popm(frame) ?? [])
      const rating = popmOfStars(Number(values[0]))
      const rated = before.length > 0 ? before : [{ email: 'no@email', counter: new Uint8Array(4) }]
      return rated.map(({ email, counter }) => ({ id, body: popmBody(email, rating, counter) }))
    }
    default:
      return [
        { id, body: textBody(slot.frame === 'TCON' ? values.map(escapeGenre) : values, version, encodingOf(first)) },
      ]
  }
}

/** ID3v2.3 §4.2.1: a genre that starts with a bracket doubles it. */
function escapeGenre(value: string): string {
  return value.startsWith('(') ? `(${value}` : value
}

function writeDate(modern: 'TDRC' | 'TDOR', values: Values, version: Version, old: readonly Frame[]): NewFrame[] {
  const encoding = encodingOf(old[0])
  if (version === 4) return [{ id: modern, body: textBody(values, version, encoding) }]
  return (oldDate(values[0] as string, modern) ?? []).map(([id, text]) => ({
    id: storedId(id, version) as string,
    body: textBody([text], version, encoding),
  }))
}

/** One comment frame with all values; frames in several languages stay several where there are as many values. */
function writeComments(
  id: string,
  description: string,
  values: Values,
  version: Version,
  old: readonly Frame[],
): NewFrame[] {
  const before = old.map(frame => described(frame, true))
  const body = (texts: Values, at: number) =>
    describedBody(
      before[at]?.description ?? description,
      texts,
      version,
      encodingOf(old[at]),
      before[at]?.language || 'eng',
    )
  if (old.length > 1 && old.length === values.length) return values.map((value, i) => ({ id, body: body([value], i) }))
  return [{ id, body: body(values, 0) }]
}

function partEdit(frameId: string, members: ReadonlyArray<readonly [Slot, Values]>, version: Version): FrameEdit {
  return {
    matches: frame => frame.id === frameId,
    make(old) {
      const first = old[0]
      const now: Array<string | undefined> = parts((first && textValues(first)[0]) ?? '')
      for (const [slot, values] of members) if (slot.form === 'part') now[slot.part] = values[0]
      const text = now[1] ? `${now[0] ?? ''}/${now[1]}` : (now[0] ?? '')
      const id = storedId(frameId, version) ?? frameId
      return text === '' ? [] : [{ id, body: textBody([text], version, encodingOf(first)) }]
    },
  }
}

/** ID3v2.4 keeps roles in TIPL and instruments in TMCL; older tags keep both in IPLS. Credits that no field names stay, in order. */
function creditEdit(members: ReadonlyArray<readonly [Slot, Values]>, version: Version): FrameEdit {
  const involved = version === 4 ? 'TIPL' : modernId(storedId('IPLS', version) as string, version)
  const wantsPerformers = members.some(([slot]) => slot.form === 'performers')
  const wantsRoles = members.some(([slot]) => slot.form === 'role')
  const performersIn = version === 4 ? 'TMCL' : involved
  const touched = new Set([
    ...(wantsRoles ? [involved, 'TIPL', 'IPLS'] : []),
    ...(wantsPerformers ? [performersIn, 'TMCL', 'IPLS'] : []),
  ])
  return {
    matches: frame => touched.has(frame.id),
    make(old) {
      let people = old.filter(frame => frame.id !== 'TMCL').flatMap(credits)
      let players = old.filter(frame => frame.id === 'TMCL').flatMap(credits)
      // In a list of both, what is no known role is an instrument.
      if (version < 4 || old.some(frame => frame.id === 'IPLS')) {
        players = [...players, ...people.filter(([role]) => !isKnownRole(role))]
        people = people.filter(([role]) => isKnownRole(role))
      }
      for (const [slot, values] of members) {
        if (slot.form === 'role') people = replaceRole(people, slot.role, values)
        if (slot.form === 'performers') players = values.map(performerCredit)
      }
      const encoding = encodingOf(old[0])
      const frame = (id: string, list: readonly Credit[]): NewFrame[] =>
        list.length === 0 ? [] : [{ id, body: textBody(list.flat(), version, encoding) }]
      if (version < 4) return frame(storedId('IPLS', version) as string, [...people, ...players])
      return [...frame('TIPL', people), ...frame('TMCL', players)]
    },
  }
}

function replaceRole(people: readonly Credit[], role: string, persons: Values): Credit[] {
  const is = (credit: Credit) => credit[0].toLowerCase() === role.toLowerCase()
  const at = people.findIndex(is)
  const kept = people.filter(credit => !is(credit))
  const fresh = persons.map(person => [people[at]?.[0] ?? role, person] as const)
  return at < 0
    ? [...kept, ...fresh]
    : [...people.slice(0, at), ...fresh, ...people.slice(at).filter(credit => !is(credit))]
}
