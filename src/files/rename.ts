import { closeSync, constants, linkSync, lstatSync, openSync, readdirSync, renameSync, unlinkSync } from 'node:fs'
import { CodedError } from '../errors.ts'
import { type Folder, itself } from './folder.ts'
import { discard } from './temporary.ts'

/* Renames within a folder, and from one into another, that never replace anything. */

/** An entry of a folder that is held open, there or to be. */
export interface Entry {
  readonly folder: Folder
  readonly name: Buffer
}

const at = ({ folder, name }: Entry): Buffer => folder.at(name)

const comparable = (name: Buffer): string => name.toString('utf8').normalize('NFC').toLowerCase()

/**
 * Throws TARGET_EXISTS where another entry than `name` has the name `newName`, or one that differs only in case or Unicode form and would
 * collide on other systems. `name` is null for what comes from elsewhere. `asItWas`: only what this file system itself takes for the same
 * name is in the way, for what comes back to where it was beside such a name, or goes into our trash.
 */
export function demandFree(folder: Folder, name: Buffer | null, newName: Buffer, asItWas = false): void {
  if (asItWas) {
    const there = inodeIn(folder, newName)
    if (there === undefined || (name && there === inodeIn(folder, name))) return
    throw new CodedError('TARGET_EXISTS', `There is a “${newName.toString('utf8')}” in the folder already.`)
  }
  const wanted = comparable(newName)
  for (const entry of readdirSync(folder.at(itself), { encoding: 'buffer' })) {
    if (!(name && entry.equals(name)) && comparable(entry) === wanted) {
      throw new CodedError('TARGET_EXISTS', `There is a “${entry.toString('utf8')}” in the folder already.`)
    }
  }
}

const inodeIn = (folder: Folder, name: Buffer): bigint | undefined =>
  lstatSync(folder.at(name), { bigint: true, throwIfNoEntry: false })?.ino

/** Renames a file without ever replacing another, even one that appeared this instant. */
export function renameFree(from: Entry, to: Entry): void {
  const [source, target] = [at(from), at(to)]
  try {
    linkSync(source, target)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (code === 'EEXIST' && sameFile(source, target)) {
      // A file system that ignores case: the new spelling already leads to this file.
      renameSync(source, target)
      return
    }
    if (!noLinks.has(code)) throw error
    // No hard links here (exFAT, some shares): an empty file of our own reserves the name.
    closeSync(openSync(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL))
    try {
      renameSync(source, target)
    } catch (failure) {
      discard(to.folder, to.name)
      throw failure
    }
    return
  }
  try {
    unlinkSync(source)
  } catch (error) {
    discard(to.folder, to.name)
    throw error
  }
}

const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EACCES'])

function sameFile(a: Buffer, b: Buffer): boolean {
  const [one, other] = [lstatSync(a, { bigint: true }), lstatSync(b, { bigint: true })]
  return one.ino === other.ino && one.dev === other.dev && one.nlink === 1n
}

/**
 * Renames a folder in one step. The system replaces nothing but an empty folder, so that of one that took the new name this instant
 * nothing is lost; all others are looked for before.
 */
export function renameFolderFree(from: Entry, to: Entry): void {
  const taken = lstatSync(at(to), { bigint: true, throwIfNoEntry: false })
  const mine = lstatSync(at(from), { bigint: true })
  if (taken && !(taken.ino === mine.ino && taken.dev === mine.dev)) {
    throw new CodedError('TARGET_EXISTS', 'A file or folder of this name is already there.')
  }
  renameSync(at(from), at(to))
}

/** Gives the finished temporary a new name and takes the old one away: the new name never has the old bytes. */
export function replaceRenamed(temporary: Entry, old: Entry, target: Entry): void {
  if (lstatSync(at(target), { throwIfNoEntry: false }) && sameFile(at(old), at(target))) {
    // A file system that ignores case, and another spelling of the same name.
    renameSync(at(temporary), at(old))
    renameSync(at(old), at(target))
    return
  }
  renameFree(temporary, target)
  try {
    unlinkSync(at(old))
  } catch (error) {
    discard(target.folder, target.name)
    throw error
  }
}
