import {
  type BigIntStats,
  closeSync,
  fsyncSync,
  lstatSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs'
import { CodedError } from '../errors.ts'
import { openFolder } from './folder.ts'
import type { Move, MovesRecord } from './journal-record.ts'
import { createTemporary, takeOver, writeSpliced } from './new-file.ts'
import type { Recovery } from './recovery.ts'
import { renameFolderFree, renameFree } from './rename.ts'
import { decodeToggle } from './splice.ts'
import { temporaryName } from './temporary.ts'
import { openTrack } from './write.ts'

/** Where one move of a record stands. */
type Standing = 'not begun' | 'both names' | 'reserved' | 'done' | 'out of reach' | 'not ours'

/**
 * Takes back moves that were killed before the history recorded them, the last first, and the folders made for them where they are empty.
 * What another program has touched since is left alone. With `isLost` moves that were complete stay (see recoverJournal).
 */
export function takeBackMoves({ moves, made, toggle }: MovesRecord, isLost: boolean): Recovery | null {
  const path = (moves[0]?.from ?? made[0])?.toString('utf8') ?? ''
  const standings = moves.map(standingOf)
  if (moves.length > 0 && standings.every(standing => standing === 'out of reach')) {
    const detail = 'neither the old nor the new place can be reached; the next start tries again'
    return { path, outcome: 'left alone', detail, postponed: true }
  }
  if (isLost && standings.every(standing => standing === 'done')) return null
  let touched = false
  for (const [i, move] of [...moves.entries()].reverse()) {
    const standing = standings[i] as Standing
    if (standing === 'not ours') {
      return { path, outcome: 'left alone', detail: 'another program has put something else in one of its places' }
    }
    if (standing === 'not begun' || standing === 'out of reach') continue
    try {
      takeBack(move, standing, toggle)
    } catch (error) {
      const left = { path, outcome: 'left alone' as const, detail: (error as Error).message }
      // A disk that fails may work again at the next start.
      return error instanceof CodedError ? left : { ...left, postponed: true }
    }
    touched = true
  }
  for (const folder of made.toReversed()) {
    try {
      rmdirSync(folder)
      touched = true
    } catch {
      // Never made, or something else came into it.
    }
  }
  return touched
    ? { path, outcome: 'turned back', detail: 'a move or edit was killed; all is as it was before it' }
    : null
}

function standingOf({ from, to, inode, newInode }: Move): Standing {
  const [old, now] = [look(from), look(to)]
  const isNew = now?.ino === newInode
  if (from.equals(to)) return isNew ? 'done' : now?.ino === inode ? 'not begun' : now ? 'not ours' : 'out of reach'
  const isOld = old?.ino === inode
  if (isNew && isOld) return isListed(from) && isListed(to) ? 'both names' : isListed(to) ? 'done' : 'not begun'
  if (isNew) return old ? 'not ours' : 'done'
  if (isOld) return now?.isFile() && now.size === 0n && now.nlink === 1n ? 'reserved' : 'not begun'
  return old || now ? 'not ours' : 'out of reach'
}

const look = (path: Buffer): BigIntStats | undefined => {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Whether the folder lists the entry by this very name: where case is ignored, other spellings lead to it, too. */
function isListed(path: Buffer): boolean {
  const [folder, name] = parts(path)
  return readdirSync(folder, { encoding: 'buffer' }).some(entry => entry.equals(name))
}

function takeBack(move: Move, standing: Standing, toggle: Uint8Array | null): void {
  const { to, inode, newInode } = move
  // A second name of the file, the finished new file beside the old one, or the empty file that reserved the name.
  if (standing === 'both names' || standing === 'reserved') unlinkSync(to)
  else if (inode !== newInode) rewrite(move, toggle)
  else putBack(move)
}

function putBack({ from, to }: Move): void {
  const [source, target] = [openEntry(to), openEntry(from)]
  try {
    if (look(to)?.isDirectory()) renameFolderFree(source, target)
    else renameFree(source, target)
    target.folder.sync()
    source.folder.sync()
  } finally {
    source.folder.close()
    target.folder.close()
  }
}

/** Gives a file that has got new bytes its old ones, and its old name. */
function rewrite({ from, to }: Move, toggle: Uint8Array | null): void {
  if (!toggle) throw new CodedError('INTERNAL', 'the record lacks the old bytes')
  const [source, target] = [openEntry(to), openEntry(from)]
  const track = openTrack(source.folder, source.name)
  try {
    const splices = decodeToggle(track.source, toggle)
    const temporary = { folder: source.folder, name: temporaryName('00000000') }
    const fd = createTemporary(temporary.folder, temporary.name)
    try {
      writeSpliced(fd, track, splices)
      takeOver(fd, track.stats, null, [])
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    if (from.equals(to)) renameSync(source.folder.at(temporary.name), source.folder.at(source.name))
    else {
      renameFree(temporary, target)
      unlinkSync(to)
    }
    target.folder.sync()
  } finally {
    track.close()
    source.folder.close()
    target.folder.close()
  }
}

function openEntry(path: Buffer) {
  const [folder, name] = parts(path)
  return { folder: openFolder(folder, Buffer.from('/')), name }
}

function parts(path: Buffer): [folder: Buffer, name: Buffer] {
  const cut = path.lastIndexOf('/')
  return [cut === 0 ? path.subarray(0, 1) : path.subarray(0, cut), path.subarray(cut + 1)]
}
