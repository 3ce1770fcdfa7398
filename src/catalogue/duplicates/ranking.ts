import type { Audio } from '../../schemas/track.ts'

/* Which of several copies of a recording is the better one, and why. */

/** What a copy is judged by. */
export interface Copy {
  readonly audio: Audio | null
  /** Whether no codec could take the file apart: it may be damaged. */
  readonly damaged: boolean
  /** Fields that are set, and embedded pictures. */
  readonly fields: number
  readonly pictures: number
}

export interface Verdict {
  /** Places of the best copies in the list: several where nothing tells them apart. */
  readonly best: readonly number[]
  /** For each copy why it is worse than the best; null for the best. */
  readonly worse: readonly (string | null)[]
  /** Why the best is the best, and what another has that it lacks. */
  readonly reasons: readonly string[]
}

interface Criterion {
  /** The better, the larger; copies with the same are as good. */
  score(copy: Copy, all: readonly Copy[]): number
  /** Of the best copy. */
  better(best: Copy, worse: Copy): string
  /** Of another one. */
  worse(worse: Copy, best: Copy): string
}

const isLossless = ({ audio }: Copy): boolean => audio?.lossless === true

/** Seconds by which a copy has to be shorter than the longest to be thought of as cut off. */
const noticeable = 1

function lacksEnd({ audio }: Copy, all: readonly Copy[]): boolean {
  const longest = Math.max(...all.map(copy => copy.audio?.duration ?? 0))
  return audio?.duration != null && longest - audio.duration > noticeable
}

/**
 * Bits of MP3 that a bit of another lossy codec is worth, roughly, as listening tests at 96 to 128 kbit/s have it. Only for
 * the order of copies in different codecs; sentences name the real rates.
 */
const worth: ReadonlyArray<readonly [codec: RegExp, factor: number]> = [
  [/opus/i, 1.5],
  [/aac|mp4a|vorbis|musepack|mpc/i, 1.3],
]

/** Steps in which bit rates are compared (bit/s): less is no difference to be heard, and often only the counting. */
const rateStep = 8000

function effectiveRate(copy: Copy): number {
  const { bitrate = null, codec = null } = copy.audio ?? {}
  if (bitrate === null || isLossless(copy)) return 0
  const factor = worth.find(([name]) => name.test(codec ?? ''))?.[1] ?? 1
  return Math.round((bitrate * factor) / rateStep)
}

