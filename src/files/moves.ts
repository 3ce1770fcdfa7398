import { chmodSync, chownSync, mkdirSync, rmdirSync, statSync } from 'node:fs'
import { CodedError } from '../errors.ts'
import { demandWritableFolder, type Folder, itself, openFolder } from './folder.ts'
import type { Journal } from './journal.ts'
import type { Move, RecordId } from './journal-record.ts'
import { demandFree } from './rename.ts'
import type { Owner } from './write.ts'

/*
 * Moves of files and folders within the library. Each is a list of steps, every one with its opposite: what fails is taken back in
 * reverse at once, and what is killed before the history has recorded it, at the next start, by the record that the journal got first.
 * Nothing is ever copied and nothing replaced: the bytes stay where they are on the disk.
 */

/** One step and its opposite. */
export interface Step {
  /** Throws where it could not be done, and then nothing of it is. */
  run(): void
  undo(): void
}

/** A folder that entries are moved to, held open: as far down as it is there already, with the names of what is missing. */
export interface Destination {
  /** Absolute bytes of the folder. */
  readonly path: Buffer
  /** Names of the folders that are still to be made, from the top. */
  readonly missing: readonly Buffer[]
  /** Which names are in the way (see demandFree). */
  readonly asItWas: boolean
  /** The folder, or the lowest of those above it that are there. */
  readonly folder: () => Folder
  /** The steps that make what is missing. */
  make(owner: Owner, warnings: string[]): Step[]
  /** The folders whose entries change by all that: to be flushed. */
  touched(): Folder[]
  close(): void
}

/**
 * Goes down from the library's `root` by `names`, through open descriptors. Throws TARGET_EXISTS where something else than a folder is in
 * the way, or a folder whose name differs in case or Unicode form only (but see demandFree), and NAME_INVALID for links.
 */
export function openDestination(root: Buffer, names: readonly Buffer[], asItWas = false): Destination {
  const opened = [openFolder(root, root)]
  const folder = (): Folder => opened.at(-1) as Folder
  const close = (): void => {
    for (const one of opened) one.close()
  }
  try {
    let at = 0
    for (; at < names.length; at++) {
      const child = openChild(folder(), names[at] as Buffer, root)
      if (!child) break
      opened.push(child)
    }
    const missing = names.slice(at)
    if (missing[0]) demandFree(folder(), null, missing[0], asItWas)
    const path = names.reduce(joined, root)
    const make = (owner: Owner, warnings: string[]): Step[] =>
      missing.map(name => ({
        run() {
          const parent = folder()
          mkdirSync(parent.at(name))
          try {
            const child = openFolder(parent.at(name), root)
            opened.push(child)
            takeAfter(child, parent, owner, warnings)
          } catch (error) {
            removeEmpty(parent, name)
            throw error
          }
        },
        undo() {
          opened.pop()?.close()
          removeEmpty(folder(), name)
        },
      }))
    return { path, missing, asItWas, folder, make, touched: () => opened.slice(at), close }
  } catch (error) {
    close()
    throw error
  }
}

/** A folder in a folder, or null where there is none. */
function openChild(parent: Folder, name: Buffer, root: Buffer): Folder | null {
  try {
    return openFolder(parent.at(name), root)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error
    throw new CodedError(
      'TARGET_EXISTS',
      `“${name.toString('utf8')}” is there already, and is a file or a link, not a folder.`,
    )
  }
}

/** Removes an empty folder. Throws ENOTEMPTY for one that is not. */
export function removeFolder(parent: Folder, name: Buffer): void {
  rmdirSync(parent.at(name))
}

/** Removes a folder that is empty; one that is not has got something of other programs, and stays. */
function removeEmpty(parent: Folder, name: Buffer): void {
  try {
    rmdirSync(parent.at(name))
  } catch {}
}

/** Gives a new folder the mode of its parent, and its owner where none is set; what is not permitted is a warning. */
function takeAfter(folder: Folder, parent: Folder, owner: Owner, warnings: string[]): void {
  const [mine, above] = [folder.stat(), parent.stat()]
  const uid = owner && owner.uid >= 0 ? owner.uid : Number(owner ? mine.uid : above.uid)
  const gid = owner && owner.gid >= 0 ? owner.gid : Number(owner ? mine.gid : above.gid)
  try {
    if (Number(mine.uid) !== uid || Number(mine.gid) !== gid) chownSync(folder.at(itself), uid, gid)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (owner) warnings.push(`The owner of a new folder could not be set to ${uid}:${gid} (${code}).`)
  }
  try {
    // After chown, which drops the set-id bits.
    chmodSync(folder.at(itself), Number(above.mode & 0o7777n))
  } catch (error) {
    warnings.push(`The mode of a new folder could not be set (${(error as NodeJS.ErrnoException).code}).`)
  }
}

