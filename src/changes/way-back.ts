import { CodedError } from '../errors.ts'
import { joinPath, type LibraryPath, nameOf, parentOf } from '../library/paths.ts'
import type { Difference } from '../schemas/change.ts'
import type { FolderWork } from './folder-task.ts'
import type { RecordedFile } from './history.ts'
import { isTrashed } from './trash-place.ts'

/*
 * Where undo and redo bring what an entry moved. A name and a folder are two things: an entry that changed one of them gives back that
 * one, if it still stands, and leaves the other as it is now.
 */

type Moved = Pick<RecordedFile, 'path' | 'leftAt' | 'place'>

/** The path that turning an entry gives its track: the one that it has, another, or null for the trash. Throws VALUE_CONFLICT and TRASHED. */
export function wayOfTrack(file: Moved, differences: readonly Difference[]): LibraryPath | null {
  const path = file.path as LibraryPath
  const own = differences.find(({ kind, field }) => kind === 'path' && field !== 'side file')
  if (!own || file.leftAt === null || file.place === null) {
    demandOutside(path)
    return path
  }
  return wayOf(path, file.leftAt, file.place, own)
}

/** The work that turns the entry of a folder. `isAwaited` as of the history. */
export function wayOfFolder(
  { path, leftAt, place }: Moved,
  difference: Difference,
  isAwaited: (folder: LibraryPath) => boolean,
): { path: LibraryPath; work: FolderWork } {
  if (leftAt === null && place !== null) {
    demandOutside(place)
    return { path: place, work: { kind: 'create', asItWas: true } }
  }
  if (path === null || leftAt === null)
    throw new CodedError('FOLDER_NOT_FOUND', 'The folder is gone, or another has taken its path.')
  if (place === null) {
    demandOutside(path)
    demandAt(path, leftAt)
    if (isAwaited(path)) {
      throw new CodedError(
        'FOLDER_NOT_EMPTY',
        'Undo of a later change would bring something back into the folder; undo that first.',
      )
    }
    return { path, work: { kind: 'remove' } }
  }
  const to = wayOf(path, leftAt, place, difference)
  return { path, work: to === null ? { kind: 'delete' } : { kind: 'place', to, asItWas: true } }
}

function wayOf(path: LibraryPath, leftAt: LibraryPath, place: LibraryPath, difference: Difference): LibraryPath | null {
  if (difference.after.length === 0) {
    demandOutside(path)
    demandAt(path, leftAt)
    return null
  }
  if (isTrashed(place))
    throw new CodedError('TRASHED', 'The folder that it was in is in the trash; undo what deleted that first.')
  if (difference.before.length === 0) {
    demandAt(path, leftAt)
    return place
  }
  demandOutside(path)
  const renamed = nameOf(leftAt) !== nameOf(place)
  const moved = parentOf(leftAt) !== parentOf(place)
  // Also where it is back by another change: once that is undone, it would be gone from here again.
  const stale = (part: (path: LibraryPath) => string) => part(path) !== part(leftAt)
  if ((renamed && stale(nameOf)) || (moved && stale(parentOf))) demandAt(path, leftAt)
  return joinPath(moved ? parentOf(place) : parentOf(path), renamed ? nameOf(place) : nameOf(path))
}

function demandAt(path: LibraryPath, expected: LibraryPath): void {
  if (path === expected) return
  throw new CodedError(
    'VALUE_CONFLICT',
    `It was renamed or moved again since, and is no longer “${expected}”; undo the later change first.`,
  )
}

function demandOutside(path: LibraryPath): void {
  if (isTrashed(path)) throw new CodedError('TRASHED', 'It is in the trash; undo what deleted it first.')
}
