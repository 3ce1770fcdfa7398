import { albumArtistEdits, isOneAlbum } from './album-artist.ts'
import { type AlbumRule, type CataloguedTrack, type PlacesRule, quoted, valuesOf } from './rule.ts'

/* Emby goes by tags alone: what album and album artist say is one album (EmbySupport/Emby.Docs, Music-Naming.md). */

export const embySplits: AlbumRule = {
  kind: 'emby-splits-album',
  label: 'Emby splits these albums',
  explanation:
    'Emby takes tracks for one album where album and album artist are the same in all of them, and else splits it by artist. Give all tracks the same album artist, “Various Artists” for a compilation.',
  server: 'Emby',
  scope: 'album',
  check(album) {
    const { title, tracks } = album
    if (title === '' || !isOneAlbum(tracks, artistText)) return []
    const groups = Map.groupBy(tracks, artistText)
    if (groups.size < 2) return []
    const [most = [], next = []] = [...groups.values()].sort((a, b) => b.length - a.length)
    const isClear = most.length * 2 > tracks.length
    const artists = albumArtistEdits(album)
    return (isClear ? tracks.filter(track => !most.includes(track)) : tracks).map(track => {
      const other = (most.includes(track) ? next[0] : most[0]) as CataloguedTrack
      return {
        path: track.path,
        detail: `Emby will split this album, because this track is filed under ${filedUnder(track)} and others under ${filedUnder(other)}.`,
        edits: artists.get(track.path) ?? [],
      }
    })
  },
}

function filedUnder(track: CataloguedTrack): string {
  const artist = artistText(track)
  return artist === '' ? 'no artist' : quoted(artist)
}

/** What a track is filed under: its album artist, or its artist. */
function artistText(track: CataloguedTrack): string {
  const named = valuesOf(track, 'albumartist')
  return (named.length > 0 ? named : valuesOf(track, 'artist')).join('; ')
}

export const embyJoins: PlacesRule = {
  kind: 'emby-joins-albums',
  label: 'Emby shows these albums as one',
  explanation:
    'Two albums of an artist have the same title and no MusicBrainz release ids, so Emby shows them as one album. Give them their ids, or tell the titles apart.',
  server: 'Emby',
  scope: 'places',
  group: ({ title, artist, musicbrainzId }) =>
    title === '' || artist === '' || musicbrainzId !== '' ? '' : `${title}\n${artist}`,
  check(places) {
    if (places.length < 2) return []
    const seen = new Set<string>()
    const doubled = places.some(({ slots }) => {
      const taken = slots.some(slot => slot !== '' && seen.has(slot))
      for (const slot of slots) seen.add(slot)
      return taken
    })
    // Without a number twice these are parts of one album, and well joined.
    if (!doubled) return []
    return places.map(place => ({
      place,
      detail: `Emby will show this as one album with that of the same title in ${places
        .filter(other => other !== place)
        .map(({ folder }) => quoted(folder))
        .join(', ')}.`,
    }))
  },
}
