import { agreed, numberInName, numberOf, stemOf } from './album.ts'
import { type AlbumRule, type CataloguedTrack, quoted, set, type TrackRule, textOf } from './rule.ts'
import { spellingKey } from './spelling.ts'

/* Fields that every track should have. What the file name or all other tracks of the album say is proposed. */

const lacks = (field: string) => (track: CataloguedTrack) => textOf(track, field) === ''

export const missingTitle: TrackRule = {
  kind: 'missing-title',
  label: 'No title',
  explanation:
    'Without a title, players and servers show the file name or nothing. Where the name leads with a number, the words behind it are proposed.',
  scope: 'track',
  check(track) {
    if (textOf(track, 'title') !== '') return null
    const title = titleInName(track)
    return title === null
      ? { detail: 'The track has no title, and its file name does not tell one.', edits: [] }
      : { detail: `The track has no title; its file name says ${quoted(title)}.`, edits: [set('title', title)] }
  },
}

/** The title that a file name tells beyond doubt: what follows its number, and its artist where that is the track's own. */
function titleInName(track: CataloguedTrack): string | null {
  if (!numberInName(track)) return null
  const words = stemOf(track.name)
    .replace(/^(?:\d{1,2}[-.])?\d{1,3}(?:\s*[-._)\]]\s*|\s+)/, '')
    .replace(/^[-\s]+/, '')
  const text = words.includes(' ') ? words : words.replaceAll('_', ' ')
  const [first = '', ...rest] = text.split(' - ')
  if (rest.length === 0)
    return /\p{L}/u.test(text) && !/^(?:audio\s*)?(?:track|titel|piste|pista)$/i.test(text) ? text : null
  return spellingKey(first) === spellingKey(textOf(track, 'artist')) ? rest.join(' - ') : null
}

export const missingArtist: AlbumRule = {
  kind: 'missing-artist',
  label: 'No artist',
  explanation:
    'A track without an artist is filed under “Unknown”. The album artist is proposed, or the artist of all other tracks.',
  scope: 'album',
  check({ title, tracks }) {
    const lacking = tracks.filter(lacks('artist'))
    const common = title === '' ? '' : agreed(tracks, 'artist', Math.max(2, lacking.length + 1))
    return lacking.map(track => {
      const albumArtist = textOf(track, 'albumartist')
      const artist = albumArtist !== '' && !isVarious(albumArtist) ? albumArtist : common
      return found(track, 'artist', artist)
    })
  },
}

/** Whether an album artist stands for many. */
export function isVarious(artist: string): boolean {
  return /^(?:various(?: artists?)?|v\.?\s?a\.?|verschiedene(?: interpreten)?|artistes? divers|vari artisti|varios artistas)$/i.test(
    artist,
  )
}

export const missingAlbum: AlbumRule = {
  kind: 'missing-album',
  label: 'No album',
  explanation:
    'A track without an album is filed under “Unknown album”, apart from the others. The album of all other tracks in the folder is proposed.',
  scope: 'album',
  check({ tracks }) {
    const lacking = tracks.filter(lacks('album'))
    const album = agreed(tracks, 'album', Math.max(2, lacking.length + 1))
    return lacking.map(track => found(track, 'album', album))
  },
}

export const missingDate: AlbumRule = {
  kind: 'missing-date',
  label: 'No date',
  explanation:
    'Servers sort the albums of an artist by date, and some split an album whose tracks differ in it. The date of all other tracks is proposed.',
  scope: 'album',
  check({ title, tracks }) {
    const date = title === '' ? '' : agreed(tracks, 'date', 1)
    return tracks.filter(lacks('date')).map(track => found(track, 'date', date))
  },
}

function found(track: CataloguedTrack, field: string, proposal: string) {
  const detail = `The track has no ${field}`
  return proposal === ''
    ? { path: track.path, detail: `${detail}, and nothing beside it tells which.`, edits: [] }
    : {
        path: track.path,
        detail: `${detail}; those beside it say ${quoted(proposal)}.`,
        edits: [set(field, proposal)],
      }
}

export const missingNumber: AlbumRule = {
  kind: 'missing-track-number',
  label: 'No track number',
  explanation:
    'Without numbers the tracks of an album play in the order of their titles. The number in the file name is proposed where those of the folder agree.',
  scope: 'album',
  check({ tracks, discs }) {
    const numbers = new Map(discs.flatMap(disc => [...numbersFromNames(disc.tracks)]))
    return tracks.filter(lacks('tracknumber')).map(track => {
      const number = numbers.get(track)
      return number === undefined
        ? { path: track.path, detail: 'The track has no number.', edits: [] }
        : {
            path: track.path,
            detail: `The track has no number; its file name says ${number}.`,
            edits: [set('tracknumber', String(number))],
          }
    })
  },
}

/** Numbers for the tracks of a disc without one, where the names of all agree with the numbers that there are. */
function numbersFromNames(tracks: readonly CataloguedTrack[]): Map<CataloguedTrack, number> {
  const named = namesAsNumbers(tracks)
  if (!named) return new Map()
  const numbered = tracks.filter(track => numberOf(track, 'tracknumber') !== null)
  if (numbered.some(track => numberOf(track, 'tracknumber') !== named.get(track))) return new Map()
  // A sequence, or two tracks at least whose tags confirm what the names mean.
  const isSequence = isComplete([...named.values()])
  if (!isSequence && numbered.length < 2) return new Map()
  return new Map([...named].filter(([track]) => textOf(track, 'tracknumber') === ''))
}

/** The numbers in the names of all of these tracks; null where one has none or two the same. */
export function namesAsNumbers(tracks: readonly CataloguedTrack[]): Map<CataloguedTrack, number> | null {
  const named = new Map<CataloguedTrack, number>()
  for (const track of tracks) {
    const number = numberInName(track)?.number
    if (number === undefined) return null
    named.set(track, number)
  }
  return new Set(named.values()).size === tracks.length ? named : null
}

/** Whether these are the numbers from 1 on, each once. */
export function isComplete(numbers: readonly number[]): boolean {
  return (
    numbers.length > 0 &&
    new Set(numbers).size === numbers.length &&
    Math.max(...numbers) === numbers.length &&
    Math.min(...numbers) === 1
  )
}

export const missingPicture: AlbumRule = {
  kind: 'missing-picture',
  label: 'No picture',
  explanation:
    'No picture is embedded, so phones and cars that copy the file show none. A cover.jpg in the folder helps servers only.',
  scope: 'album',
  check({ tracks }) {
    const others = tracks.some(track => track.pictures > 0) ? ' Other tracks of the album have one.' : ''
    return tracks
      .filter(track => track.pictures === 0)
      .map(({ path }) => ({ path, detail: `No picture is embedded.${others}`, edits: [] }))
  },
}
