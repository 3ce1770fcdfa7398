import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { readExactly } from './source.ts'
import type { Segment } from './splice.ts'

/*
 * The journal of writes in place. Before a byte of a file changes, its old and new bytes are in a record on the disk. A record
 * is settled when the history has recorded the change under the record's id: a write that was killed before that is turned back
 * at the next start, so that the file and the history always agree. A record is only followed where the file is
 * still the same one and every byte of it is the old or the new one; anything else was written by another program since, and is left alone.
 *
 * Two journal files per thread are kept open and written from their start in turn: a record costs one flush and no change of a
 * folder. Two, because a thread may be at its next write before the history has recorded its last one, but never at the one after that.
 */

/** Names a record: the journal that it is in, and which of its records it is. A settled record settles all before it in its journal. */
export interface RecordId {
  readonly journal: string
  readonly number: number
}

export interface JournalRecord {
  /** Known to the history once the write is recorded there. */
  readonly id: RecordId
  /** Absolute path of the file, its inode, and its size in bytes. */
  readonly path: Buffer
  readonly inode: bigint
  readonly size: number
  readonly segments: readonly Segment[]
}

export interface Journal {
  /** Puts a record on the disk; returns when it is safe there. It stands until the next but one replaces it. */
  write(record: Omit<JournalRecord, 'id'>): RecordId
  /** Marks the last record as void: the file is as it was before it. */
  drop(): void
  /** Leaves the last record to the next start: what is written later goes elsewhere. */
  leave(): void
  close(): void
}

const folderName = 'journal'
const magic = Buffer.from('MRJ1')
const headLength = magic.length + 4 + 32

/** Opens a journal of its own in `stateDir`. */
export function openJournal(stateDir: string): Journal {
  const folder = join(stateDir, folderName)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  let journal = randomBytes(8).toString('hex')
  let number = 0
  let files = openFiles(folder, journal)
  const current = (): number => (files[(number + 1) % 2] as JournalFile).fd
  const close = (): void => {
    for (const { fd } of files) closeSync(fd)
  }
  return {
    write(record) {
      const id = { journal, number: ++number }
      const bytes = encodeRecord({ ...record, id })
      const fd = current()
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, done)
      fdatasyncSync(fd)
      return id
    },
    drop() {
      writeSync(current(), Buffer.alloc(magic.length), 0, magic.length, 0)
      fdatasyncSync(current())
    },
    leave() {
      const name = randomBytes(8).toString('hex')
      const next = openFiles(folder, name)
      close()
      journal = name
      number = 0
      files = next
    },
    close() {
      close()
      for (const { path } of files) rmSync(path, { force: true })
    },
  }
}

interface JournalFile {
  readonly path: string
  readonly fd: number
}

function openFiles(folder: string, name: string): readonly JournalFile[] {
  const files = [0, 1].map(turn => {
    const path = join(folder, `${name}-${turn}.journal`)
    return { path, fd: openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600) }
  })
  flushFolder(folder)
  return files
}

