import { type Dirent, opendirSync, statSync } from 'node:fs'
import { CodedError } from '../errors.ts'
import type { Folder, FolderEntry } from '../schemas/folder.ts'
import { isTrackName } from '../tags/containers/registry.ts'
import { sortNames } from './order.ts'
import { absolute, decodeName, joinPath, type LibraryPath, locate, locatedBytes, nameOf } from './paths.ts'

/** Folders that NAS systems keep for themselves. */
const systemFolders = new Set(['@eaDir', '#recycle', '$RECYCLE.BIN', 'System Volume Information', 'lost+found'])

interface Entry {
  readonly name: string
  /** Whether it is a symbolic link to such an entry. */
  readonly linked: boolean
}

interface Entries<T> {
  readonly folders: readonly T[]
  readonly tracks: readonly T[]
}

/** A folder that was looked at when it had this modification time (ns), and how many folders and tracks it showed. */
export interface KnownFolder {
  readonly name: string
  readonly modified: string
  readonly folders: number
  readonly tracks: number
}

/** The entries of a directory, a few at a time: a list of them all, where there are a million, takes more than half a gigabyte. */
function* readDirectory(path: Buffer): Generator<Dirent<Buffer>> {
  // Node reads names as bytes, too; its types do not say so.
  const directory = opendirSync(path as unknown as string, { encoding: 'buffer' as BufferEncoding, bufferSize: 128 })
  try {
    for (let entry = directory.readSync(); entry; entry = directory.readSync()) yield entry as unknown as Dirent<Buffer>
  } finally {
    directory.closeSync()
  }
}

/** The folders and tracks in a folder, in no order; hidden ones, and links that lead out of the library, are left out. */
export function readEntries(root: Buffer, path: LibraryPath): Entries<Entry> {
  const real = locatedBytes(locate(root, path))
  const folders: Entry[] = []
  const tracks: Entry[] = []
  for (const entry of readDirectory(real)) {
    if (entry.name[0] === 0x2e) continue
    const name = decodeName(entry.name)
    const linked = entry.isSymbolicLink()
    const kind = linked
      ? linkKind(root, joinPath(path, name))
      : entry.isDirectory()
        ? 'folder'
        : entry.isFile()
          ? 'file'
          : null
    if (kind === 'folder' && !systemFolders.has(name)) folders.push({ name, linked })
    if (kind === 'file' && isTrackName(name)) tracks.push({ name, linked })
  }
  return { folders, tracks }
}

/** Their names, sorted. */
function entriesOf(root: Buffer, path: LibraryPath): Entries<string> {
  const { folders, tracks } = readEntries(root, path)
  return { folders: sortNames(folders.map(({ name }) => name)), tracks: sortNames(tracks.map(({ name }) => name)) }
}

function linkKind(root: Buffer, path: LibraryPath): 'folder' | 'file' | null {
  try {
    const stats = statSync(locatedBytes(locate(root, path)))
    return stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : null
  } catch {
    return null
  }
}

/** A folder and its direct children. Those that are still as they are known are not opened. Throws FOLDER_NOT_FOUND. */
export function readFolder(root: Buffer, path: LibraryPath, known: readonly KnownFolder[]): Folder {
  const names = demandFolder(() => sortNames(readEntries(root, path).folders.map(({ name }) => name)))
  const knownAs = new Map(known.map(each => [each.name, each]))
  const folders = names.flatMap(name => countedEntry(root, joinPath(path, name), knownAs.get(name)) ?? [])
  return { path, name: nameOf(path), folders }
}

function countedEntry(root: Buffer, path: LibraryPath, known: KnownFolder | undefined): FolderEntry | null {
  const entry = { path, name: nameOf(path) }
  try {
    if (known && known.modified === statSync(absolute(root, path), { bigint: true }).mtimeNs.toString())
      return { ...entry, folders: known.folders, tracks: known.tracks }
    const { folders, tracks } = readEntries(root, path)
    return { ...entry, folders: folders.length, tracks: tracks.length }
  } catch (error) {
    // Gone since its parent was read, or not ours to read: shown, as empty, only in the second case.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : { ...entry, folders: 0, tracks: 0 }
  }
}

/** Paths of the tracks of a folder in natural order, with those of all folders below it where `recursive` is set. Throws FOLDER_NOT_FOUND. */
export function listTracks(root: Buffer, path: LibraryPath, recursive: boolean): LibraryPath[] {
  const found: LibraryPath[] = []
  // Links may make loops: every real folder is entered once.
  const seen = new Set<string>()
  const visit = (folder: LibraryPath, entries: Entries<string>): void => {
    for (const name of entries.tracks) found.push(joinPath(folder, name))
    if (!recursive) return
    for (const name of entries.folders) {
      const child = joinPath(folder, name)
      try {
        const key = locatedBytes(locate(root, child)).toString('latin1')
        if (seen.has(key)) continue
        seen.add(key)
        visit(child, entriesOf(root, child))
      } catch (error) {
        if (!(error instanceof CodedError) && typeof (error as NodeJS.ErrnoException).code !== 'string') throw error
      }
    }
  }
  const entries = demandFolder(() => {
    seen.add(locatedBytes(locate(root, path)).toString('latin1'))
    return entriesOf(root, path)
  })
  visit(path, entries)
  return found
}

function demandFolder<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new CodedError('FOLDER_NOT_FOUND', 'The folder is not in the library; list its parent again.')
    throw error
  }
}