/** Throws READ_ONLY where nothing may be put into a destination, and TARGET_EXISTS where one of `names` is taken there, but by `own`. */
export function demandRoom(destination: Destination, names: readonly Buffer[], own: Buffer | null = null): void {
  demandWritableFolder(destination.folder())
  if (destination.missing.length > 0) return
  for (const name of names) demandFree(destination.folder(), own, name, destination.asItWas)
}

/** Throws CROSS_DEVICE where a move from a folder to a destination would have to copy. */
export function demandOneFileSystem(from: Folder, destination: Destination): void {
  if (from.stat().dev !== destination.folder().stat().dev) throw acrossFileSystems()
}

const acrossFileSystems = (cause?: unknown) =>
  new CodedError(
    'CROSS_DEVICE',
    'The two places are on different file systems, and nothing is copied here; move it with another program.',
    { cause },
  )

/** What the journal has to know of a move before it begins. */
export interface MoveRecord {
  readonly moves: readonly Move[]
  /** Absolute paths of the folders that are made for it, from the top. */
  readonly made: readonly Buffer[]
  /** Where the file gets new bytes as well: the splices that lead back (see encodeToggle). */
  readonly toggle: Uint8Array | null
}

/** The folders that a destination lacks, as absolute paths from the top. */
export function madeFor({ path, missing }: Destination): Buffer[] {
  const paths: Buffer[] = []
  let at = path
  for (let left = missing.length; left > 0; left--) {
    paths.unshift(at)
    at = folderOf(at)
  }
  return paths
}

/**
 * Runs steps in order, their record first. Where one fails those before it are taken back, so that all is as it was; where that fails too
 * the record stands for the next start. `putsBack`: the steps themselves take back what the history could not record; the record is then
 * read the other way round, so that a crash leads forward.
 */
export function runSteps(
  steps: readonly Step[],
  record: MoveRecord,
  journal: Journal | null,
  putsBack: boolean,
): RecordId | null {
  const id = journal?.writeMoves({ ...record, moves: putsBack ? record.moves.map(turned) : record.moves }) ?? null
  const done: Step[] = []
  try {
    for (const step of steps) {
      step.run()
      done.unshift(step)
    }
    return id
  } catch (error) {
    try {
      for (const step of done) step.undo()
    } catch (cause) {
      journal?.leave()
      throw new CodedError(
        'IO_ERROR',
        'The disk failed during the move, and again when it was taken back; with STATE_DIR the next start of the server finishes that. See to the disk, then start it anew.',
        { cause },
      )
    }
    journal?.drop()
    throw record.moves.some(isAcross) ? translated(error) : error
  }
}

const turned = ({ from, to, inode, newInode }: Move): Move => ({ from: to, to: from, inode: newInode, newInode: inode })

const folderOf = (path: Buffer): Buffer => path.subarray(0, path.lastIndexOf('/'))
const isAcross = ({ from, to }: Move): boolean => !folderOf(from).equals(folderOf(to))

/** EXDEV names no path and means nothing to most. */
const translated = (error: unknown): unknown =>
  (error as NodeJS.ErrnoException).code === 'EXDEV' ? acrossFileSystems(error) : error

/** Flushes folders whose entries changed; what they cannot is a warning, for the move has happened. */
export function flushed(folders: readonly Folder[]): string[] {
  const warnings = new Set<string>()
  for (const folder of new Set(folders)) {
    try {
      folder.sync()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      warnings.add(`The folder could not be flushed to the disk (${code}); a power cut could bring the old state back.`)
    }
  }
  return [...warnings]
}

export const joined = (folder: Buffer, name: Buffer): Buffer =>
  Buffer.concat([folder, Buffer.from(folder.length === 1 ? '' : '/'), name])

/** Inode of an entry, links not followed by the caller. */
export const inodeOf = (folder: Folder, name: Buffer): bigint => statSync(folder.at(name), { bigint: true }).ino
