import type { Edit } from '../../schemas/change.ts'
import { quoted, set, type TrackRule, valuesOf } from './rule.ts'

/*
 * Names that stand in one value. Divided are `;` and a slash between blanks, which Navidrome divides by default, too
 * (navidrome/website, docs/usage/library/tagging); `/`, `,` and `&` alone are parts of names: AC/DC, Earth, Wind & Fire.
 * A credit with guests is good to read and stays: the single artists belong into `artists`, which Picard writes, Navidrome prefers
 * and Jellyfin reads with its option PreferNonstandardArtistsTag (jellyfin/jellyfin, AudioFileProber.cs).
 */

const dividedFields = [
  'artist',
  'albumartist',
  'artists',
  'composer',
  'lyricist',
  'conductor',
  'remixer',
  'genre',
  'mood',
]
const labels: Readonly<Record<string, string>> = {
  artist: 'artists',
  albumartist: 'album artists',
  artists: 'artists',
  genre: 'genres',
}

export const joinedValues: TrackRule = {
  kind: 'joined-values',
  label: 'Several names in one value',
  explanation:
    'Names joined by “;” or “ / ” are one name to every server that does not divide them again, and each mix of artists gets a page of its own. Tags hold several values; they are proposed.',
  scope: 'track',
  check(track) {
    const edits: Edit[] = []
    const details: string[] = []
    for (const field of dividedFields) {
      const values = valuesOf(track, field)
      const parts = values.flatMap(value => divided(value) ?? [value])
      if (parts.length === values.length) continue
      // With `artists` filled, the artist is what is shown.
      if (field === 'artist' && valuesOf(track, 'artists').length > 1) continue
      const unique = [...new Set(parts)]
      edits.push(set(field, ...unique))
      details.push(`${quoted(values.join('; '))} are ${unique.length} ${labels[field] ?? `values of ${field}`}`)
    }
    return edits.length === 0 ? null : { detail: `${details.join('; ')}.`, edits }
  },
}

/** Longer values are no list of names. */
const longest = 1000

/** The names that are joined in a value, or null where it is one. */
export function divided(value: string): string[] | null {
  if (value.length > longest || !/;|\s\/\s/.test(value) || /&#?\w+;/.test(value)) return null
  const parts = value.split(/\s*;\s*|\s+\/\s+/).filter(part => part !== '')
  return parts.length > 1 && parts.every(part => /[\p{L}\p{N}]/u.test(part)) ? parts : null
}

const guestWords = /\s+(?:[([]\s*)?(?:feat\.?|ft\.?|featuring)\s+(.+?)[)\]]?$/i

export const joinedGuests: TrackRule = {
  kind: 'joined-guests',
  label: 'Guests in the artist’s name',
  explanation:
    '“Alice feat. Bob” alone is an artist of its own to servers that do not divide it, and Bob’s page lacks the track. The artist stays as it is to be shown; “artists” gets the single names, which Navidrome and, by an option, Jellyfin go by.',
  scope: 'track',
  check(track) {
    const artists = valuesOf(track, 'artist')
    if (artists.length !== 1 || valuesOf(track, 'artists').length > 1) return null
    const [credit = ''] = artists
    const found = credit.length <= longest ? guestWords.exec(credit) : null
    const main = found ? credit.slice(0, found.index).trim() : ''
    const guest = found?.[1]?.trim() ?? ''
    if (main === '' || guest === '') return null
    const detail = `The artist is ${quoted(credit)}, and “artists” does not name each.`
    // `&` and commas may be part of a name or stand between two: only a person knows.
    const isClear = ![main, guest].some(name => /[,&+;/]|\s(?:and|und|et|y|x|vs\.?|with)\s/i.test(name))
    return { detail, edits: isClear ? [set('artists', main, guest)] : [] }
  },
}
