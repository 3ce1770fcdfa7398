import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import { type Range, type Splice, splicesFor } from '../../files/splice.ts'
import { type Atom, bodyOf, childrenOf, damaged, endOf, listAtoms, readNumber } from '../blocks/mp4-atoms.ts'

/* Where the samples of the tracks are: chunk offset tables, counted from the start of the file (ISO/IEC 14496-12 §8.7.5). */

/** A `stco` (4 bytes an entry) or `co64` (8 bytes) and where its entries are. */
interface ChunkTable {
  readonly entries: Range
  readonly width: 4 | 8
}

const largestOffset = 0xffffffff

/** The tables of all tracks among the children of `moov`. Throws MALFORMED_FILE where one claims more entries than it has room for. */
export function chunkTables(source: ByteSource, children: readonly Atom[]): ChunkTable[] {
  return sampleTables(source, children)
    .filter(({ type }) => type === 'stco' || type === 'co64')
    .map(atom => {
      const { offset, length } = bodyOf(atom)
      const width = atom.type === 'stco' ? 4 : 8
      const count = length < 8 ? 0 : readNumber(source, offset + 4, 4)
      if (length < 8 || count * width > length - 8) throw damaged('a table of its samples claims more than it holds')
      return { width, entries: { offset: offset + 8, length: count * width } }
    })
}

function within(source: ByteSource, atoms: readonly Atom[], type: string): Atom[] {
  return atoms.filter(atom => atom.type === type).flatMap(atom => childrenOf(source, atom).atoms)
}

const mediaInformation = (source: ByteSource, children: readonly Atom[]): Atom[] =>
  within(source, within(source, within(source, children, 'trak'), 'mdia'), 'minf')

const sampleTables = (source: ByteSource, children: readonly Atom[]): Atom[] =>
  within(source, mediaInformation(source, children), 'stbl')

const blockSize = 1 << 20

/** Whether samples are said to start within a part of the file. */
export function holdsChunks(source: ByteSource, tables: readonly ChunkTable[], part: Range): boolean {
  return tables.some(({ entries, width }) => {
    for (let done = 0; done < entries.length; done += blockSize) {
      const bytes = viewOf(source.read(entries.offset + done, Math.min(blockSize, entries.length - done)))
      for (let at = 0; at < bytes.length; at += width) {
        const chunk = readEntry(bytes, at, width)
        if (chunk >= part.offset && chunk < endOf(part)) return true
      }
    }
    return false
  })
}

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
const readEntry = (bytes: Buffer, at: number, width: 4 | 8): number =>
  width === 4 ? bytes.readUInt32BE(at) : Number(bytes.readBigUInt64BE(at))

/**
 * The splices that correct every chunk offset from `from` on when the bytes there move by `delta`. Throws VALUE_UNSUPPORTED
 * where a 32-bit table cannot say the new place.
 */
export function moveChunks(source: ByteSource, tables: readonly ChunkTable[], from: number, delta: number): Splice[] {
  return tables.flatMap(({ entries, width }) => {
    const bytes = Buffer.from(source.read(entries.offset, entries.length))
    for (let at = 0; at < bytes.length; at += width) {
      const chunk = readEntry(bytes, at, width)
      if (chunk < from) continue
      if (width === 8) bytes.writeBigUInt64BE(bytes.readBigUInt64BE(at) + BigInt(delta), at)
      else if (chunk + delta <= largestOffset) bytes.writeUInt32BE(chunk + delta, at)
      else throw tooFar()
    }
    return splicesFor(source, entries, [bytes])
  })
}

function tooFar(): CodedError {
  return new CodedError(
    'VALUE_UNSUPPORTED',
    'The tags have no room left before the audio, and moving the audio would take it beyond the 4 GiB that the file can address. Shorter tags or a smaller cover would fit.',
  )
}

/** Throws MALFORMED_FILE where the file refers to places in it by other means than chunk offsets, so that its data must stay where it is. */
export function demandMovable(source: ByteSource, topLevel: readonly Atom[], children: readonly Atom[]): void {
  const information = mediaInformation(source, children)
  const references = within(source, information, 'dinf').filter(({ type }) => type === 'dref')
  const encryption = sampleTables(source, children).some(({ type }) => type === 'saio')
  const located = [...topLevel, ...children].some(
    atom => atom.type === 'meta' && listAtoms(source, metaItems(atom)).atoms.some(({ type }) => type === 'iloc'),
  )
  if (encryption || located || references.some(atom => isElsewhere(source, atom))) {
    throw new CodedError(
      'UNSUPPORTED_CONTAINER',
      'The tags have no room left before the audio, and the file refers to its audio in a way that does not allow it to be moved.',
    )
  }
}

function metaItems(meta: Atom): Range {
  const { offset, length } = bodyOf(meta)
  return { offset: offset + Math.min(4, length), length: Math.max(0, length - 4) }
}

/** Whether a `dref` names another file as the place of samples (§8.7.2): an entry without the flag “in this file” that has a location. */
function isElsewhere(source: ByteSource, reference: Atom): boolean {
  const { offset, length } = bodyOf(reference)
  if (length < 8) return false
  return listAtoms(source, { offset: offset + 8, length: length - 8 }).atoms.some(entry => {
    const body = bodyOf(entry)
    return body.length > 4 && (readNumber(source, body.offset, 4) & 1) === 0
  })
}
