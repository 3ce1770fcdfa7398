import {
  type BigIntStats,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  writeSync,
} from 'node:fs'
import { platform } from 'node:os'
import type { Folder } from './folder.ts'
import { readExactly } from './source.ts'
import { isRange, type Splice, splicedPieces } from './splice.ts'
import { discard } from './temporary.ts'
import type { OpenTrack, Owner } from './write.ts'

/* How a new file comes to be beside the old one, before it takes its name. */

const blockSize = 1024 * 1024

/** A new empty file under a name that must be free. */
export function createTemporary(folder: Folder, temporary: Buffer): number {
  return openSync(
    folder.at(temporary),
    constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  )
}

/** A copy of the file by the kernel, sharing its blocks where the file system can. */
export function cloneFor(folder: Folder, temporary: Buffer, track: OpenTrack): number {
  const source = platform() === 'linux' ? `/proc/self/fd/${track.fd}` : folder.at(track.name)
  try {
    copyFileSync(source, folder.at(temporary), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    return openSync(folder.at(temporary), constants.O_RDWR | constants.O_NOFOLLOW)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') discard(folder, temporary)
    throw error
  }
}

/** Writes the spliced file over an empty one. */
export function writeSpliced(fd: number, track: OpenTrack, splices: readonly Splice[]): void {
  let at = 0
  for (const piece of splicedPieces(track.source.size, splices)) {
    if (!isRange(piece)) {
      at += writeAll(fd, piece, at)
      continue
    }
    for (let done = 0; done < piece.length; done += blockSize) {
      at += writeAll(fd, readExactly(track.fd, piece.offset + done, Math.min(blockSize, piece.length - done)), at)
    }
  }
}

function writeAll(fd: number, bytes: Uint8Array, at: number): number {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
  return bytes.length
}

/** Gives the new file the mode of the old one, and its owner or the one that is set. */
export function takeOver(fd: number, old: BigIntStats, owner: Owner, warnings: string[]): void {
  const now = fstatSync(fd, { bigint: true })
  const uid = owner && owner.uid >= 0 ? owner.uid : Number(old.uid)
  const gid = owner && owner.gid >= 0 ? owner.gid : Number(old.gid)
  if (Number(now.uid) !== uid || Number(now.gid) !== gid) {
    try {
      fchownSync(fd, uid, gid)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      warnings.push(`The owner could not be set to ${uid}:${gid} (${code}); the file belongs to ${now.uid}:${now.gid}.`)
    }
  }
  // After chown, which drops the set-id bits. Only the owner may do it: a file written in place has its mode already.
  const mode = old.mode & 0o7777n
  if ((fstatSync(fd, { bigint: true }).mode & 0o7777n) !== mode) fchmodSync(fd, Number(mode))
}
