import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import type { Piece, Range } from '../../files/splice.ts'
import { latin1 } from './id3v2/text.ts'

/* Atoms (ISO/IEC 14496-12 §4.2, there called boxes): a big-endian size that counts the whole atom, four letters of type, a body. */

export interface Atom {
  /** Four letters, one per byte (Latin-1). */
  readonly type: string
  /** Where the atom starts and all its bytes, the header among them. */
  readonly offset: number
  readonly length: number
  /** Bytes of the header: 8, or 16 with a 64-bit size. */
  readonly header: number
  /** Whether the size field says 0: to the end of the file. */
  readonly openEnded: boolean
}

/** The atoms that fill a part of a file, and what is left behind the last of them. */
export interface AtomList {
  readonly atoms: readonly Atom[]
  /** Empty where the atoms fill the part exactly. */
  readonly rest: Range
}

/** No file has more atoms side by side than this, so that a hostile one costs bounded time and memory. */
export const mostAtoms = 1 << 16
/** Zeros that may end a list of atoms (bytes). */
const mostZeros = 64 * 1024
const largestSize = 0xffffffff

export const endOf = (part: Range): number => part.offset + part.length
export const bodyOf = ({ offset, length, header }: Atom): Range => ({
  offset: offset + header,
  length: length - header,
})
export const isFree = ({ type }: Atom): boolean => type === 'free' || type === 'skip'

/** A big-endian number of `width` bytes. Throws MALFORMED_FILE for 64 bits beyond what any file reaches. */
export function readNumber(source: ByteSource, offset: number, width: 1 | 2 | 4 | 8): number {
  const bytes = source.read(offset, width)
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  if (!Number.isSafeInteger(value)) throw damaged('a number in it is larger than any file')
  return value
}

/** The refusal of a file whose structure does not hold; `why` completes “It cannot be edited without risk: …”. */
export function damaged(why: string): CodedError {
  return new CodedError('MALFORMED_FILE', `The MP4 file is damaged, and an edit might do harm: ${why}.`)
}

/** The atom at `offset` within a part that ends at `end`; null where its header or size does not fit. */
function atomAt(source: ByteSource, offset: number, end: number, topLevel: boolean): Atom | null {
  if (offset + 8 > end) return null
  const type = latin1(source.read(offset + 4, 4))
  const size = readNumber(source, offset, 4)
  if (size === 0) return topLevel ? { type, offset, length: end - offset, header: 8, openEnded: true } : null
  const wide = size === 1
  if (wide && offset + 16 > end) return null
  const length = wide ? readNumber(source, offset + 8, 8) : size
  const header = wide ? 16 : 8
  return length < header || length > end - offset ? null : { type, offset, length, header, openEnded: false }
}

/**
 * The atoms side by side in a part of a file. An atom that does not fit ends the list. `until` ends it early, behind the
 * atom it is true for. Throws MALFORMED_FILE where they are too many.
 */
export function listAtoms(
  source: ByteSource,
  part: Range,
  { topLevel = false, until = () => false }: { topLevel?: boolean; until?: (atom: Atom) => boolean } = {},
): AtomList {
  const end = endOf(part)
  const atoms: Atom[] = []
  let at = part.offset
  for (let atom = atomAt(source, at, end, topLevel); atom; atom = atomAt(source, at, end, topLevel)) {
    if (atoms.length === mostAtoms) throw damaged(`it has more than ${mostAtoms} atoms side by side`)
    atoms.push(atom)
    at += atom.length
    if (until(atom)) break
  }
  return { atoms, rest: { offset: at, length: end - at } }
}

/** The atoms in the body of another, which they must fill; QuickTime may end a list with zeros. Throws MALFORMED_FILE. */
export function childrenOf(source: ByteSource, parent: Atom, body = bodyOf(parent)): AtomList {
  const list = listAtoms(source, body)
  if (!isZero(source, list.rest)) {
    throw damaged(`the sizes in its “${printable(parent.type)}” atom do not fit together`)
  }
  return list
}

function isZero(source: ByteSource, { offset, length }: Range): boolean {
  return length <= mostZeros && source.read(offset, length).every(byte => byte === 0)
}

/** A type as it can be shown. */
export function printable(type: string): string {
  return type.replace(/[^\x20-\x7e\xa1-\xff]/g, '?')
}

/**
 * The header of an atom of `length` bytes, in the form that the old one has. Throws VALUE_UNSUPPORTED where it outgrows 32 bits.
 */
export function atomHeader(type: string, length: number, old?: Atom): Uint8Array {
  const wide = old?.header === 16
  if (length > largestSize && !wide) {
    throw new CodedError('VALUE_UNSUPPORTED', 'The tags would be larger than the 4 GiB that the file has room to say.')
  }
  const header = Buffer.alloc(wide ? 16 : 8)
  header.writeUInt32BE(wide ? 1 : old?.openEnded ? 0 : length)
  header.write(type, 4, 'latin1')
  if (wide) header.writeBigUInt64BE(BigInt(length), 8)
  return header
}

/** An atom in memory. */
export function atomBytes(type: string, ...body: readonly Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, 8)
  return Buffer.concat([atomHeader(type, length), ...body])
}

/** A `free` atom of `length` bytes (0, or at least 8) where `old` free atoms stood, whose bytes it keeps as far as they reach. */
export function freeAtom(length: number, old: Range): Piece[] {
  if (length === 0) return []
  const kept = Math.max(0, Math.min(length, old.length) - 8)
  const head = Buffer.alloc(length - kept)
  head.set(atomHeader('free', length))
  return [head, { offset: endOf(old) - kept, length: kept }]
}
