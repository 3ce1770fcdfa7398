import { parentOf } from '../../library/paths.ts'
import type { Tags } from '../../schemas/common.ts'
import type { Duplicate, DuplicateTrack } from '../../schemas/duplicate.ts'
import { pathOf, type Row, trackOf } from '../rows.ts'
import { type Copy, rank } from './ranking.ts'

/** Copies as they are shown, from their rows, of which there are two at least; `more` are not among them. */
export function duplicateOf(rows: readonly Row[], more: number): Duplicate {
  const tracks = rows.map(trackOf)
  const copies = tracks.map(
    ({ audio, reason, tags, pictures }): Copy => ({
      audio,
      damaged: reason?.code === 'MALFORMED_FILE',
      fields: Object.keys(tags).length,
      pictures,
    }),
  )
  const { best, worse, reasons } = rank(copies)
  const first = best[0] as number
  const files = sameFiles(rows)
  const listed = tracks.map(
    ({ path, revision, size, modified, audio, tags, pictures }, i): DuplicateTrack => ({
      path,
      folder: parentOf(pathOf(rows[i] as Row)),
      revision,
      size,
      modified,
      audio,
      tags: namesIn(tags),
      fields: copies[i]?.fields ?? 0,
      pictures,
      verdict: i === first ? 'best' : best.includes(i) ? 'tie' : 'worse',
      reason: worse[i] ?? null,
      sameFileAs: files[i] === i ? null : (tracks[files[i] as number]?.path ?? null),
    }),
  )
  const others = listed.filter((_, i) => i !== first)
  const names = new Set(files).size
  const spare = [...new Set(files)].filter(i => i !== files[first]).reduce((sum, i) => sum + (tracks[i]?.size ?? 0), 0)
  return {
    tracks: listed,
    more,
    best: (listed[first] as DuplicateTrack).path,
    reasons: [...(names === 1 ? [] : reasons), ...linkSentence(listed.length, names)],
    spare,
    remove: {
      target: { paths: others.map(({ path }) => path) },
      edits: [{ op: 'delete' }],
      revisions: Object.fromEntries(others.map(({ path, revision }) => [path, revision])),
    },
  }
}

/** For each row the first that is the same file: a hard link, for symbolic ones are not among them. */
function sameFiles(rows: readonly Row[]): number[] {
  const isSame = (a: Row, b: Row): boolean =>
    a.revision === b.revision && (a.device === b.device || a.device === '' || b.device === '')
  return rows.map((row, i) => {
    const first = rows.findIndex(other => isSame(other, row))
    return first < 0 ? i : first
  })
}

function linkSentence(paths: number, files: number): string[] {
  if (files === paths) return []
  return [
    files === 1
      ? 'All are names of one file (hard links): deleting some of them frees nothing.'
      : 'Some are names of one file (hard links): deleting one of those frees nothing.',
  ]
}

const shownFields = ['artist', 'title', 'album']

function namesIn(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([field]) => shownFields.includes(field.toLowerCase())))
}
