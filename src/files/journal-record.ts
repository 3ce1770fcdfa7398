import { createHash } from 'node:crypto'
import type { Segment } from './splice.ts'

/* What a record of the journal says, and how: a head in JSON, sealed with a sum, and behind it the bytes that it speaks of. */

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

/** A file or folder on its way. Absolute paths; the inodes differ where the file gets new bytes as well. */
export interface Move {
  readonly from: Buffer
  readonly to: Buffer
  readonly inode: bigint
  readonly newInode: bigint
}

/** Moves that belong together, in the order in which they are made (see MoveRecord). */
export interface MovesRecord {
  readonly id: RecordId
  readonly moves: readonly Move[]
  readonly made: readonly Buffer[]
  readonly toggle: Uint8Array | null
}

const magic = Buffer.from('MRJ1')
const headLength = magic.length + 4 + 32

/** What a record starts with; a journal file that starts otherwise has none. */
export const magicLength = magic.length

export function encodeRecord(record: JournalRecord): Buffer {
  const head = {
    id: record.id,
    path: record.path.toString('base64'),
    inode: String(record.inode),
    size: record.size,
    segments: record.segments.map(({ offset, before }) => ({ offset, length: before.length })),
  }
  return sealed(
    head,
    record.segments.flatMap(({ before, after }) => [before, after]),
  )
}

const inText = (path: Buffer): string => path.toString('base64')
const fromText = (path: string): Buffer => Buffer.from(path, 'base64')

interface MovesHead {
  readonly id: RecordId
  readonly moves: readonly { from: string; to: string; inode: string; newInode: string }[]
  readonly made: readonly string[]
  /** Bytes of the toggle behind the head; null where there is none. */
  readonly toggle: number | null
}

export function encodeMoves({ id, moves, made, toggle }: MovesRecord): Buffer {
  const head: MovesHead = {
    id,
    moves: moves.map(({ from, to, inode, newInode }) => ({
      from: inText(from),
      to: inText(to),
      inode: String(inode),
      newInode: String(newInode),
    })),
    made: made.map(inText),
    toggle: toggle?.length ?? null,
  }
  return sealed(head, toggle ? [toggle] : [])
}

function sealed(head: object, blobs: readonly Uint8Array[]): Buffer {
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  const body = Buffer.concat([json, ...blobs])
  return Buffer.concat([magic, length, createHash('sha256').update(body).digest(), body])
}

/** The record in the bytes of a journal file; null where there is none or it never got complete (then no byte of the file was touched). */
export function decodeRecord(bytes: Buffer): JournalRecord | MovesRecord | null {
  if (bytes.length < headLength || !bytes.subarray(0, magic.length).equals(magic)) return null
  const bodyAt = headLength + bytes.readUInt32BE(magic.length)
  try {
    const head = JSON.parse(bytes.toString('utf8', headLength, bodyAt)) as WriteHead | MovesHead
    const { record, end } = 'moves' in head ? decodeMoves(head, bytes, bodyAt) : decodeWrite(head, bytes, bodyAt)
    const sum = createHash('sha256').update(bytes.subarray(headLength, end)).digest()
    return end > bytes.length || !sum.equals(bytes.subarray(magic.length + 4, headLength)) ? null : record
  } catch {
    return null
  }
}

interface WriteHead {
  readonly id: RecordId
  readonly path: string
  readonly inode: string
  readonly size: number
  readonly segments: readonly { offset: number; length: number }[]
}

function decodeWrite(head: WriteHead, bytes: Buffer, bodyAt: number): { record: JournalRecord; end: number } {
  let end = bodyAt
  const segments = head.segments.map(({ offset, length }) => {
    const before = bytes.subarray(end, end + length)
    const after = bytes.subarray(end + length, end + 2 * length)
    end += 2 * length
    return { offset, before, after }
  })
  return { record: { ...head, path: fromText(head.path), inode: BigInt(head.inode), segments }, end }
}

function decodeMoves(head: MovesHead, bytes: Buffer, bodyAt: number): { record: MovesRecord; end: number } {
  const end = bodyAt + (head.toggle ?? 0)
  const moves = head.moves.map(({ from, to, inode, newInode }) => ({
    from: fromText(from),
    to: fromText(to),
    inode: BigInt(inode),
    newInode: BigInt(newInode),
  }))
  const toggle = head.toggle === null ? null : bytes.subarray(bodyAt, end)
  return { record: { id: head.id, moves, made: head.made.map(fromText), toggle }, end }
}
