import { type BigIntStats, lstatSync, statSync } from 'node:fs'
import { CodedError } from '../errors.ts'
import { revisionOf } from '../files/revision.ts'
import { readEntries } from './browse.ts'
import { absolute, encodeName, type LibraryPath, locate, locatedBytes } from './paths.ts'

/** Tracks of a folder as their directory entries tell, one array for each property, in no order. */
export interface WalkedTracks {
  readonly names: readonly string[]
  readonly revisions: readonly string[]
  readonly inodes: readonly string[]
  /** Bytes. */
  readonly sizes: readonly number[]
  /** Modification times, ms since the epoch. */
  readonly modified: readonly number[]
  /** Whether each is a symbolic link; the rest is then told of the file that it leads to. */
  readonly linked: readonly boolean[]
}

/** A folder and what is directly in it, links to folders left out; null where it is no longer there. */
export interface WalkedFolder {
  readonly path: LibraryPath
  readonly found: {
    readonly device: string
    /** Modification time of the folder in ns. */
    readonly modified: string
    readonly folders: readonly string[]
    /** JSON of WalkedTracks: as a text it passes threads that have no use for it at no cost, however long the folder. */
    readonly tracks: string
    /** The latest modification time of a track, but for those long to come (ms since the epoch); 0 where there is none. */
    readonly latest: number
    /** How many of each it shows: links are counted, too. */
    readonly shown: { readonly folders: number; readonly tracks: number }
  } | null
}

/** Looks at folders without opening any track. Those that cannot be read now, though they are there, are left out: nothing is known of them. */
export function walkFolders(root: Buffer, paths: readonly LibraryPath[]): WalkedFolder[] {
  return paths.flatMap(path => {
    try {
      return { path, found: walkFolder(root, path) }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR') return { path, found: null }
      if (error instanceof CodedError || typeof code === 'string') return []
      throw error
    }
  })
}

function walkFolder(root: Buffer, path: LibraryPath): WalkedFolder['found'] {
  const located = locate(root, path)
  if (located.linked) return null
  const real = locatedBytes(located)
  // Before its entries: one that appears meanwhile makes the folder newer than what is remembered of it.
  const own = statSync(real, { bigint: true })
  const entries = readEntries(root, path)
  const names: string[] = []
  const revisions: string[] = []
  const inodes: string[] = []
  const sizes: number[] = []
  const modified: number[] = []
  const links: boolean[] = []
  const soon = BigInt(Date.now() + 5000)
  let latest = 0
  const slash = Buffer.concat([real, Buffer.from(real.length === 1 ? '' : '/')])
  for (const { name, linked } of entries.tracks) {
    const stats = statsOf(Buffer.concat([slash, encodeName(name)]), linked)
    if (!stats?.isFile()) continue
    names.push(name)
    revisions.push(revisionOf(stats))
    inodes.push(stats.ino.toString(36))
    sizes.push(Number(stats.size))
    modified.push(Number(stats.mtimeMs))
    // A time that is long to come says nothing: that clock is not ours.
    if (stats.mtimeMs <= soon && stats.mtimeMs > latest) latest = Number(stats.mtimeMs)
    links.push(linked)
  }
  const shown = { folders: entries.folders.length, tracks: entries.tracks.length }
  const folders = entries.folders.filter(({ linked }) => !linked).map(({ name }) => name)
  const tracks: WalkedTracks = { names, revisions, inodes, sizes, modified, linked: links }
  return {
    device: own.dev.toString(36),
    modified: own.mtimeNs.toString(),
    folders,
    tracks: JSON.stringify(tracks),
    latest,
    shown,
  }
}

function statsOf(path: Buffer, linked: boolean): BigIntStats | undefined {
  return linked
    ? statSync(path, { bigint: true, throwIfNoEntry: false })
    : lstatSync(path, { bigint: true, throwIfNoEntry: false })
}

/** Which of the tracks are still in the revision that is known of them. */
export function compareRevisions(
  root: Buffer,
  tracks: ReadonlyArray<{ readonly path: LibraryPath; readonly revision: string }>,
): boolean[] {
  return tracks.map(({ path, revision }) => {
    try {
      return (
        revisionOf(statSync(Buffer.concat([root, separator(root), encodeName(path)]), { bigint: true })) === revision
      )
    } catch {
      return false
    }
  })
}

/** Modification times of folders (ns); null for those that are gone, and for those that cannot be asked now. */
export function folderTimes(root: Buffer, paths: readonly LibraryPath[]): (string | null)[] {
  return paths.map(path => {
    try {
      return statSync(absolute(root, path), { bigint: true }).mtimeNs.toString()
    } catch {
      return null
    }
  })
}

const separator = (root: Buffer): Buffer => Buffer.from(root.length === 1 ? '' : '/')
