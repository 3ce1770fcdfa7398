import {
  accessSync,
  type BigIntStats,
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  lstatSync,
  openSync,
  renameSync,
} from 'node:fs'
import { CodedError } from '../errors.ts'
import { demandInside, demandWritableFolder, type Folder } from './folder.ts'
import { type Journal, writeSegments } from './journal.ts'
import type { Move, RecordId } from './journal-record.ts'
import {
  type Destination,
  demandOneFileSystem,
  demandRoom,
  flushed,
  inodeOf,
  joined,
  madeFor,
  runSteps,
  type Step,
} from './moves.ts'
import { cloneFor, createTemporary, takeOver, writeSpliced } from './new-file.ts'
import { demandFree, renameFree, replaceRenamed } from './rename.ts'
import { revisionOf } from './revision.ts'
import { type ByteSource, fileSource, readExactly } from './source.ts'
import { type Segment, type Splice, segmentsOf, splicedSize } from './splice.ts'
import { discard, temporaryName } from './temporary.ts'

/*
 * The one place that writes audio files, in one of two ways.
 *
 * Beside: the new file is made beside the old one under a hidden name, completely, flushed to the disk, read back and checked;
 * then it takes the old one's name in one step. Whatever fails or is killed before that step leaves the old file untouched, and
 * what it leaves behind is a hidden temporary that the next start sweeps away. A second name of the old file (a hard link)
 * keeps the old bytes.
 *
 * In place: where the edit keeps the file's length (it fits the old tag and its padding), the file has one name and there
 * is a journal, only the changed stretches are written: old and new bytes go into the journal first, then over the file, and
 * are read back and checked. Whatever fails is turned back at once; whatever is killed, at the next start.
 *
 * A file that only goes to another place is moved as it is (see moves.ts). Also a new file beside the old one is a move, from the hidden
 * name: the journal has the splices that lead back, for a process that is killed before the history has recorded it.
 */

/** Who owns a written file, as chown takes it (-1 keeps a half); null keeps the owner of the old file. */
export type Owner = { readonly uid: number; readonly gid: number } | null

/** An open file that is about to be changed. */
export interface OpenTrack {
  readonly fd: number
  readonly name: Buffer
  readonly stats: BigIntStats
  readonly revision: string
  readonly source: ByteSource
  close(): void
}

/** Opens a regular file of the folder for reading. */
export function openTrack(folder: Folder, name: Buffer): OpenTrack {
  return openRegular(folder.at(name), name, () => {})
}

/** Opens a regular file at an absolute path only to be read, without holding its folder. Throws PATH_OUTSIDE_LIBRARY. */
export function openTrackToRead(path: Buffer, root: Buffer): OpenTrack {
  return openRegular(path, path, fd => demandInside(fd, path, root, 'The file is no longer inside the library.'))
}