function flushFolder(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function encodeRecord(record: JournalRecord): Buffer {
  const head = {
    id: record.id,
    path: record.path.toString('base64'),
    inode: String(record.inode),
    size: record.size,
    segments: record.segments.map(({ offset, before }) => ({ offset, length: before.length })),
  }
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  const body = Buffer.concat([json, ...record.segments.flatMap(({ before, after }) => [before, after])])
  return Buffer.concat([magic, length, createHash('sha256').update(body).digest(), body])
}

/** The record in the bytes of a journal file; null where there is none or it never got complete (then no byte of the file was touched). */
function decodeRecord(bytes: Buffer): JournalRecord | null {
  if (bytes.length < headLength || !bytes.subarray(0, magic.length).equals(magic)) return null
  const jsonLength = bytes.readUInt32BE(magic.length)
  const bodyAt = headLength
  try {
    const head = JSON.parse(bytes.toString('utf8', bodyAt, bodyAt + jsonLength)) as {
      id: RecordId
      path: string
      inode: string
      size: number
      segments: { offset: number; length: number }[]
    }
    let at = bodyAt + jsonLength
    const segments = head.segments.map(({ offset, length }) => {
      const segment = {
        offset,
        before: bytes.subarray(at, at + length),
        after: bytes.subarray(at + length, at + 2 * length),
      }
      at += 2 * length
      return segment
    })
    const sum = createHash('sha256').update(bytes.subarray(bodyAt, at)).digest()
    if (at > bytes.length || !sum.equals(bytes.subarray(magic.length + 4, headLength))) return null
    return {
      ...head,
      path: Buffer.from(head.path, 'base64'),
      inode: BigInt(head.inode),
      segments,
    }
  } catch {
    return null
  }
}

/** What became of an unfinished write at a start. */
export interface Recovery {
  readonly path: string
  readonly outcome: 'turned back' | 'left alone'
  readonly detail: string
  /** The file could not be reached: the record stays, and the next start tries again. */
  readonly postponed?: true
}

/** A file that could not be reached for so long is not coming back (ms). */
const longestWait = 30 * 24 * 60 * 60 * 1000

/**
 * Turns back the writes in place that were killed before the history recorded them, and clears the journal. To be called
 * before the first write of a process. `isRecorded` says whether the history knows a record's id. A history that is not the one of the
 * journal (the old one was deleted or damaged) cannot tell: with `isLost`, a write that was complete stays.
 */
export function recoverJournal(stateDir: string, isRecorded: (id: RecordId) => boolean, isLost = false): Recovery[] {
  const folder = join(stateDir, folderName)
  const recoveries: Recovery[] = []
  let names: string[]
  try {
    names = readdirSync(folder).filter(name => name.endsWith('.journal'))
  } catch {
    return []
  }
  for (const name of names) {
    const path = join(folder, name)
    const record = decodeRecord(readFileSync(path))
    const recovery = record && !isRecorded(record.id) ? turnBack(record, isLost) : null
    if (recovery) recoveries.push(recovery)
    if (!recovery?.postponed || statSync(path).mtimeMs < Date.now() - longestWait) rmSync(path, { force: true })
  }
  return recoveries
}

function turnBack(record: JournalRecord, isLost: boolean): Recovery | null {
  const path = record.path.toString('utf8')
  const left = (detail: string): Recovery => ({ path, outcome: 'left alone', detail })
  let fd: number
  try {
    fd = openSync(record.path, constants.O_RDWR | constants.O_NOFOLLOW)
  } catch (error) {
    // Gone, or on a share that is not mounted yet: who can tell?
    const { code } = error as NodeJS.ErrnoException
    return { ...left(`the file cannot be opened (${code}); the next start tries again`), postponed: true }
  }
  try {
    const stats = fstatSync(fd, { bigint: true })
    // Not the device: its number is another one after a new mount of many file systems, and the bytes below say enough.
    if (stats.ino !== record.inode || Number(stats.size) !== record.size) {
      return left('another file has taken its place')
    }
    const current = record.segments.map(({ offset, before }) => readExactly(fd, offset, before.length))
    const isOurs = record.segments.every(({ before, after }, i) =>
      (current[i] as Uint8Array).every((byte, at) => byte === before[at] || byte === after[at]),
    )
    if (!isOurs) return left('another program has written it since')
    const isAll = (side: 'before' | 'after') =>
      record.segments.every((segment, i) => Buffer.compare(segment[side], current[i] as Uint8Array) === 0)
    if (isAll('before') || (isLost && isAll('after'))) return null
    writeSegments(fd, record.segments, 'before')
    return {
      path,
      outcome: 'turned back',
      detail: 'an edit was killed while it was written; the file is as it was before it',
    }
  } finally {
    closeSync(fd)
  }
}

/** Writes one side of the segments over an open file and flushes it. */
export function writeSegments(fd: number, segments: readonly Segment[], side: 'before' | 'after'): void {
  for (const segment of segments) {
    const bytes = segment[side]
    for (let done = 0; done < bytes.length; )
      done += writeSync(fd, bytes, done, bytes.length - done, segment.offset + done)
  }
  fdatasyncSync(fd)
}
