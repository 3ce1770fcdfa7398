import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { journalFolder, writeSegments } from './journal.ts'
import { decodeRecord, type JournalRecord, type MovesRecord, type RecordId } from './journal-record.ts'
import { takeBackMoves } from './recover-moves.ts'
import { readExactly } from './source.ts'

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
  const folder = join(stateDir, journalFolder)
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
    const recovery = record && !isRecorded(record.id) ? recover(record, isLost) : null
    if (recovery) recoveries.push(recovery)
    if (!recovery?.postponed || statSync(path).mtimeMs < Date.now() - longestWait) rmSync(path, { force: true })
  }
  return recoveries
}

function recover(record: JournalRecord | MovesRecord, isLost: boolean): Recovery | null {
  return 'moves' in record ? takeBackMoves(record, isLost) : turnBack(record, isLost)
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
