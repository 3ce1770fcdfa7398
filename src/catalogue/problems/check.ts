import { type Album, albumsIn, numberOf, parentFolder } from './album.ts'
import {
  type AlbumPlace,
  type CataloguedTrack,
  type CountedValue,
  type Finding,
  isRead,
  type PlacesRule,
  type Respelling,
  type SpellingRule,
  textOf,
  valuesOf,
} from './rule.ts'
import { rules } from './rules.ts'
import { spellingKey } from './spelling.ts'

/** A problem of one track. */
export interface Problem extends Finding {
  readonly kind: string
}

/** What the rules find in the tracks of one album folder, given in path order, and its albums for the rules about several folders. */
export function checkFolder(
  folder: string,
  tracks: readonly CataloguedTrack[],
): { problems: Problem[]; places: AlbumPlace[] } {
  const albums = albumsIn(folder, tracks)
  return { problems: problemsOf(tracks, albums), places: albums.flatMap(placesOf) }
}

/** What the rules for tracks and albums find. */
function problemsOf(tracks: readonly CataloguedTrack[], albums: readonly Album[]): Problem[] {
  const problems: Problem[] = []
  for (const rule of rules) {
    if (rule.scope === 'track') {
      for (const track of tracks) {
        const found = rule.unread || isRead(track) ? rule.check(track) : null
        if (found) problems.push({ kind: rule.kind, path: track.path, ...found })
      }
    } else if (rule.scope === 'album') {
      for (const album of albums) {
        for (const found of rule.check(album)) problems.push({ kind: rule.kind, ...found })
      }
    }
  }
  return problems
}

/** An album, once for each folder that its tracks are in. */
function placesOf({ title, tracks }: Album): AlbumPlace[] {
  if (title === '') return []
  return [...Map.groupBy(tracks, ({ path }) => parentFolder(path))].map(([folder, list]) => {
    const first = list[0] as CataloguedTrack
    const artists = valuesOf(first, 'albumartist')
    return {
      folder,
      title: spellingKey(title),
      artist: spellingKey((artists.length > 0 ? artists : valuesOf(first, 'artist')).join(' • ')),
      musicbrainzId: textOf(first, 'musicbrainz_albumid'),
      slots: list.map(track => {
        const number = numberOf(track, 'tracknumber')
        return number === null ? '' : `${numberOf(track, 'discnumber') ?? ''}-${number}`
      }),
    }
  })
}

/** What a rule about several folders finds in all albums of a library. */
export function checkPlaces<P extends AlbumPlace>(
  rule: PlacesRule,
  places: Iterable<P>,
): { place: P; detail: string }[] {
  const groups = new Map<string, P[]>()
  for (const place of places) {
    const group = rule.group(place)
    if (group === '') continue
    const list = groups.get(group)
    if (list) list.push(place)
    else groups.set(group, [place])
  }
  return [...groups.values()].flatMap(group => rule.check(group) as { place: P; detail: string }[])
}

/** The values that a rule wants spelled in another way, of all values of its fields. */
export function checkValues(rule: SpellingRule, values: Iterable<CountedValue>): Respelling[] {
  const groups = new Map<string, CountedValue[]>()
  for (const value of values) {
    const key = rule.key(value.text)
    const list = groups.get(key)
    if (list) list.push(value)
    else groups.set(key, [value])
  }
  return [...groups.values()].flatMap(group =>
    group.some(({ text }) => text !== group[0]?.text) ? rule.check(group) : [],
  )
}
