import { closeSync, constants, linkSync, lstatSync, openSync, readdirSync, renameSync, unlinkSync } from 'node:fs'
import { CodedError } from '../errors.ts'
import type { Folder } from './folder.ts'
import { discard } from './temporary.ts'

/* Renames within a folder that never replace another file. */

const comparable = (name: Buffer): string => name.toString('utf8').normalize('NFC').toLowerCase()

/** Throws TARGET_EXISTS where another entry has the name, or one that differs only in case or Unicode form and would collide on other systems. */
export function demandFree(folder: Folder, name: Buffer, newName: Buffer): void {
  const wanted = comparable(newName)
  for (const entry of readdirSync(folder.at(Buffer.from('.')), { encoding: 'buffer' })) {
    if (!entry.equals(name) && comparable(entry) === wanted) {
      throw new CodedError('TARGET_EXISTS', `There is a “${entry.toString('utf8')}” in the folder already.`)
    }
  }
}

/** Renames within the folder without ever replacing another file, even one that appeared this instant. */
export function renameFree(folder: Folder, from: Buffer, to: Buffer): void {
  if (from.equals(to)) return
  const source = folder.at(from)
  const target = folder.at(to)
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
      discard(folder, to)
      throw failure
    }
    return
  }
  try {
    unlinkSync(source)
  } catch (error) {
    discard(folder, to)
    throw error
  }
}

const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EACCES'])

function sameFile(a: Buffer, b: Buffer): boolean {
  const [one, other] = [lstatSync(a, { bigint: true }), lstatSync(b, { bigint: true })]
  return one.ino === other.ino && one.dev === other.dev && one.nlink === 1n
}

/** Gives the finished temporary a new name and takes the old one away: the new name never has the old bytes. */
export function replaceRenamed(folder: Folder, temporary: Buffer, name: Buffer, newName: Buffer): void {
  const [old, target] = [folder.at(name), folder.at(newName)]
  if (lstatSync(target, { throwIfNoEntry: false }) && sameFile(old, target)) {
    // A file system that ignores case, and another spelling of the same name.
    renameSync(folder.at(temporary), old)
    renameSync(old, target)
    return
  }
  renameFree(folder, temporary, newName)
  try {
    unlinkSync(old)
  } catch (error) {
    discard(folder, newName)
    throw error
  }
}
