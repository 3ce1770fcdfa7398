import { lstatSync } from 'node:fs'
import { CodedError } from '../errors.ts'
import { demandWritableFolder, type Folder, openFolder } from '../files/folder.ts'
import type { Journal } from '../files/journal.ts'
import type { RecordId } from '../files/journal-record.ts'
import { hasMountBelow } from '../files/mounts.ts'
import {
  demandOneFileSystem,
  demandRoom,
  flushed,
  joined,
  madeFor,
  removeFolder,
  runSteps,
  type Step,
} from '../files/moves.ts'
import { renameFolderFree } from '../files/rename.ts'
import { newBatch, prepareTrash } from '../files/trash.ts'
import type { Owner } from '../files/write.ts'
import { absolute, encodeName, type LibraryPath, type Located, locate, nameOf, parentOf } from '../library/paths.ts'
import type { ChangeFile } from '../schemas/change.ts'
import { emptyFile, failure, type Outcome } from './outcome.ts'
import { demandNoLink, madeFolders, missingFolders, openLibraryFolder } from './track-place.ts'
import { emptiedError, isTrashed, splitTrashed, trashPlace, visible } from './trash-place.ts'

/** What is done with a folder: it gets another place, goes to the trash, is made, or removed where it is empty. */
export type FolderWork =
  | { readonly kind: 'place'; readonly to: LibraryPath; readonly asItWas?: boolean }
  | { readonly kind: 'delete' }
  | { readonly kind: 'create'; readonly asItWas?: boolean }
  | { readonly kind: 'remove' }

/** The work on one folder, with all that is in it. */
export interface FolderTask {
  readonly root: Uint8Array
  /** The folder; for `create`, the one that is to be. */
  readonly path: LibraryPath
  readonly work: FolderWork
  /** The inode that it must have; null accepts any. */
  readonly expected: string | null
  readonly batch?: string
  readonly owner: Owner
  readonly dryRun: boolean
  /** Whether it puts back what the history could not record (see WriteRequest). */
  readonly putsBack?: boolean
}

/** What a folder task did: where the folder was and is (null where there was or is none), and its inode. */
export interface AppliedFolder {
  readonly pathBefore: LibraryPath | null
  readonly path: LibraryPath | null
  readonly revision: string
  readonly journalId: RecordId | null
}

export type FolderOutcome = Outcome<AppliedFolder>

/** Plans work on a folder and, unless it is a dry run, does it. Never throws for what is wrong with the folder: the outcome says it. */
export function runFolderTask(task: FolderTask, journal: () => Journal | null): FolderOutcome {
  try {
    const { work, path } = task
    if (work.kind === 'create') return create(task, journal)
    if (work.kind === 'remove') return remove(task)
    const root = Buffer.from(task.root)
    const to = work.kind === 'delete' ? trashPlace(root, path, task.batch ?? newBatch()) : work.to
    return place(task, to, journal, work.kind === 'place' && (work.asItWas ?? false))
  } catch (error) {
    const { path, work } = task
    if (isTrashed(path)) return failure(work.kind === 'place' ? work.to : path, emptiedError(error))
    return failure(path, folderError(error))
  }
}

/** Of a folder it is the folder that is missing. */
function folderError(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error
  return new CodedError('FOLDER_NOT_FOUND', 'The folder is not in the library; list its parent again.', {
    cause: error,
  })
}

function place(task: FolderTask, to: LibraryPath, journal: () => Journal | null, asItWas: boolean): FolderOutcome {
  const { path, dryRun, owner } = task
  const root = Buffer.from(task.root)
  const file = fileOf(isTrashed(path) ? to : path, path, to)
  if (to === path) return { file: { ...file, changes: [] }, applied: null, made: [] }
  if (to.startsWith(`${path}/`)) throw new CodedError('NAME_INVALID', 'A folder cannot be moved into itself.')
  const located = locate(root, path)
  demandNoLink(located.linked, 'folder')
  const parent = openFolder(located.folder, root)
  try {
    const inode = demandMovableFolder(parent, located, task.expected)
    const warnings: string[] = []
    if (isTrashed(to) && !dryRun) {
      const { top } = splitTrashed(to)
      warnings.push(...prepareTrash(root, top === '' ? [] : top.split('/').map(encodeName), owner))
    }
    const destination = openLibraryFolder(root, parentOf(to), asItWas)
    try {
      const from = { folder: parent, name: located.name }
      const name = encodeName(nameOf(to))
      // Another spelling of its own name is free, of course.
      const own = parentOf(to) === parentOf(path) ? located.name : null
      demandOneFileSystem(parent, destination)
      demandRoom(destination, [name], own)
      const missing = missingFolders(parentOf(to), destination)
      const done = { ...file, status: 'applied' as const, warnings }
      if (dryRun) return { file: done, applied: null, made: madeFolders(root, missing, true) }
      const step: Step = {
        run: () => renameFolderFree(from, { folder: destination.folder(), name }),
        undo: () => renameFolderFree({ folder: destination.folder(), name }, from),
      }
      const move = {
        from: joined(located.folder, located.name),
        to: joined(destination.path, name),
        inode,
        newInode: inode,
      }
      const record = { moves: [move], made: madeFor(destination), toggle: null }
      const steps = [...destination.make(owner, warnings), step]
      const journalId = runSteps(steps, record, journal(), task.putsBack ?? false)
      warnings.push(...flushed([parent, ...destination.touched()]))
      const applied = { pathBefore: path, path: to, revision: String(inode), journalId }
      return { file: done, applied, made: madeFolders(root, missing, false) }
    } finally {
      destination.close()
    }
  } finally {
    parent.close()
  }
}

