import { type Album, type Disc, numberInName, numberOf, stemOf } from './album.ts'
import { isComplete, namesAsNumbers } from './missing.ts'
import { type AlbumRule, type CataloguedTrack, type Finding, set } from './rule.ts'

/* Track numbers within a disc. The names of the files are believed where they are numbered from 1 on without a gap. */

export const doubledNumbers: AlbumRule = {
  kind: 'track-numbers-doubled',
  label: 'Track numbers doubled',
  explanation:
    'Two tracks of a disc have the same number, so their order is chance and some servers show only one. Where the file names are numbered throughout, their numbers are proposed.',
  scope: 'album',
  check(album) {
    if (album.title === '' || lacksDiscs(album)) return []
    return album.discs.flatMap(disc => copiesApart(disc).flatMap(doubledIn))
  },
}

function doubledIn(tracks: readonly CataloguedTrack[]): Finding[] {
  const byNumber = Map.groupBy(tracks, track => numberOf(track, 'tracknumber'))
  const doubled = [...byNumber].filter(([number, list]) => number !== null && list.length > 1)
  if (doubled.length === 0) return []
  const renumbered = renumberings(tracks, number => `The number is ${number ?? 'missing'} in the tags`)
  if (renumbered.length > 0) return renumbered
  return doubled.flatMap(([number, list]) =>
    list.map(({ path }) => ({
      path,
      detail: `${list.length === 2 ? 'Two' : list.length} tracks have the number ${number}.`,
      edits: [],
    })),
  )
}

export const gapsInNumbers: AlbumRule = {
  kind: 'track-numbers-gaps',
  label: 'Gaps in the track numbers',
  explanation:
    'Numbers between those of the album are missing: a track is not there or has a wrong number. Where the file names are numbered throughout, their numbers are proposed.',
  scope: 'album',
  check(album) {
    if (album.title === '' || lacksDiscs(album)) return []
    return album.discs.flatMap((disc, i) =>
      copiesApart(disc).flatMap(tracks => gapsIn(tracks, lastOf(album.discs[i - 1]))),
    )
  },
}

/** Of fewer tracks it cannot be said that they should be all of an album. */
const fewest = 3

function gapsIn(tracks: readonly CataloguedTrack[], before: number): Finding[] {
  const numbered = tracks
    .flatMap(track => ({ track, number: numberOf(track, 'tracknumber') ?? -1 }))
    .filter(({ number }) => number >= 0)
    .sort((a, b) => a.number - b.number)
  const numbers = numbered.map(({ number }) => number)
  const last = numbers.at(-1) ?? 0
  const first = numbers[0] ?? 0
  if (numbers.length < fewest || new Set(numbers).size < numbers.length) return []
  // Numbers that go on from the disc before count from there; a track 0 hides in front of the first.
  const start = first === before + 1 ? first : Math.min(first, 1)
  const span = last - start + 1
  if (span === numbers.length || numbers.length * 2 < span) return []
  const renumbered = renumberings(tracks, number => `The number is ${number ?? 'missing'} in the tags`)
  if (renumbered.length > 0) return renumbered
  return numbered.flatMap(({ track, number }, i) => {
    const previous = i === 0 ? start - 1 : (numbers[i - 1] as number)
    if (number === previous + 1) return []
    const gap = number === previous + 2 ? `${previous + 1}` : `${previous + 1} to ${number - 1}`
    return [{ path: track.path, detail: `The track has the number ${number}, and ${gap} is not there.`, edits: [] }]
  })
}

const lastOf = (disc: Disc | undefined): number =>
  Math.max(0, ...(disc?.tracks.map(track => numberOf(track, 'tracknumber') ?? 0) ?? []))

/** The tracks whose file names say another number, where the names of all run from 1 on; none where they do not. */
function renumberings(tracks: readonly CataloguedTrack[], says: (number: number | null) => string): Finding[] {
  const named = namesAsNumbers(tracks)
  if (!named || !isComplete([...named.values()])) return []
  return [...named].flatMap(([track, number]) => {
    const tagged = numberOf(track, 'tracknumber')
    if (tagged === number) return []
    const edits = [set('tracknumber', String(number))]
    return [{ path: track.path, detail: `${says(tagged)}; the file name says ${number}.`, edits }]
  })
}

/** The tracks of a disc, those of another format apart: an album may lie in one folder in two formats. */
export function copiesApart({ tracks }: Disc): CataloguedTrack[][] {
  const formats = Map.groupBy(tracks, ({ name }) => name.slice(name.lastIndexOf('.') + 1).toLowerCase())
  if (formats.size < 2) return [[...tracks]]
  const titles = [...formats.values()].map(list => new Set(list.map(({ name }) => stemOf(name))))
  const [first] = titles
  // Tracks of several formats that complete each other are one sequence.
  const areCopies = titles.slice(1).some(names => [...names].some(name => first?.has(name)))
  return areCopies ? [...formats.values()] : [[...tracks]]
}

/** Whether the numbers are doubled because they count on several discs that nothing tells apart. */
export function lacksDiscs({ discs }: Album): boolean {
  const [disc] = discs
  if (discs.length !== 1 || !disc || disc.number !== null) return false
  const numbers = copiesApart(disc)
    .flatMap(tracks => (tracks.length === disc.tracks.length ? tracks : []))
    .map(track => numberOf(track, 'tracknumber'))
  const times = new Map<number | null, number>()
  for (const number of numbers) times.set(number, (times.get(number) ?? 0) + 1)
  const doubled = [...times].flatMap(([number, count]) => (number !== null && count > 1 ? [number] : []))
  return doubled.length >= 3 && isComplete(doubled)
}

/** The disc that a file name tells, as in `2-03 Title` or `203 Title`, where the number behind it is the track's. */
export function discInName(track: CataloguedTrack): number | null {
  const found = numberInName(track)
  const number = numberOf(track, 'tracknumber')
  if (!found || number === null) return null
  if (found.disc !== null) return found.number === number ? found.disc : null
  const disc = Math.floor(found.number / 100)
  return disc > 0 && found.number % 100 === number ? disc : null
}
