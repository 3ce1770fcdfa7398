import type { Edit } from '../../schemas/change.ts'
import {
  type AlbumRule,
  type CataloguedTrack,
  type CountedValue,
  type Finding,
  quoted,
  type Respelling,
  type SpellingRule,
  set,
  textOf,
  valuesOf,
} from './rule.ts'
import { bestSpelling, counted, genreKey, spellingKey } from './spelling.ts'

export const albumSpellings: AlbumRule = {
  kind: 'album-spellings',
  label: 'One album spelled in several ways',
  explanation:
    'Tracks in one folder name their album with other capitals, accents or punctuation, and servers take each spelling for an album. The most frequent one is proposed.',
  scope: 'album',
  check({ title, tracks }) {
    const titled = tracks.filter(track => textOf(track, 'album') !== '')
    if (counted(titled.map(track => textOf(track, 'album'))).length < 2) return []
    return titled
      .filter(track => textOf(track, 'album') !== title)
      .map(track => ({
        path: track.path,
        detail: `The album is ${quoted(textOf(track, 'album'))}; most tracks say ${quoted(title)}.`,
        edits: [set('album', title)],
      }))
  },
}

/** The best of the spellings of one name, over all fields that have it. */
export function bestOf(spellings: readonly CountedValue[]): string {
  const all = new Map<string, number>()
  for (const { text, tracks } of spellings) all.set(text, (all.get(text) ?? 0) + tracks)
  return bestSpelling([...all].map(([text, tracks]) => ({ text, tracks })))
}

/** Every value should be spelled like the best of them. */
function alike(spellings: readonly CountedValue[]): Respelling[] {
  const best = bestOf(spellings)
  return spellings
    .filter(({ text }) => text !== best)
    .map(({ field, text }) => ({
      field,
      from: text,
      to: best,
      detail: `${quoted(text)} is spelled ${quoted(best)} elsewhere.`,
    }))
}

export const artistFields = ['artist', 'albumartist', 'artists']

export const artistSpellings: SpellingRule = {
  kind: 'artist-spellings',
  label: 'One artist spelled in several ways',
  explanation:
    'The same artist with other capitals, accents, punctuation, with and without “The”, with “&” and “and”, is found by no filter and has several pages. The most frequent spelling in the library is proposed.',
  scope: 'values',
  fields: artistFields,
  key: spellingKey,
  check: alike,
}

export const genreSpellings: SpellingRule = {
  kind: 'genre-spellings',
  label: 'One genre spelled in several ways',
  explanation:
    '“Hip Hop”, “Hip-Hop” and “hip hop” are three genres to a server. The most frequent spelling in the library is proposed.',
  scope: 'values',
  fields: ['genre'],
  key: genreKey,
  check: alike,
}

/** Respellings by field and value. */
export type Respellings = ReadonlyMap<string, ReadonlyMap<string, Respelling>>

export function byField(respellings: Iterable<Respelling>): Respellings {
  const fields = new Map<string, Map<string, Respelling>>()
  for (const respelling of respellings) {
    const values = fields.get(respelling.field) ?? new Map<string, Respelling>()
    fields.set(respelling.field, values.set(respelling.from, respelling))
  }
  return fields
}

/** What respellings mean for a track: one finding with an edit for each field that has such a value, or null. */
export function respelled(track: CataloguedTrack, respellings: Respellings): Finding | null {
  const edits: Edit[] = []
  const details = new Set<string>()
  for (const [field, to] of respellings) {
    const values = valuesOf(track, field)
    const wrong = values.flatMap(value => to.get(value) ?? [])
    if (wrong.length === 0) continue
    for (const { detail } of wrong) details.add(detail)
    edits.push(set(field, ...new Set(values.map(value => to.get(value)?.to ?? value))))
  }
  return edits.length === 0 ? null : { path: track.path, detail: [...details].join(' '), edits }
}
