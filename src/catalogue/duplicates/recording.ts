import { folded } from '../../library/order.ts'
import type { Tags } from '../../schemas/common.ts'
import { fieldKey } from '../../tags/fields.ts'

/*
 * Which recording a track is, by its tags. An id of MusicBrainz or AcoustID or an ISRC says it; artist and title do where they
 * are the same but for spelling. A live version, a remix, an acoustic or a mono one is another recording, so of what people add to
 * a title only that is taken away which is known not to name one; all else stays and tells titles apart.
 */

/** What tells a recording; texts are comparable, none is shown. */
export interface RecordingSigns {
  /** Ids, each with what kind it is of: tracks that share one are the same recording. */
  readonly ids: readonly string[]
  /** MusicBrainz's id of the recording: two of them are two recordings, whatever the title. Empty where there is none. */
  readonly recording: string
  /** Artist, title and kind of version; null where one of the first two is missing. */
  readonly name: string | null
  /** Album, disc and number: what tells the interludes of an album apart. */
  readonly slot: string
}

const idFields: ReadonlyArray<readonly [field: string, shape: RegExp]> = [
  ['musicbrainz_recordingid', /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/],
  ['acoustid_id', /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/],
  // ISO 3901: country, registrant, year, number.
  ['isrc', /^[a-z]{2}[a-z0-9]{3}\d{7}$/],
]

/** What the tags say of the recording. */
export function recordingSigns(tags: Tags): RecordingSigns {
  const byKey = new Map(Object.entries(tags).map(([name, values]) => [fieldKey(name), values]))
  const all = (field: string): readonly string[] => byKey.get(field) ?? []
  const first = (field: string): string => all(field)[0]?.trim() ?? ''
  const ids = idFields.flatMap(([field, shape]) =>
    all(field)
      .map(value => (field === 'isrc' ? value.replace(/[-\s]/g, '') : value.trim()).toLowerCase())
      .filter(value => shape.test(value))
      .map(value => `${field} ${value}`),
  )
  const artist = comparableArtist(first('artist') || first('albumartist'))
  const title = comparableTitle([first('title'), ...all('subtitle').map(text => `(${text})`)].join(' '))
  const version = versionWords([first('album'), ...all('releasetype'), ...all('version')].join(' '))
  return {
    ids,
    recording: ids.find(id => id.startsWith('musicbrainz')) ?? '',
    name: artist && title ? [artist, title, version].join('\0') : null,
    slot: [comparable(first('album')), numberOf(first('discnumber')), numberOf(first('tracknumber'))].join('\0'),
  }
}

const numberOf = (text: string): string => /\d+/.exec(text)?.[0].replace(/^0+/, '') ?? ''

/** Letters and digits alone, so that spelling, case, accents and punctuation do not matter; the text as it is where it has none. */
export function comparable(text: string): string {
  const plain = folded(text)
  const words = plain
    .replaceAll('&', ' and ')
    .replace(/['’‘ʼ`´]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  return words === '' ? plain.trim() : words
}

/** The first artist, without the guests and without the article in front. */
function comparableArtist(artist: string): string {
  return comparable(withoutGuests(artist).replace(/^the\s+(?=\S)/i, ''))
}

/** A title without what does not name another version of it. */
function comparableTitle(title: string): string {
  const brackets = title.replace(/\s*[([]([^()[\]]*)[)\]]/g, (whole, inside: string) =>
    isNeutral(inside) ? '' : whole,
  )
  const segments = brackets.split(/\s+[-–—]\s+/)
  while (segments.length > 1 && isNeutral(segments.at(-1) as string)) segments.pop()
  return comparable(withoutGuests(segments.join(' ')))
}

const year = '(?:19|20)\\d\\d'
/** What stands behind a title, in brackets or after a dash, and names no other recording. */
const neutral: readonly RegExp[] = [
  /^(?:feat|ft|featuring)\b\.?\s*\S/i,
  new RegExp(
    `^(?:${year}\\s+)?(?:digital(?:ly)?\\s+)?re-?master(?:ed|s)?(?:\\s+(?:in\\s+|from\\s+)?(?:${year}|version|edition|track))*$`,
    'i',
  ),
  /^(?:album|original|original album|lp) version$/i,
  /^original mix$/i,
  /^explicit(?: version)?$/i,
  /^(?:hidden|bonus)(?: track)?$/i,
]

const isNeutral = (text: string): boolean => neutral.some(pattern => pattern.test(text.trim()))

/** The guests of a title or an artist, named without brackets: `ft` needs its dot, as it is also a length. */
function withoutGuests(text: string): string {
  return text.replace(/\s+(?:feat\b\.?|ft\.|featuring\b)\s+[^()[\]]*?(?=\s+[([]|$)/i, '')
}

/** What an album's title or kind says of all versions on it: the song of a live album is not that of the studio's. */
const versions: ReadonlyArray<readonly [word: string, pattern: RegExp]> = [
  ['live', /\b(?:live|unplugged|in concert)\b/],
  ['remix', /\bremix(?:es|ed)?\b/],
  ['karaoke', /\bkaraoke\b/],
  ['instrumental', /\binstrumentals?\b/],
  ['acoustic', /\bacoustic\b/],
  ['demo', /\bdemos?\b/],
  ['mono', /\bmono\b/],
]

function versionWords(text: string): string {
  const plain = folded(text)
  return versions.flatMap(([word, pattern]) => (pattern.test(plain) ? [word] : [])).join(' ')
}