const kilo = (value: number | null | undefined): string => `${Math.round((value ?? 0) / 1000)}`
const codecOf = ({ audio }: Copy): string => audio?.codec ?? audio?.container ?? 'an unknown codec'
const count = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`

function rates(one: Copy, other: Copy): string {
  return one.audio?.codec === other.audio?.codec
    ? `${kilo(one.audio?.bitrate)} against ${kilo(other.audio?.bitrate)} kbit/s`
    : `${kilo(one.audio?.bitrate)} kbit/s of ${codecOf(one)} against ${kilo(other.audio?.bitrate)} of ${codecOf(other)}`
}

/** In the order of their weight: sound before tags. */
const criteria: readonly Criterion[] = [
  {
    score: copy => Number(!copy.damaged && copy.audio !== null),
    better: () => 'It can be read; another copy is damaged.',
    worse: () => 'Damaged, or not readable.',
  },
  {
    score: copy => Number(isLossless(copy)),
    better: (best, worse) => `It is lossless (${codecOf(best)}); another copy is lossy (${codecOf(worse)}).`,
    worse: worse => `Lossy (${codecOf(worse)}), where the best copy is lossless.`,
  },
  {
    score: copy => copy.audio?.channels ?? 0,
    better: (best, worse) =>
      `It has ${best.audio?.channels} channels, not ${worse.audio?.channels ?? 'an unknown number'}.`,
    worse: (worse, best) => `${count(worse.audio?.channels ?? 0, 'channel')} against ${best.audio?.channels}.`,
  },
  {
    score: copy => (isLossless(copy) ? (copy.audio?.bitsPerSample ?? 0) : 0),
    better: (best, worse) =>
      `It has ${best.audio?.bitsPerSample} bits per sample, not ${worse.audio?.bitsPerSample ?? 'as many'}.`,
    worse: (worse, best) =>
      `${worse.audio?.bitsPerSample ?? 'Fewer'} bits per sample against ${best.audio?.bitsPerSample}.`,
  },
  {
    score: copy => (isLossless(copy) ? (copy.audio?.sampleRate ?? 0) : 0),
    better: (best, worse) =>
      `Its sample rate is higher: ${best.audio?.sampleRate} against ${worse.audio?.sampleRate ?? 'fewer'} Hz.`,
    worse: (worse, best) =>
      `A lower sample rate: ${worse.audio?.sampleRate ?? 'unknown'} against ${best.audio?.sampleRate} Hz.`,
  },
  {
    score: effectiveRate,
    better: (best, worse) => `Its bit rate is better: ${rates(best, worse)}.`,
    worse: (worse, best) => `A lower bit rate: ${rates(worse, best)}.`,
  },
  {
    score: (copy, all) => Number(!lacksEnd(copy, all)),
    better: (best, worse) => `It is whole; another copy is ${shorter(worse, best)} shorter and may be cut off.`,
    worse: (worse, best) => `It is ${shorter(worse, best)} shorter and may be cut off.`,
  },
  {
    score: copy => copy.fields,
    better: (best, worse) => `Its tags are more complete: ${count(best.fields, 'field')} against ${worse.fields}.`,
    worse: (worse, best) => `Fewer fields are set: ${worse.fields} against ${best.fields}.`,
  },
  {
    score: copy => Number(copy.pictures > 0),
    better: () => 'It has a picture; another copy has none.',
    worse: () => 'It has no picture.',
  },
]

function shorter(worse: Copy, best: Copy): string {
  return `${((best.audio?.duration ?? 0) - (worse.audio?.duration ?? 0)).toFixed(1)} s`
}

/** Judges copies of one recording, of which there is at least one. */
export function rank(copies: readonly Copy[]): Verdict {
  const scores = copies.map(copy => criteria.map(({ score }) => score(copy, copies)))
  const compare = (a: number, b: number): number => {
    const decisive = decisiveOf(scores[a] as number[], scores[b] as number[])
    return decisive < 0 ? 0 : (scores[b]?.[decisive] ?? 0) - (scores[a]?.[decisive] ?? 0)
  }
  const order = copies.map((_, i) => i).sort((a, b) => compare(a, b) || a - b)
  const first = order[0] as number
  const best = order.filter(i => compare(i, first) === 0)
  const winner = copies[first] as Copy
  const worse: (string | null)[] = copies.map(() => null)
  const reasons = new Map<number, string>()
  for (const i of order) {
    const copy = copies[i] as Copy
    const decisive = decisiveOf(scores[first] as number[], scores[i] as number[])
    if (decisive < 0) continue
    const { better, worse: say } = criteria[decisive] as Criterion
    worse[i] = say(copy, winner)
    if (!reasons.has(decisive)) reasons.set(decisive, better(winner, copy))
  }
  return {
    best,
    worse,
    reasons: [...reasons.values(), ...ties(best.length, copies.length), ...lacking(winner, copies)],
  }
}

/** The first criterion by which two copies differ, or -1. */
function decisiveOf(one: readonly number[], other: readonly number[]): number {
  return one.findIndex((score, i) => score !== other[i])
}

function ties(best: number, all: number): string[] {
  if (best === 1) return []
  return [
    best === all
      ? 'Nothing tells the copies apart: they are equally good, and this one only comes first.'
      : `${best} copies are equally good; this one only comes first.`,
  ]
}

/** What should be taken over before a worse copy is deleted. */
function lacking(best: Copy, copies: readonly Copy[]): string[] {
  const fields = Math.max(...copies.map(copy => copy.fields))
  return [
    ...(fields > best.fields ? [`But another copy has more fields set: ${fields} against ${best.fields}.`] : []),
    ...(best.pictures === 0 && copies.some(copy => copy.pictures > 0) ? ['But another copy has a picture.'] : []),
  ]
}
