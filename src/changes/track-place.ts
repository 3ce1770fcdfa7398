import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { CodedError } from '../errors.ts'
import { type Folder, itself } from '../files/folder.ts'
import { type Destination, openDestination } from '../files/moves.ts'
import type { Companion } from '../files/write.ts'
import { absolute, decodeName, encodeName, joinPath, type LibraryPath, nameOf, parentOf } from '../library/paths.ts'
import type { Difference } from '../schemas/change.ts'
import { isTrackName } from '../tags/containers/registry.ts'
import type { MadeFolder } from './outcome.ts'
import { isTrashed, visible } from './trash-place.ts'

/** A file that shares a track's name and goes where it goes. */
export interface SideFile {
  readonly name: string
  readonly newName: string
}

/** A name up to its extension. */
export const stemOf = (name: string): string => name.replace(/(?<=.)\.[^.]+$/, '')

/** Which side files a track takes along: those with these ends to its name, or all, once no track but `departing` shares the name. */
export type SideFileRule = { readonly known: readonly string[] } | { readonly departing: readonly string[] }

/** The side files of the track `name` that go along when it gets `newName`, and warnings for those that are known and no longer there. */
export function findSideFiles(folder: Folder, name: string, newName: string, rule: SideFileRule) {
  const known = 'known' in rule ? rule.known : null
  const [stem, newStem] = [stemOf(name), stemOf(newName)]
  const entries = readdirSync(folder.at(itself), {
    encoding: 'buffer',
    withFileTypes: true,
  }) as unknown as Dirent<Buffer>[]
  const files = entries.filter(entry => entry.isFile()).map(entry => decodeName(entry.name))
  const sharing = files.filter(file => file !== name && file.startsWith(`${stem}.`) && stemOf(file) === stem)
  const gone = new Set('departing' in rule ? rule.departing : [])
  const shared = sharing.some(file => isTrackName(file) && !gone.has(file))
  const own = sharing.filter(file => !isTrackName(file))
  const going = known ? own.filter(file => known.includes(file.slice(stem.length))) : shared ? [] : own
  const sides = going.sort().map((file): SideFile => ({ name: file, newName: newStem + file.slice(stem.length) }))
  const warnings = (known ?? [])
    .filter(end => !going.includes(stem + end))
    .map(end => `“${stem}${end}” is no longer there, so it did not come along.`)
  return { sides, warnings }
}

/** What ends the names of the side files that a recorded change moved. */
export function knownEnds(differences: readonly Difference[]): string[] {
  return differences.filter(isOfSideFile).flatMap(({ before, after }) => {
    const [path] = [...before, ...after]
    return path === undefined ? [] : nameOf(path as LibraryPath).slice(stemOf(nameOf(path as LibraryPath)).length)
  })
}

const isOfSideFile = ({ kind, field }: Difference): boolean => kind === 'path' && field === 'side file'

export const companionsOf = (sides: readonly SideFile[]): Companion[] =>
  sides.map(({ name, newName }) => ({ name: encodeName(name), newName: encodeName(newName) }))

/** What moving a track, with its side files, looks like. */
export function pathDifferences(path: LibraryPath, newPath: LibraryPath, sides: readonly SideFile[]): Difference[] {
  const differenceOf = (field: string, from: LibraryPath, to: LibraryPath): Difference => ({
    kind: 'path',
    field,
    before: visible(from),
    after: visible(to),
  })
  return [
    differenceOf('path', path, newPath),
    ...sides.map(({ name, newName }) =>
      differenceOf('side file', joinPath(parentOf(path), name), joinPath(parentOf(newPath), newName)),
    ),
  ]
}

/** Opens the folder of the library that something is moved to, or, with `asItWas`, comes back to. Throws as openDestination. */
export function openLibraryFolder(root: Buffer, path: LibraryPath, asItWas: boolean): Destination {
  return openDestination(root, path === '' ? [] : path.split('/').map(encodeName), asItWas || isTrashed(path))
}

/** The folders that a destination lacks, from the top, but for those in a trash. */
export function missingFolders(path: LibraryPath, { missing }: Destination): LibraryPath[] {
  const folders: LibraryPath[] = []
  for (let at = path; folders.length < missing.length; at = parentOf(at)) folders.unshift(at)
  return folders.filter(folder => !isTrashed(folder))
}

/** The same once they are made, with their inodes. */
export function madeFolders(root: Buffer, paths: readonly LibraryPath[], planned: boolean): MadeFolder[] {
  const inodeOf = (path: LibraryPath) => String(lstatSync(absolute(root, path), { bigint: true }).ino)
  return paths.map(path => ({ path, inode: planned ? '' : inodeOf(path) }))
}

/** Throws NAME_INVALID for a path over a link: its own name is not the one of the file. */
export function demandNoLink(linked: boolean, what: 'file' | 'folder'): void {
  if (linked)
    throw new CodedError('NAME_INVALID', `The path runs over a symbolic link; do this where the ${what} really is.`)
}
