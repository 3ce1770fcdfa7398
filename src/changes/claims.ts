import { lstat, realpath } from 'node:fs/promises'
import type { Claim } from '../files/lock.ts'
import { trashName } from '../files/trash.ts'
import { absolute, encodeName, type LibraryPath, nameOf, parentOf } from '../library/paths.ts'
import type { AnyEdit } from './edits/apply-edit.ts'
import type { FolderTask } from './folder-task.ts'
import type { Task } from './task-runner.ts'
import { isTrashed } from './trash-place.ts'

/*
 * What a task has for itself while it runs. A tag edit: its file. What moves a file: also the folders that it leaves and comes to, so that
 * one at a time looks for free names and side files there, and each folder that is missing on the way, so that only one makes it. What
 * moves a folder: that with all below it, where it was and where it will be. What goes to a trash: that, for the same reason.
 */

/** Claims of a task on a track. */
export async function trackClaims(root: Buffer, { path, place, work }: Task): Promise<Claim[]> {
  const edits = work.kind === 'edits' ? work.edits : []
  const target = place === undefined ? destinationOf(path, edits) : parentOf(place)
  if (target === null) return [await realKey(root, path)]
  const isDelete = edits.some(({ op }) => op === 'delete') || (place !== undefined && isTrashed(place))
  const ways = [realKeys(root, path), realKeys(root, parentOf(path)), realKeys(root, target)]
  return [...(await Promise.all(ways)).flat(), ...(isDelete ? [trashKey(root)] : [])]
}

/** The folder that edits move a track to, its own where they rename or delete it; null where it stays as it is. */
function destinationOf(path: LibraryPath, edits: readonly AnyEdit[]): LibraryPath | null {
  let target: LibraryPath | null = null
  for (const edit of edits) {
    if (edit.op === 'move') target = edit.to as LibraryPath
    else if (edit.op === 'rename' || edit.op === 'delete') target ??= parentOf(path)
  }
  return target
}

/** Claims of a task on a folder. */
export async function folderClaims(root: Buffer, { path, work }: Pick<FolderTask, 'path' | 'work'>): Promise<Claim[]> {
  const ends = work.kind === 'place' ? [path, work.to] : [path]
  const claims = await Promise.all(
    ends.map(async end => [{ below: await realKey(root, end) }, ...(await realKeys(root, parentOf(end)))]),
  )
  return [...claims.flat(), ...(ends.some(isTrashed) || work.kind === 'delete' ? [trashKey(root)] : [])]
}

/** One for all deletes, in whatever file system: they are short. */
const trashKey = (root: Buffer): string => `${root.toString('latin1')}/${trashName}`

/** The key of a path, and those of the folders above it that are missing with it. */
async function realKeys(root: Buffer, path: LibraryPath): Promise<string[]> {
  const keys = [await realKey(root, path)]
  for (let at = path; at !== '' && !(await isThere(root, at)); at = parentOf(at))
    keys.push(await realKey(root, parentOf(at)))
  return keys
}

const isThere = (root: Buffer, path: LibraryPath): Promise<boolean> =>
  lstat(absolute(root, path)).then(
    () => true,
    () => false,
  )

/** The real path behind a path; of what is not there, below the folder that is. */
async function realKey(root: Buffer, path: LibraryPath): Promise<string> {
  try {
    return (await realpath(absolute(root, path), { encoding: 'buffer' })).toString('latin1')
  } catch {
    // Nothing there: the task will say so, or make it.
    if (path === '') return root.toString('latin1')
    return `${await realKey(root, parentOf(path))}/${encodeName(nameOf(path)).toString('latin1')}`
  }
}
