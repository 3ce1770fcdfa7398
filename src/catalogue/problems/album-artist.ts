import type { Edit } from '../../schemas/change.ts'
import { type Album, agreed } from './album.ts'
import { isVarious } from './missing.ts'
import { type AlbumRule, type CataloguedTrack, quoted, set, textOf, valuesOf } from './rule.ts'
import { counted, spellingKey } from './spelling.ts'

const various = 'Various Artists'
/** Artists that nobody would take for guests of one of them. */
const manyArtists = 4

export const albumArtistMissing: AlbumRule = {
  kind: 'album-artist-missing',
  label: 'No album artist',
  explanation:
    'Servers file an album under its album artist; without one they go by the artist of each track, and a track with a guest lands in an album of its own. Proposed is what the other tracks say, the artist whom all tracks share, or “Various Artists” for a compilation.',
  scope: 'album',
  check(album) {
    if (album.title === '') return []
    const lacking = album.tracks.filter(track => textOf(track, 'albumartist') === '')
    if (lacking.length === 0) return []
    const proposal = albumArtistOf(album)
    return lacking.map(({ path }) =>
      proposal === ''
        ? { path, detail: 'The track has no album artist.', edits: [] }
        : {
            path,
            detail: `The track has no album artist; the album suggests ${quoted(proposal)}.`,
            edits: [set('albumartist', proposal)],
          },
    )
  },
}

export const albumArtistDiffers: AlbumRule = {
  kind: 'album-artist-differs',
  label: 'Several album artists in one album',
  explanation:
    'Tracks of one album that name different album artists are shown as several albums. Proposed is the one of most tracks, the artist behind the guests, or “Various Artists” for a compilation.',
  scope: 'album',
  check(album) {
    if (album.title === '' || !isOneAlbum(album.tracks, artistsText)) return []
    const named = album.tracks.filter(track => valuesOf(track, 'albumartist').length > 0)
    const spellings = counted(named.map(artistsText))
    if (spellings.length < 2) return []
    const [most, next] = [...spellings].sort((a, b) => b.tracks - a.tracks)
    if (!most || !next) return []
    const shared = mainArtist(named.map(track => textOf(track, 'albumartist')))
    const clear = most.tracks >= 2 * (named.length - most.tracks) || (sameName(spellings) && most.tracks > next.tracks)
    const wanted = clear ? most.text : shared || (isCompilation(album) ? various : '')
    if (wanted === '') {
      const detail = `The album artists are ${spellings.map(({ text }) => quoted(text)).join(', ')}.`
      return named.map(({ path }) => ({ path, detail, edits: [] }))
    }
    const values = clear
      ? valuesOf(named.find(track => artistsText(track) === wanted) as CataloguedTrack, 'albumartist')
      : [wanted]
    return named
      .filter(track => artistsText(track) !== wanted)
      .map(track => ({
        path: track.path,
        detail: `The album artist is ${quoted(artistsText(track))}; the album suggests ${quoted(wanted)}.`,
        edits: [set('albumartist', ...values)],
      }))
  },
}

const artistsText = (track: CataloguedTrack): string => valuesOf(track, 'albumartist').join(' • ')

const sameName = (spellings: readonly { text: string }[]): boolean =>
  new Set(spellings.map(({ text }) => spellingKey(text))).size === 1

/** The album artist that an album without one should have: empty where only a person can know. */
function albumArtistOf(album: Album): string {
  const named = album.tracks.filter(track => textOf(track, 'albumartist') !== '')
  if (named.length > 0) return agreed(named, 'albumartist', 1)
  if (album.tracks.some(track => textOf(track, 'artist') === '')) return ''
  return mainArtist(album.tracks.map(track => textOf(track, 'artist'))) || (isCompilation(album) ? various : '')
}

/** The artist whom all of these credits have in common, guests aside; empty where there is none. */
function mainArtist(credits: readonly string[]): string {
  const [first = '', ...others] = credits.map(withoutGuests)
  if (first === '' || isVarious(first)) return ''
  return others.every(other => spellingKey(other) === spellingKey(first)) ? first : ''
}

/** Longer credits are no name with guests. */
const longest = 1000
const guests = /\s+[([]?(?:feat\.?|ft\.?|featuring)\s.*$/i

function withoutGuests(credit: string): string {
  return credit.length > longest ? credit : credit.replace(guests, '').trim()
}

function isCompilation({ tracks }: Album): boolean {
  if (tracks.some(track => textOf(track, 'compilation') === '1')) return true
  const artists = counted(tracks.map(track => spellingKey(withoutGuests(textOf(track, 'artist')))))
  // Many artists, none of whom has half of it.
  return artists.length >= manyArtists && artists.every(({ tracks: count }) => count * 2 < tracks.length)
}

/** Whether tracks that differ in what `apart` tells can be one album all the same: then no two of them have the same number. */
export function isOneAlbum(tracks: readonly CataloguedTrack[], apart: (track: CataloguedTrack) => string): boolean {
  const seen = new Map<string, string>()
  for (const track of tracks) {
    const number = textOf(track, 'tracknumber')
    if (number === '') continue
    const slot = `${textOf(track, 'discnumber')}-${number}`
    const before = seen.get(slot)
    if (before !== undefined && before !== apart(track)) return false
    seen.set(slot, apart(track))
  }
  return true
}

/** The edits that would give an album one album artist, by path. */
export function albumArtistEdits(album: Album): Map<string, readonly Edit[]> {
  const findings = [...albumArtistMissing.check(album), ...albumArtistDiffers.check(album)]
  return new Map(findings.map(({ path, edits }) => [path, edits]))
}