function openRegular(path: Buffer, name: Buffer, check: (fd: number) => void): OpenTrack {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    check(fd)
    const stats = fstatSync(fd, { bigint: true })
    if (!stats.isFile()) throw new CodedError('TRACK_NOT_FOUND', 'The path is not a file.')
    return {
      fd,
      name,
      stats,
      revision: revisionOf(stats),
      source: fileSource(fd, Number(stats.size)),
      close: () => closeSync(fd),
    }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** Throws READ_ONLY where the file or its folder is not meant to be written, also for root, whom the system would let through. */
export function demandWritable(folder: Folder, name: Buffer, stats: BigIntStats): void {
  if ((stats.mode & 0o222n) === 0n)
    throw new CodedError('READ_ONLY', 'The file is marked read-only; change its mode to edit it.')
  demandWritableFolder(folder)
  accessSync(folder.at(name), constants.W_OK)
}

export interface Written {
  readonly revision: string
  readonly warnings: readonly string[]
  /** The journal's record of the write, to be settled by the history. */
  readonly journalId: RecordId | null
}

/** A file that goes along with a track. */
export interface Companion {
  readonly name: Buffer
  readonly newName: Buffer
}

export interface WriteRequest {
  readonly folder: Folder
  /** Absolute bytes of the folder, for the journal. */
  readonly folderPath: Buffer
  readonly name: Buffer
  readonly track: OpenTrack
  readonly splices: readonly Splice[]
  /** The name that the file is to have; the same as `name` where it keeps it. */
  readonly newName: Buffer
  /** The folder that the file is moved to; null or none where it stays in its own. */
  readonly destination?: Destination | null
  /** Which names are in its way in its own folder (see demandFree). */
  readonly asItWas?: boolean
  /** Files that go where it goes. */
  readonly companions?: readonly Companion[]
  readonly owner: Owner
  /** Names the temporaries of this run, eight hexadecimal digits: its own sweep leaves them alone. */
  readonly session: string
  /** Null where the state is not durable: then nothing is written in place. */
  readonly journal: Journal | null
  /** The splices that lead back from the new bytes, as encodeToggle makes them. */
  readonly toggle: Uint8Array
  /** Whether the history will record nothing of it, because it puts back what could not be recorded: a crash is to lead forward then. */
  readonly putsBack?: boolean
  /** Called with the finished new file before it counts; throws to discard it. */
  check(source: ByteSource): Promise<void>
}

/** Bytes that are rewritten in place at the most; a larger edit makes a new file. */
const inPlaceLimit = 32 * 1024 * 1024

/** Writes the spliced file, under a new name where one is asked for. Throws where it could not, and then the file is as it was. */
export async function writeTrack(request: WriteRequest): Promise<Written> {
  const { folder, name, track, splices } = request
  demandWritable(folder, name, track.stats)
  const moves = isMove(request)
  if (moves) demandMovable(request)
  if (splices.length === 0) return moveTrack(request)
  const segments = segmentsOf(track.source, splices, inPlaceLimit)
  const { journal } = request
  return segments && journal && !moves && track.stats.nlink === 1n
    ? writeInPlace(request, journal, segments)
    : writeBeside(request, segments, moves)
}

type MoveRequest = Pick<WriteRequest, 'folder' | 'name' | 'newName' | 'destination' | 'asItWas' | 'companions'>

const isMove = ({ name, newName, destination }: MoveRequest): boolean => destination != null || !newName.equals(name)

/** Throws where a track or a file that goes along would not find its new place free and writable. */
export function demandMovable({ folder, name, newName, destination, asItWas, companions = [] }: MoveRequest): void {
  const entries = [{ name, newName }, ...companions]
  if (destination) {
    demandOneFileSystem(folder, destination)
    demandRoom(
      destination,
      entries.map(entry => entry.newName),
    )
  } else for (const entry of entries) demandFree(folder, entry.name, entry.newName, asItWas)
}

/** Moves a track as it is, with what goes along. */
function moveTrack(request: WriteRequest): Written {
  const { folder, name, newName, track } = request
  const target = targetOf(request)
  const move: Step = {
    run() {
      demandUnchanged(folder, name, track)
      renameFree({ folder, name }, { folder: target(), name: newName })
    },
    undo: () => renameFree({ folder: target(), name: newName }, { folder, name }),
  }
  return { revision: track.revision, ...carryOut(request, move, track.stats.ino, null) }
}

const targetOf = ({ folder, destination }: WriteRequest): (() => Folder) => destination?.folder ?? (() => folder)

/** Makes the folders that are missing, moves what goes along, and last the track itself, which gets `newInode` and, with new bytes, the toggle. */
function carryOut(request: WriteRequest, last: Step, newInode: bigint, toggle: Uint8Array | null) {
  const { folder, folderPath, name, newName, destination, companions = [], owner, journal, track } = request
  const target = targetOf(request)
  const warnings: string[] = []
  const pathTo = destination?.path ?? folderPath
  const moveOf = (from: Buffer, to: Buffer, inode: bigint): Move => ({
    from: joined(folderPath, from),
    to: joined(pathTo, to),
    inode,
    newInode: inode,
  })
  const record = {
    moves: [
      ...companions.map(entry => moveOf(entry.name, entry.newName, inodeOf(folder, entry.name))),
      { ...moveOf(name, newName, track.stats.ino), newInode },
    ],
    made: destination ? madeFor(destination) : [],
    toggle: toggle && toggle.length <= inPlaceLimit ? toggle : null,
  }
  const along = companions.map(
    (entry): Step => ({
      run: () => renameFree({ folder, name: entry.name }, { folder: target(), name: entry.newName }),
      undo: () => renameFree({ folder: target(), name: entry.newName }, { folder, name: entry.name }),
    }),
  )
  const steps = [...(destination?.make(owner, warnings) ?? []), ...along, last]
  const journalId = runSteps(steps, record, journal, request.putsBack ?? false)
  return { journalId, warnings: [...warnings, ...flushed([folder, ...(destination?.touched() ?? [])])] }
}

async function writeInPlace(request: WriteRequest, journal: Journal, segments: readonly Segment[]): Promise<Written> {
  const { folder, folderPath, name, track } = request
  const warnings: string[] = []
  const fd = openSync(folder.at(name), constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    const { ino, size } = track.stats
    demandSame(fstatSync(fd, { bigint: true }), track)
    const path = Buffer.concat([folderPath, Buffer.from('/'), name])
    const record = request.putsBack ? segments.map(turned) : segments
    const journalId = journal.write({ path, inode: ino, size: Number(size), segments: record })
    try {
      writeSegments(fd, segments, 'after')
      for (const { offset, after } of segments) {
        if (Buffer.compare(readExactly(fd, offset, after.length), after) !== 0) {
          throw new CodedError(
            'VERIFY_FAILED',
            'The disk did not give back what was written; the file was turned back.',
          )
        }
      }
      await request.check(fileSource(fd, Number(size)))
      takeOver(fd, track.stats, request.owner, warnings)
      advanceTime(fd, track.stats)
    } catch (error) {
      turnBack(fd, segments, track.stats, journal)
      throw error
    }
    return { revision: revisionOf(fstatSync(fd, { bigint: true })), warnings, journalId }
  } finally {
    closeSync(fd)
  }
}

const turned = ({ offset, before, after }: Segment): Segment => ({ offset, before: after, after: before })

/** Gives a file that is open for a write in place its old bytes, owner and time. Where that fails the journal's record stands, for the next start. */
function turnBack(fd: number, segments: readonly Segment[], old: BigIntStats, journal: Journal): void {
  try {
    writeSegments(fd, segments, 'before')
  } catch (error) {
    journal.leave()
    throw new CodedError(
      'IO_ERROR',
      'The disk failed while the file was written, and again when it was turned back; the next start of the server turns it back. See to the disk, then start it anew.',
      { cause: error },
    )
  }
  try {
    const now = fstatSync(fd, { bigint: true })
    if (now.uid !== old.uid || now.gid !== old.gid) fchownSync(fd, Number(old.uid), Number(old.gid))
    futimesSync(fd, Number(old.atimeNs) / 1e9, Number(old.mtimeNs) / 1e9)
  } catch {
    // Who may write a file does not always own it. Its bytes are the old ones, and its revision tells that something was there.
  }
  journal.drop()
}

/** Two writes within one tick of the system's clock would leave the same time: the second is then a little later. */
function advanceTime(fd: number, old: BigIntStats): void {
  const { mtimeNs } = fstatSync(fd, { bigint: true })
  if (mtimeNs > old.mtimeNs) return
  const later = Number(old.mtimeNs / 1_000_000n) / 1000 + 0.002
  futimesSync(fd, later, later)
}

async function writeBeside(
  request: WriteRequest,
  segments: readonly Segment[] | null,
  moves: boolean,
): Promise<Written> {
  const { folder, name, newName, track, splices } = request
  const warnings: string[] = []
  if (track.stats.nlink > 1n) warnings.push('The file had several hard links; the other names keep the old bytes.')
  const temporary = temporaryName(request.session)
  const fd = segments ? cloneFor(folder, temporary, track) : createTemporary(folder, temporary)
  try {
    if (segments) writeSegments(fd, segments, 'after')
    else writeSpliced(fd, track, splices)
    takeOver(fd, track.stats, request.owner, warnings)
    fsyncSync(fd)
    await request.check(fileSource(fd, splicedSize(track.source.size, splices)))
    const take: Step = {
      run() {
        demandUnchanged(folder, name, track)
        if (!moves) return renameSync(folder.at(temporary), folder.at(name))
        const target = { folder: targetOf(request)(), name: newName }
        replaceRenamed({ folder, name: temporary }, { folder, name }, target)
      },
      // It is the last step: nothing comes behind it for which it would have to be undone.
      undo() {},
    }
    const carried = carryOut(request, take, fstatSync(fd, { bigint: true }).ino, request.toggle)
    const revision = revisionOf(fstatSync(fd, { bigint: true }))
    return { revision, journalId: carried.journalId, warnings: [...warnings, ...carried.warnings] }
  } catch (error) {
    discard(folder, temporary)
    throw error
  } finally {
    closeSync(fd)
  }
}

/** Throws REVISION_CONFLICT where the name no longer leads to the bytes that were read. */
function demandUnchanged(folder: Folder, name: Buffer, track: OpenTrack): void {
  demandSame(lstatSync(folder.at(name), { bigint: true, throwIfNoEntry: false }), track)
}

function demandSame(now: BigIntStats | undefined, track: OpenTrack): void {
  if (!now || revisionOf(now) !== track.revision) {
    throw new CodedError(
      'REVISION_CONFLICT',
      'Another program changed, replaced or removed the file meanwhile; look at it again.',
    )
  }
}