/** The inode of a folder that may be moved away. */
function demandMovableFolder(parent: Folder, { folder, name, path }: Located, expected: string | null): bigint {
  const stats = lstatSync(parent.at(name), { bigint: true })
  if (!stats.isDirectory()) throw new CodedError('FOLDER_NOT_FOUND', 'The path is not a folder.')
  // In the trash nothing else has its path, and many file systems give other numbers after a new mount.
  if (!isTrashed(path)) demandSame(stats.ino, expected, path)
  if (stats.dev !== parent.stat().dev)
    throw new CodedError('CROSS_DEVICE', 'The folder is where another file system is mounted, and cannot be moved.')
  if (hasMountBelow(joined(folder, name)))
    throw new CodedError(
      'CROSS_DEVICE',
      'Another file system is mounted in the folder and would go along; move what is beside it.',
    )
  demandWritableFolder(parent)
  if ((stats.mode & 0o222n) === 0n)
    throw new CodedError('READ_ONLY', 'The folder is marked read-only; change its mode to move it.')
  return stats.ino
}

function demandSame(inode: bigint, expected: string | null, path: LibraryPath): void {
  if (expected === null || String(inode) === expected) return
  throw new CodedError('REVISION_CONFLICT', `Another folder has taken the place of “${nameOf(path)}” since.`)
}

function create(task: FolderTask, journal: () => Journal | null): FolderOutcome {
  const { path, work, owner, dryRun } = task
  const root = Buffer.from(task.root)
  demandNoLink(locate(root, parentOf(path)).linked, 'folder')
  const destination = openLibraryFolder(root, path, work.kind === 'create' && (work.asItWas ?? false))
  try {
    const file = fileOf(path, null, path)
    if (destination.missing.length === 0)
      throw new CodedError('TARGET_EXISTS', `There is a “${nameOf(path)}” in the folder already.`)
    if (destination.missing.length > 1)
      throw new CodedError('FOLDER_NOT_FOUND', 'The folder that it is to be made in is not in the library.')
    demandRoom(destination, [])
    const warnings: string[] = []
    const done = { ...file, status: 'applied' as const, warnings }
    if (dryRun) return { file: done, applied: null, made: [] }
    const made = madeFor(destination)
    const journalId = runSteps(destination.make(owner, warnings), { moves: [], made, toggle: null }, journal(), false)
    warnings.push(...flushed(destination.touched()))
    const revision = String(destination.folder().stat().ino)
    return { file: done, applied: { pathBefore: null, path, revision, journalId }, made: [] }
  } finally {
    destination.close()
  }
}

/** Undoes `create`. */
function remove(task: FolderTask): FolderOutcome {
  const { path, expected, dryRun } = task
  const root = Buffer.from(task.root)
  const gone = fileOf(path, path, null)
  if (!lstatSync(absolute(root, path), { throwIfNoEntry: false })) return { file: gone, applied: null, made: [] }
  const located = locate(root, path)
  demandNoLink(located.linked, 'folder')
  const parent = openFolder(located.folder, root)
  try {
    const inode = demandMovableFolder(parent, located, expected)
    const folder = openFolder(parent.at(located.name), root)
    const isEmpty = folder.isEmpty()
    folder.close()
    if (!isEmpty) throw notEmpty
    const done = { ...gone, status: 'applied' as const }
    if (dryRun) return { file: done, applied: null, made: [] }
    removeFolder(parent, located.name)
    const warnings = flushed([parent])
    const applied = { pathBefore: path, path: null, revision: String(inode), journalId: null }
    return { file: { ...done, warnings }, applied, made: [] }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOTEMPTY' ? notEmpty : error
  } finally {
    parent.close()
  }
}

const notEmpty = new CodedError('FOLDER_NOT_EMPTY', 'Something is in the folder now, so it stays.')

function fileOf(path: LibraryPath, from: LibraryPath | null, to: LibraryPath | null): ChangeFile {
  const [before, after] = [from === null ? [] : visible(from), to === null ? [] : visible(to)]
  return { ...emptyFile(path), changes: [{ kind: 'path', field: 'folder', before, after }] }
}

/** The entry of a folder that was made on the way. */
export function madeFolder(path: LibraryPath): ChangeFile {
  return { ...fileOf(path, null, path), status: 'applied' }
}

/** What puts back a folder that the history could not record. */
export function reverseOf({ pathBefore, path }: AppliedFolder): Pick<FolderTask, 'path' | 'work'> {
  if (path === null) return { path: pathBefore as LibraryPath, work: { kind: 'create' } }
  return { path, work: pathBefore === null ? { kind: 'remove' } : { kind: 'place', to: pathBefore, asItWas: true } }
}
