import { randomBytes } from 'node:crypto'
import { closeSync, constants, fdatasyncSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import {
  encodeMoves,
  encodeRecord,
  type JournalRecord,
  type MovesRecord,
  magicLength,
  type RecordId,
} from './journal-record.ts'
import type { Segment } from './splice.ts'

/*
 * The journal of what cannot happen in one step: writes in place, and moves (see moves.ts). Before a byte of a file changes, its old and new bytes are in a record on the disk. A record
 * is settled when the history has recorded the change under the record's id: a write that was killed before that is turned back
 * at the next start, so that the file and the history always agree. A record is only followed where the file is
 * still the same one and every byte of it is the old or the new one; anything else was written by another program since, and is left alone.
 * The record of a move has the places before and after, and the inode by which the file is known again.
 *
 * Two journal files per thread are kept open and written from their start in turn: a record costs one flush and no change of a
 * folder. Two, because a thread may be at its next write before the history has recorded its last one, but never at the one after that.
 */

export interface Journal {
  /** Puts a record on the disk; returns when it is safe there. It stands until the next but one replaces it. */
  write(record: Omit<JournalRecord, 'id'>): RecordId
  /** The same for moves. */
  writeMoves(record: Omit<MovesRecord, 'id'>): RecordId
  /** Marks the last record as void: the file is as it was before it. */
  drop(): void
  /** Leaves the last record to the next start: what is written later goes elsewhere. */
  leave(): void
  close(): void
}

/** The folder of the journals in STATE_DIR. */
export const journalFolder = 'journal'

/** Opens a journal of its own in `stateDir`. */
export function openJournal(stateDir: string): Journal {
  const folder = join(stateDir, journalFolder)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  let journal = randomBytes(8).toString('hex')
  let number = 0
  let files = openFiles(folder, journal)
  const current = (): number => (files[(number + 1) % 2] as JournalFile).fd
  const close = (): void => {
    for (const { fd } of files) closeSync(fd)
  }
  function put(encode: (id: RecordId) => Buffer): RecordId {
    const id = { journal, number: ++number }
    const bytes = encode(id)
    const fd = current()
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, done)
    fdatasyncSync(fd)
    return id
  }
  return {
    write: record => put(id => encodeRecord({ ...record, id })),
    writeMoves: record => put(id => encodeMoves({ ...record, id })),
    drop() {
      writeSync(current(), Buffer.alloc(magicLength), 0, magicLength, 0)
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

/** Writes one side of the segments over an open file and flushes it. */
export function writeSegments(fd: number, segments: readonly Segment[], side: 'before' | 'after'): void {
  for (const segment of segments) {
    const bytes = segment[side]
    for (let done = 0; done < bytes.length; )
      done += writeSync(fd, bytes, done, bytes.length - done, segment.offset + done)
  }
  fdatasyncSync(fd)
}
