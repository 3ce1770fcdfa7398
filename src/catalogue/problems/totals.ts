import { type Disc, numberOf } from './album.ts'
import { isComplete } from './missing.ts'
import { copiesApart } from './numbers.ts'
import { type AlbumRule, type CataloguedTrack, type Finding, set, textOf } from './rule.ts'

export const totalsMissing: AlbumRule = {
  kind: 'track-totals-missing',
  label: 'Track numbers without a total',
  explanation:
    'The total tells players and people whether the album is complete. Where the numbers run from 1 on without a gap, their count is proposed.',
  scope: 'album',
  check: ({ title, discs }) =>
    title === ''
      ? []
      : discs.flatMap(disc =>
          copiesApart(disc).flatMap(tracks => {
            const total = tracks.length > 1 ? totalOf(tracks) : null
            return tracks
              .filter(track => numberOf(track, 'tracknumber') !== null && textOf(track, 'totaltracks') === '')
              .map(track => finding(track, 'The total of the tracks is missing', total))
          }),
        ),
}

export const totalsDiffer: AlbumRule = {
  kind: 'track-totals-differ',
  label: 'Track totals that contradict each other',
  explanation:
    'The tracks of a disc name different totals, or a number is above its total. Where the numbers run from 1 on without a gap, their count is proposed.',
  scope: 'album',
  check: ({ title, discs }) =>
    title === '' ? [] : discs.flatMap(disc => copiesApart(disc).flatMap(tracks => contradictions(tracks, discs))),
}

function contradictions(tracks: readonly CataloguedTrack[], discs: readonly Disc[]): Finding[] {
  const withTotal = tracks.filter(track => numberOf(track, 'totaltracks') !== null)
  const totals = new Set(withTotal.map(track => numberOf(track, 'totaltracks')))
  const above = withTotal.filter(track => (numberOf(track, 'tracknumber') ?? 0) > (numberOf(track, 'totaltracks') ?? 0))
  if (totals.size < 2 && above.length === 0) return []
  const numbers = tracks.map(track => numberOf(track, 'tracknumber') ?? 0)
  const right = isComplete(numbers) ? tracks.length : null
  // A total of 0 is how some programs write none; some count over all discs.
  const all = discs.reduce((sum, disc) => sum + disc.tracks.length, 0)
  if (totals.size === 1 && totals.has(all)) return []
  const wrong =
    right === null
      ? totals.size > 1
        ? withTotal
        : above
      : withTotal.filter(track => numberOf(track, 'totaltracks') !== right)
  return wrong.map(track => finding(track, `The total is ${textOf(track, 'totaltracks')}`, right))
}

/** The total that a disc's tracks should have: their count, or what others of them agree on. */
function totalOf(tracks: readonly CataloguedTrack[]): number | null {
  const numbers = tracks.map(track => numberOf(track, 'tracknumber') ?? 0)
  const totals = new Set(tracks.flatMap(track => numberOf(track, 'totaltracks') ?? []))
  const [only] = totals
  if (totals.size === 1 && only !== undefined && only >= Math.max(...numbers)) return only
  return isComplete(numbers) ? tracks.length : null
}

function finding({ path }: CataloguedTrack, says: string, total: number | null): Finding {
  return total === null
    ? { path, detail: `${says}, and the numbers do not tell it.`, edits: [] }
    : { path, detail: `${says}; there are ${total}.`, edits: [set('totaltracks', String(total))] }
}
