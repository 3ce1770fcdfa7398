import type { Edit } from '../../schemas/change.ts'
import { albumArtistEdits, isOneAlbum } from './album-artist.ts'
import {
  type AlbumRule,
  type CataloguedTrack,
  type CountedValue,
  quoted,
  type Respelling,
  type SpellingRule,
  set,
  textOf,
  valuesOf,
} from './rule.ts'
import { spellingKey } from './spelling.ts'
import { artistFields, artistSpellings, bestOf } from './spellings.ts'

/*
 * How Navidrome tells albums and artists apart by default: an album by its MusicBrainz id, else by album artist, title, version and
 * release date; an artist by name. Names count without case and typographic signs, but with accents and all else
 * (navidrome/navidrome, consts/consts.go, DefaultAlbumPID; model/metadata/persistent_ids.go; navidrome/website,
 * docs/usage/configuration/persistent-ids; issues #3563, #4068 and #4926).
 */

/** A name as Navidrome compares it: lower case, curly quotes and long dashes made plain. */
function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[‘’‛′]/g, "'")
    .replace(/[“”‟″]/g, '"')
    .replace(/[‐‑‒–—―−]/g, '-')
}

/** What it goes by, in its order, and how a person would call it. */
const parts: readonly { field: string; says: string; of(track: CataloguedTrack): string }[] = [
  { field: 'musicbrainz_albumid', says: 'MusicBrainz release id', of: track => textOf(track, 'musicbrainz_albumid') },
  { field: 'albumartist', says: 'album artist', of: track => plainName(albumArtist(track)) },
  { field: 'album', says: 'spelling of the album', of: track => plainName(textOf(track, 'album')) },
  { field: 'albumversion', says: 'album version', of: track => textOf(track, 'albumversion') },
  { field: 'releasedate', says: 'release date', of: track => textOf(track, 'releasedate') },
]

/** Without an album artist it is “Various Artists” where the compilation flag is set, and else the track's artist (model/metadata/map_participants.go). */
function albumArtist(track: CataloguedTrack): string {
  const named = valuesOf(track, 'albumartist')
  if (named.length > 0) return named.join(' • ')
  return textOf(track, 'compilation') === '1' ? 'Various Artists' : valuesOf(track, 'artist').join(' • ')
}

function identity(track: CataloguedTrack): string {
  const id = textOf(track, 'musicbrainz_albumid')
  return id !== '' ? id : parts.map(part => part.of(track)).join('\n')
}

export const navidromeSplits: AlbumRule = {
  kind: 'navidrome-splits-album',
  label: 'Navidrome splits these albums',
  explanation:
    'Navidrome goes by MusicBrainz release id, or else by album artist, title, version and release date; tracks that differ from the others in it become an album of their own. Proposed is what most tracks say.',
  server: 'Navidrome',
  scope: 'album',
  check(album) {
    const { title, tracks } = album
    if (title === '' || tracks.length < 2) return []
    const groups = Map.groupBy(tracks, identity)
    if (groups.size < 2 || !isOneAlbum(tracks, identity)) return []
    const [most = [], next = []] = [...groups.values()].sort((a, b) => b.length - a.length)
    const model = most[0] as CataloguedTrack
    // Where no more than half of the tracks agree, all are part of the problem.
    const isClear = most.length * 2 > tracks.length
    const artists = albumArtistEdits(album)
    return (isClear ? tracks.filter(track => !most.includes(track)) : tracks).map(track => {
      const other = (!isClear && most.includes(track) ? next[0] : model) as CataloguedTrack
      const differing = reasons(track, other)
      const edits = differing.flatMap(({ field }) => {
        if (field === 'albumartist') return artists.get(track.path) ?? []
        return isClear ? likeModel(field, track, model) : []
      })
      const because = differing.map(({ says }) => says).join(' and the ')
      return {
        path: track.path,
        detail: `Navidrome will split this album, because the ${because} of this track ${differing.length > 1 ? 'are' : 'is'} not that of others.`,
        edits,
      }
    })
  },
}

/** What tells two tracks apart: the ids alone where both have one. */
function reasons(track: CataloguedTrack, other: CataloguedTrack) {
  const differing = parts.filter(part => part.of(track) !== part.of(other))
  const [id] = differing
  return id?.field === 'musicbrainz_albumid' ? [id] : differing
}

/** The edit that gives a field the model's values; none where two ids contradict each other. */
function likeModel(field: string, track: CataloguedTrack, model: CataloguedTrack): Edit[] {
  const [own, wanted] = [valuesOf(track, field), valuesOf(model, field)]
  if (field === 'musicbrainz_albumid') return own.length === 0 && wanted.length > 0 ? [set(field, ...wanted)] : []
  return wanted.length > 0 ? [set(field, ...wanted)] : [{ op: 'remove', field }]
}

export const navidromeArtists: SpellingRule = {
  kind: 'navidrome-separate-artists',
  label: 'Navidrome shows these as separate artists',
  explanation:
    'Navidrome tells artists apart by their names alone, without regard to case, but with accents, punctuation and “The”: each spelling gets a page of its own. The most frequent one is proposed.',
  server: 'Navidrome',
  scope: 'values',
  fields: artistFields,
  key: spellingKey,
  check(spellings: readonly CountedValue[]): Respelling[] {
    const names = new Set(spellings.map(({ text }) => plainName(text)))
    if (names.size < 2) return []
    const best = bestOf(spellings)
    return artistSpellings
      .check(spellings)
      .filter(({ from }) => plainName(from) !== plainName(best))
      .map(respelling => ({
        ...respelling,
        detail: `Navidrome shows ${quoted(respelling.from)} apart from ${quoted(best)}, because the names differ in more than case.`,
      }))
  },
}
