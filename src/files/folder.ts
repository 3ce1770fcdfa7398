import {
  accessSync,
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readlinkSync,
} from 'node:fs'
import { platform } from 'node:os'
import { CodedError } from '../errors.ts'

/*
 * A folder held open while files in it are written. On Linux every path that is used leads through the open descriptor
 * (/proc/self/fd), so that a folder swapped for a symlink between check and write cannot move the write elsewhere.
 */
export interface Folder {
  /** Path of an entry, for the calls of node:fs. */
  at(name: Buffer): Buffer
  stat(): BigIntStats
  isEmpty(): boolean
  /** Makes renames in the folder durable; file systems that cannot do that are left alone. */
  sync(): void
  close(): void
}

const throughDescriptor = platform() === 'linux'

/** Opens the folder at the absolute `path`, which must be `root` or inside it once all links are followed. Throws PATH_OUTSIDE_LIBRARY. */
export function openFolder(path: Buffer, root: Buffer): Folder {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    demandInside(fd, path, root, 'The folder is no longer inside the library.')
    const base = throughDescriptor ? descriptorPath(fd) : path
    return {
      at: name => Buffer.concat([base, slash, name]),
      stat: () => fstatSync(fd, { bigint: true }),
      isEmpty: () => readdirSync(Buffer.concat([base, slash])).length === 0,
      sync() {
        try {
          fsyncSync(fd)
        } catch (error) {
          if (!notSyncable.has((error as NodeJS.ErrnoException).code ?? '')) throw error
        }
      },
      close: () => closeSync(fd),
    }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** Throws READ_ONLY where entries of the folder are not meant to be made, renamed or removed, also for root, whom the system would let through. */
export function demandWritableFolder(folder: Folder): void {
  if ((folder.stat().mode & 0o222n) === 0n) {
    throw new CodedError('READ_ONLY', 'The folder is marked read-only; change its mode to change what is in it.')
  }
  accessSync(folder.at(itself), constants.W_OK | constants.X_OK)
}

/** The entry by which a folder names itself. */
export const itself = Buffer.from('.')

const descriptorPath = (fd: number): Buffer => Buffer.from(`/proc/self/fd/${fd}`)

/** Throws PATH_OUTSIDE_LIBRARY where what was opened at `path` is not inside `root`: a link was put in its way since it was located. */
export function demandInside(fd: number, path: Buffer, root: Buffer, detail: string): void {
  const real = throughDescriptor ? readlinkSync(descriptorPath(fd), { encoding: 'buffer' }) : path
  if (!isInside(real, root)) throw new CodedError('PATH_OUTSIDE_LIBRARY', detail)
}

const slash = Buffer.from('/')
const notSyncable = new Set(['EINVAL', 'ENOTSUP', 'EPERM', 'EACCES', 'EISDIR', 'EBADF'])

/** Whether the real path `path` is `root` or below it. Both without a trailing slash, except the root of the system. */
export function isInside(path: Buffer, root: Buffer): boolean {
  if (root.length === 1) return true
  return path.subarray(0, root.length).equals(root) && (path.length === root.length || path[root.length] === slash[0])
}
