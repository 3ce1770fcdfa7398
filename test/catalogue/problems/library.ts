import { albumFolder, parentFolder } from '../../../src/catalogue/problems/album.ts'
import { checkFolder, checkPlaces, checkValues, type Problem } from '../../../src/catalogue/problems/check.ts'
import type { CataloguedTrack } from '../../../src/catalogue/problems/rule.ts'
import { rules } from '../../../src/catalogue/problems/rules.ts'
import { byField, respelled } from '../../../src/catalogue/problems/spellings.ts'
import { noFacts, type PictureFacts, type TrackFacts } from '../../../src/library/reading.ts'
import type { Edit } from '../../../src/schemas/change.ts'
import { fieldKey } from '../../../src/tags/fields.ts'

export const cover: PictureFacts = {
  type: 'front',
  mime: 'image/jpeg',
  width: 600,
  height: 600,
  bytes: 90_000,
  sha256: 'c'.repeat(64),
}

type Tags = Record<string, string | string[] | null>

/** A track without fault, but for what the test says: a null takes a field away. */
export function track(path: string, tags: Tags = {}, more: Partial<CataloguedTrack> = {}): CataloguedTrack {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const number = /^0*(\d+)/.exec(name)?.[1] ?? '1'
  const all: Tags = {
    title: `Title ${number}`,
    artist: 'Artist',
    album: 'Album',
    albumartist: 'Artist',
    tracknumber: number,
    totaltracks: '3',
    date: '1999',
    genre: 'Rock',
    ...tags,
  }
  const kept = Object.entries(all).flatMap(([field, values]) => (values === null ? [] : [[field, [values].flat()]]))
  const facts: TrackFacts = { ...noFacts, pictures: [cover], ...more.facts }
  return {
    path,
    name,
    revision: '1',
    size: 1,
    modified: '2020-01-01T00:00:00.000Z',
    writable: true,
    reason: null,
    audio: null,
    tags: Object.fromEntries(kept),
    pictures: facts.pictures.length,
    ...more,
    facts,
  }
}

/** Three tracks of an album; `change` says what differs in the track of a number. */
export function album(folder = 'Artist/Album', change: (number: number) => Tags = () => ({})): CataloguedTrack[] {
  return [1, 2, 3].map(number => track(`${folder}/0${number} Title ${number}.flac`, change(number)))
}

/** All that the rules find in a library, library-wide rules included, in path order. */
export function problemsIn(tracks: readonly CataloguedTrack[]): Problem[] {
  const folders = Map.groupBy(tracks, ({ path }) => albumFolder(parentFolder(path)))
  const checks = [...folders].map(([folder, list]) => checkFolder(folder, list))
  const problems = checks.flatMap(check => check.problems)
  const places = checks.flatMap(check => check.places)
  for (const rule of rules) {
    if (rule.scope === 'places') {
      for (const { place, detail } of checkPlaces(rule, places)) {
        for (const { path } of tracks.filter(each => parentFolder(each.path) === place.folder))
          problems.push({ kind: rule.kind, path, detail, edits: [] })
      }
    } else if (rule.scope === 'values') {
      const respellings = byField(checkValues(rule, valuesIn(tracks, rule.fields)))
      for (const each of tracks) {
        const found = respelled(each, respellings)
        if (found) problems.push({ kind: rule.kind, ...found })
      }
    }
  }
  return problems
}

function valuesIn(tracks: readonly CataloguedTrack[], fields: readonly string[]) {
  return fields.flatMap(field => {
    const counts = new Map<string, number>()
    for (const { tags } of tracks) for (const text of tags[field] ?? []) counts.set(text, (counts.get(text) ?? 0) + 1)
    return [...counts].map(([text, count]) => ({ field, text, tracks: count }))
  })
}

/** What is found of one kind: path → edits, in short. */
export function found(kind: string, tracks: readonly CataloguedTrack[]): Record<string, string[]> {
  if (!rules.some(rule => rule.kind === kind)) throw new Error(`no rule ${kind}`)
  return Object.fromEntries(
    problemsIn(tracks)
      .filter(problem => problem.kind === kind)
      .map(({ path, edits }) => [path, edits.map(inShort)]),
  )
}

function inShort(edit: Edit): string {
  if (edit.op === 'set') return `${edit.field} = ${edit.values.join(' | ')}`
  return Object.values(edit).join(' ')
}

/** The tracks after the `set` and `remove` edits of their problems of one kind. */
export function mended(kind: string, tracks: readonly CataloguedTrack[]): CataloguedTrack[] {
  const problems = new Map(problemsIn(tracks).flatMap(each => (each.kind === kind ? [[each.path, each]] : [])))
  return tracks.map(each => {
    const tags = { ...each.tags }
    for (const edit of problems.get(each.path)?.edits ?? []) {
      if (edit.op === 'set') tags[fieldKey(edit.field)] = edit.values
      else if (edit.op === 'remove') delete tags[fieldKey(edit.field)]
    }
    return { ...each, tags }
  })
}
