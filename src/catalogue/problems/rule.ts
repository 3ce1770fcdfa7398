import type { TrackFacts } from '../../library/reading.ts'
import type { Edit } from '../../schemas/change.ts'
import type { TrackSummary } from '../../schemas/track.ts'
import { fieldKey } from '../../tags/fields.ts'
import type { Album } from './album.ts'

/** A track as rules see it. */
export interface CataloguedTrack extends TrackSummary {
  readonly facts: TrackFacts
}

/** What is wrong with one track, and the edits that would mend it: none where only a person can know. */
export interface Finding {
  readonly path: string
  readonly detail: string
  readonly edits: readonly Edit[]
}

/** The media servers that some rules speak of. */
export type Server = 'Jellyfin' | 'Navidrome' | 'Emby'

interface Head {
  /** Stable, for scripts. */
  readonly kind: string
  readonly label: string
  /** What is wrong and why it matters, for a person. */
  readonly explanation: string
  readonly server?: Server
}

/** Looks at one track that could be read; with `unread` at those of which no codec could make anything. */
export interface TrackRule extends Head {
  readonly scope: 'track'
  readonly unread?: true
  check(track: CataloguedTrack): Omit<Finding, 'path'> | null
}

/** Looks at the tracks of one album. */
export interface AlbumRule extends Head {
  readonly scope: 'album'
  check(album: Album): Finding[]
}

/** A value of a field and how many tracks have it. */
export interface CountedValue {
  readonly field: string
  readonly text: string
  readonly tracks: number
}

/** A value that should be spelled in another way wherever its field has it. */
export interface Respelling {
  readonly field: string
  readonly from: string
  readonly to: string
  readonly detail: string
}

/** Looks at the values of some fields in the whole library. Values of one `key` are the same thing spelled in several ways. */
export interface SpellingRule extends Head {
  readonly scope: 'values'
  readonly fields: readonly string[]
  key(text: string): string
  /** What is wrong with the spellings of one key, of which there are at least two. */
  check(spellings: readonly CountedValue[]): Respelling[]
}

/** An album in one folder, as rules about several folders see it. */
export interface AlbumPlace {
  /** The folder that its tracks are in. */
  readonly folder: string
  /** Title and album artist, comparable. */
  readonly title: string
  readonly artist: string
  readonly musicbrainzId: string
  /** Disc and track number of each track, `disc-track`, in path order; empty where it has no number. */
  readonly slots: readonly string[]
}

/** Looks at the albums of the whole library: what is wrong with all tracks of some, which the edits of a track cannot mend. */
export interface PlacesRule extends Head {
  readonly scope: 'places'
  /** Only places of one group are looked at together; an empty group is left out. */
  group(place: AlbumPlace): string
  check(places: readonly AlbumPlace[]): { place: AlbumPlace; detail: string }[]
}

export type Rule = TrackRule | AlbumRule | SpellingRule | PlacesRule

/** Values of a field, whatever the case of its name. */
export function valuesOf({ tags }: CataloguedTrack, field: string): readonly string[] {
  const found = tags[field]
  if (found) return found
  const key = fieldKey(field)
  for (const name in tags) if (fieldKey(name) === key) return tags[name] ?? []
  return []
}

/** The first value of a field, without white space around it; empty where there is none. */
export function textOf(track: CataloguedTrack, field: string): string {
  return (track.tags[field] ?? valuesOf(track, field))[0]?.trim() ?? ''
}

export const set = (field: string, ...values: string[]): Edit => ({ op: 'set', field, values })

/** Whether the tags of a track are known: a file that may not be written can be judged, one that could not be opened or understood cannot. */
export function isRead({ reason, audio, tags }: TrackSummary): boolean {
  if (reason === null) return true
  return reason.code === 'READ_ONLY' && (audio !== null || Object.keys(tags).length > 0)
}

/** A value as it is quoted to a person. */
export const quoted = (text: string): string => `“${text}”`
