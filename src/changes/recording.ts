import type { LibraryPath } from '../library/paths.ts'
import type { ChangeFile } from '../schemas/change.ts'
import { type AppliedFolder, madeFolder } from './folder-task.ts'
import type { AppliedWrite, ChangedFile } from './history.ts'
import type { MadeFolder, Outcome } from './outcome.ts'
import type { AppliedTrack } from './track-task.ts'
import { visible } from './trash-place.ts'

/** What happened to a file, for those who keep a memory of the library. Null before: it was made or came back. Null after: it is gone, to the trash or for good. */
export type FileNote =
  | {
      readonly kind: 'track'
      readonly before: LibraryPath | null
      readonly after: LibraryPath | null
      readonly revisionBefore: string | null
      readonly revision: string | null
    }
  | { readonly kind: 'folder'; readonly before: LibraryPath | null; readonly after: LibraryPath | null }

/** A write to a track, as the history takes it. */
export function trackWrite(pathBefore: LibraryPath, applied: AppliedTrack): AppliedWrite {
  const { path, revisionBefore, revision, undo, journalId } = applied
  return { kind: 'track', pathBefore, path, revisionBefore, revision, toggle: undo, journalId }
}

/** A move of a folder, or that it was made or removed. */
export function folderWrite({ revision, ...rest }: AppliedFolder): AppliedWrite {
  return { kind: 'folder', ...rest, revisionBefore: revision, revision, toggle: new Uint8Array(0) }
}

/** The entries of folders that were made on the way; `nextPosition` gives each its place behind the tracks. */
export function madeEntries(made: readonly MadeFolder[], nextPosition: () => number): ChangedFile[] {
  return made.map(({ path, inode }) => ({
    position: nextPosition(),
    entry: madeFolder(path),
    write: folderWrite({ pathBefore: null, path, revision: inode, journalId: null }),
  }))
}

/** Positions of folders that were made on the way: behind all tracks that a request can name. */
export function positionsOfMade(): () => number {
  let next = 1_000_000
  return () => next++
}

/** The files of a change with the folders that are made on the way, each once. */
export function withMade(outcomes: readonly Outcome<unknown>[]): { file: ChangeFile }[] {
  const made = new Set(outcomes.flatMap(outcome => outcome.made.map(({ path }) => path)))
  return [...outcomes, ...[...made].map(path => ({ file: madeFolder(path) }))]
}

export function noteOf({ kind, pathBefore, path, revisionBefore, revision }: AppliedWrite): FileNote {
  const [before = null] = pathBefore === null ? [] : visible(pathBefore)
  const [after = null] = path === null ? [] : visible(path)
  return kind === 'folder'
    ? { kind, before, after }
    : {
        kind,
        before,
        after,
        revisionBefore: before === null ? null : revisionBefore,
        revision: after === null ? null : revision,
      }
}
