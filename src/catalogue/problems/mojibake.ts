import { decoded, encoded, guessPage, isOdd, readIn } from './code-pages.ts'
import { type AlbumRule, type CataloguedTrack, type Finding, quoted, set } from './rule.ts'

/** Ids and measures are no text, and very long texts cost more than they are worth. */
const notText = /^(?:musicbrainz|acoustid|musicip|replaygain|r128)/i
const longest = 1000

export const mojibake: AlbumRule = {
  kind: 'mojibake',
  label: 'Text in a wrong code page',
  explanation:
    'A program wrote the tags in the code page of another country, or in UTF-8, without saying so; everything else reads them as Western letters: “Êèíî” is “Кино”. What the letters of the whole album can only have meant is proposed.',
  scope: 'album',
  check({ tracks }) {
    const texts = new Set<string>()
    for (const track of tracks) {
      for (const [, values] of textsOf(track)) {
        for (const value of values) if (isForeign(value)) texts.add(value)
      }
    }
    if (texts.size === 0) return []
    const repaired = repairs([...texts])
    return repaired.size === 0 ? [] : tracks.flatMap(track => finding(track, repaired))
  },
}

const isForeign = (text: string): boolean => text.length <= longest && /[^\0-\x7f]/.test(text)

function textsOf({ tags }: CataloguedTrack): [string, readonly string[]][] {
  return Object.entries(tags).filter(([field]) => !notText.test(field))
}

function finding(track: CataloguedTrack, repaired: ReadonlyMap<string, string>): Finding[] {
  const wrong = textsOf(track).filter(([, values]) => values.some(value => repaired.has(value)))
  if (wrong.length === 0) return []
  const seen = new Set(wrong.flatMap(([, values]) => values.filter(value => repaired.has(value))))
  return [
    {
      path: track.path,
      detail: `${[...seen].map(value => `${quoted(value)} should read ${quoted(repaired.get(value) ?? '')}`).join('; ')}.`,
      edits: wrong.map(([field, values]) => set(field, ...values.map(value => repaired.get(value) ?? value))),
    },
  ]
}

/** What the texts of an album should read, for those that are in a wrong code page. */
export function repairs(texts: readonly string[]): Map<string, string> {
  const repaired = new Map<string, string>()
  const left: string[] = []
  for (const text of texts) {
    const read = fromUtf8(text)
    if (read === null) left.push(text)
    else repaired.set(text, read)
  }
  const page = left.some(isOdd) ? guessPage(left) : null
  const neighbour = page === null ? neighbouringPage(left) : null
  for (const text of left) {
    const read = page !== null ? readIn(text, page) : neighbour !== null ? readAs(text, neighbour) : controlsOut(text)
    if (read !== null && read !== text) repaired.set(text, read)
  }
  return repaired
}

/** A text whose UTF-8 was read as Western or Windows-1251, up to three times over; null for others. */
function fromUtf8(text: string): string | null {
  // The first byte of a letter in UTF-8 and one that may follow it.
  if (!/[Â-ôРС][^\0-\x7f]/.test(text)) return null
  // An accented capital at the end of a word in capitals, and a quote or dots behind it: OLÉ… is that.
  if (/\p{Lu}[À-Þ][‘’“”…–—™](?!\p{L})/u.test(text)) return null
  let found: string | null = null
  let now = text
  for (let times = 0; times < 3; times++) {
    const next = utf8Of(now)
    if (next === null) break
    if (isLikely(next)) found = next
    now = next
  }
  return found
}

function utf8Of(text: string): string | null {
  for (const page of ['windows-1252', 'windows-1251'] as const) {
    const bytes = encoded(text, page)
    const read = bytes && decoded(bytes, 'utf-8')
    if (!read || read === text) continue
    // Of what was taken for Cyrillic only Cyrillic is believed.
    if (page === 'windows-1252' || /^[\0-\x7f\u0400-\u04ff\u2010-\u2026«»№\u00a0]+$/.test(read)) return read
  }
  return null
}

/** Letters of living scripts and the signs around them; not what pairs of Western letters would make by chance. */
function isLikely(text: string): boolean {
  const foreign = text.replace(/[\0-\x7f]+/g, '')
  return /^(?:[\u00a0-\u017f\u01a0\u01a1\u01af\u01b0\u01cd-\u01dc\u01e6-\u01f5\u0218-\u021b\u0386-\u03ce\u0400-\u04ff\u0531-\u058a\u05b0-\u05f4\u060c-\u06d5\u0e01-\u0e5b\u10a0-\u10ff\u1e00-\u1eff\u2010-\u203a\u20ac\u2116\u2122\u2190-\u21ff\u2600-\u27bf\u3000-\u30ff\u31f0-\u9fff\uac00-\ud7a3\uff01-\uffe5]|[\u0900-\u0dff]|\p{M}|\p{Extended_Pictographic}|\ufe0f)+$/u.test(
    foreign,
  )
}

/*
 * Pages that share most letters with the Western one, so that a wrong letter here and there is all that shows. Each is told by
 * letters side by side that no language has which is written in the Western page.
 */
const neighbours: readonly { page: string; all: readonly RegExp[] }[] = [
  // Polish: ł, ą, ś and ż are signs within a word.
  { page: 'iso-8859-2', all: [/[a-zà-ÿ][³±¶¼][a-zà-ÿ³±¶¼]/, /[a-zà-ÿ][±¶]|[±¶][a-zà-ÿ]/] },
  {
    page: 'windows-1250',
    all: [/[a-zà-ÿ][³¹¿Ÿ][a-zà-ÿœ³¹¿Ÿ]|(?:^|[^\p{L}\p{N}])[£¯][a-zà-ÿ]/u, /\p{L}[³¹¿œæêñ]\p{L}/u],
  },
  // Czech and Slovak: ì and ù before a letter, which Italian has not, beside ø, š, ž or ý, which Gaelic has not.
  { page: 'windows-1250', all: [/[øžšýï]/, /[ìù]\p{Ll}|ø[íìáé]|[íìá]ø/u, /[ìùè]\p{Ll}/u, /^[^ðþæ]*$/u] },
  // Hungarian: õ with ö or ü and an acute; Estonian has no acute, Portuguese no ö.
  { page: 'windows-1250', all: [/õ/i, /[öü]/i, /[áéíóú]/i, /^[^ãçñäðþæøåàèìòùâêîô]*$/i] },
  // Turkish: ş where Icelandic has no þ, beside another Turkish letter.
  {
    page: 'windows-1254',
    all: [/\p{L}þ(?=$|[^\p{L}]|[bcdfgklmnpstz])/u, /[ýÝðÐçü]/, /^[^áéíóúæ]*$/i],
  },
]

/** The page near the Western one that all texts of an album together tell, or null. */
function neighbouringPage(texts: readonly string[]): string | null {
  const all = texts.flatMap(text => readAs(text, 'windows-1252') ?? []).join('\n')
  return neighbours.find(({ all: signs }) => signs.every(sign => sign.test(all)))?.page ?? null
}

function readAs(text: string, page: string): string | null {
  const bytes = encoded(text, 'windows-1252')
  return bytes && decoded(bytes, page)
}

/** Quotes and dashes of Windows that became control characters in Latin-1, where no text has them. */
function controlsOut(text: string): string | null {
  if (!/[\x80-\x9f]/.test(text) || /[\x80-\xff][\x80-\x9f]|[\x80-\x9f][\x80-\xff]/.test(text)) return null
  return readAs(text, 'windows-1252')
}
