import { lstatSync } from 'node:fs'
import { CodedError } from '../errors.ts'
import { trashName } from '../files/trash.ts'
import { absolute, joinPath, type LibraryPath, parentOf } from '../library/paths.ts'

/** Whether a path leads into a trash. */
export function isTrashed(path: LibraryPath): boolean {
  return path.split('/').includes(trashName)
}

/** What is missing in the trash has been emptied. */
export function emptiedError(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error
  return new CodedError('TRASH_EMPTIED', 'It is no longer in the trash: that was emptied, and it cannot come back.', {
    cause: error,
  })
}

/** The path as one may see it: none in the trash. */
export const visible = (path: LibraryPath): LibraryPath[] => (isTrashed(path) ? [] : [path])

/** Where a deleted entry goes: below the trash of its file system, in the folder of its batch, under its old path. */
export function trashPlace(root: Buffer, path: LibraryPath, batch: string): LibraryPath {
  const top = topOfFileSystem(root, parentOf(path))
  const rest = top === '' ? path : path.slice(top.length + 1)
  return joinPath(top, `${trashName}/${batch}/${rest}`)
}

/** The highest folder above (or at) `path` that is on the same file system: a mount, or the library's root. */
function topOfFileSystem(root: Buffer, path: LibraryPath): LibraryPath {
  const deviceOf = (folder: LibraryPath) => lstatSync(absolute(root, folder), { bigint: true }).dev
  const device = deviceOf(path)
  let top = path
  while (top !== '' && deviceOf(parentOf(top)) === device) top = parentOf(top)
  return top
}

/** A path in a trash, cut up: the folder that holds the trash, and the names below the trash. */
export function splitTrashed(path: LibraryPath): { top: LibraryPath; names: string[] } {
  const parts = path.split('/')
  const at = parts.indexOf(trashName)
  return { top: parts.slice(0, at).join('/') as LibraryPath, names: parts.slice(at + 1) }
}
