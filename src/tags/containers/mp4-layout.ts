import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import { type Piece, piecesLength, type Range, type Splice, splicesFor } from '../../files/splice.ts'
import { latin1 } from '../blocks/id3v2/text.ts'
import {
  type Atom,
  atomBytes,
  atomHeader,
  bodyOf,
  childrenOf,
  damaged,
  endOf,
  freeAtom,
  isFree,
  listAtoms,
  readNumber,
} from '../blocks/mp4-atoms.ts'
import { chunkTables, demandMovable, holdsChunks, moveChunks } from './mp4-chunks.ts'

/*
 * Where an MP4 file keeps its tags (moov/udta/meta/ilst), and how that list changes its size. First the `free` atoms beside
 * the list, `meta`, `udta` and `moov` give or take, so that the audio and the end of the file stay where they are. Only where
 * these have not enough does the file grow; then the list gets padding for the next edits, and what points at the audio is
 * corrected.
 */

/** Padding beside a list that is written anew (bytes), and how much of it is kept when the list shrinks. */
const newPadding = 2048
const mostPadding = 64 * 1024

/** An atom on the way from `moov` to the list. */
interface Level {
  readonly atom: Atom
  /** The free atoms right behind it. */
  readonly free: Range
}

export interface Layout {
  readonly topLevel: readonly Atom[]
  /** What stands behind the last atom that can be read; empty in a sound file. */
  readonly rest: Range
  readonly moov: Atom
  readonly children: readonly Atom[]
  /** The atoms around the list, outermost first: `moov`, then `udta` and `meta` where the file has them. */
  readonly levels: readonly Level[]
  /** The list; null where it has to be made, at `run`. */
  readonly ilst: Atom | null
  /** What a new list replaces: the old one and the free atoms on one side of it. */
  readonly run: Range
  readonly free: Range
  /** Whether `meta` lacks the version and flags that MP4 demands (QuickTime has none) and is to get them. */
  readonly completesMeta: boolean
  /** How many lists there are; only one of them is read. */
  readonly lists: number
}

const fragments: ReadonlySet<string> = new Set(['moof', 'mfra', 'sidx', 'ssix', 'styp'])

/** The layout of an MP4 file. Throws a coded error that says why where it cannot be edited without risk. */
export function readLayout(source: ByteSource): Layout {
  const isFragment = ({ type }: Atom) => fragments.has(type)
  const { atoms: topLevel, rest } = listAtoms(
    source,
    { offset: 0, length: source.size },
    { topLevel: true, until: isFragment },
  )
  if (topLevel.some(isFragment)) throw fragmented()
  const [moov, another] = topLevel.filter(({ type }) => type === 'moov')
  if (!moov) throw damaged('its index (“moov”) is missing; perhaps the file is cut short')
  if (another) throw damaged('it has two indexes (“moov”)')
  const { atoms: children, rest: tail } = childrenOf(source, moov)
  if (children.some(({ type }) => type === 'mvex')) throw fragmented()
  if (children.some(({ type }) => type === 'cmov')) {
    throw new CodedError(
      'UNSUPPORTED_CONTAINER',
      'The index of the file is compressed, which no tag editor can change.',
    )
  }
  if (!children.some(({ type }) => type === 'trak')) throw damaged('it has no track')
  const shared = { topLevel, rest, moov, children }
  const top = level(moov, topLevel)
  return { ...shared, ...findList(source, top, children, tail, isQuickTime(source, topLevel)) }
}

function fragmented(): CodedError {
  return new CodedError(
    'UNSUPPORTED_CONTAINER',
    'The file is fragmented (made for streaming), and its tags cannot be edited. Remuxed into a plain M4A it can.',
  )
}

function isQuickTime(source: ByteSource, topLevel: readonly Atom[]): boolean {
  const brand = topLevel.find(({ type, length }) => type === 'ftyp' && length >= 16)
  return !brand || latin1(source.read(bodyOf(brand).offset, 4)) === 'qt  '
}

function level(atom: Atom, siblings: readonly Atom[]): Level {
  return { atom, free: freeBehind(siblings, siblings.indexOf(atom) + 1, endOf(atom)) }
}

/** The run of free atoms that starts with the atom of that index, at `offset`. */
function freeBehind(atoms: readonly Atom[], index: number, offset: number): Range {
  let length = 0
  for (let i = index; i < atoms.length && isFree(atoms[i] as Atom) && !atoms[i]?.openEnded; i++)
    length += (atoms[i] as Atom).length
  return { offset, length }
}

type Found = Pick<Layout, 'levels' | 'ilst' | 'run' | 'free' | 'completesMeta' | 'lists'>

interface Meta {
  readonly levels: readonly Level[]
  readonly atoms: readonly Atom[]
  /** Where they start, behind the version and flags if there are any. */
  readonly start: number
  readonly isComplete: boolean
  readonly handler: string
}

function findList(source: ByteSource, top: Level, children: readonly Atom[], tail: Range, quickTime: boolean): Found {
  const userData = children
    .filter(({ type }) => type === 'udta')
    .map(atom => ({ level: level(atom, children), ...childrenOf(source, atom) }))
  const metas = userData.flatMap(udta =>
    udta.atoms.filter(({ type }) => type === 'meta').map(atom => readMeta(source, atom, [top, udta.level], udta.atoms)),
  )
  const usable = metas.filter(({ handler }) => handler !== 'mdta')
  const withList = usable.filter(({ atoms }) => atoms.some(({ type }) => type === 'ilst'))
  const meta = withList[0] ?? usable.find(({ handler }) => handler === 'mdir')
  if (!meta && metas.length > usable.length) {
    throw new CodedError(
      'UNSUPPORTED_CONTAINER',
      'The tags of the file are QuickTime metadata keys, as few music programs read them; they cannot be edited yet.',
    )
  }
  const none = { ilst: null, completesMeta: false, lists: withList.length }
  if (meta) return { ...none, ...listIn(meta), completesMeta: !meta.isComplete && !quickTime }
  const first = userData[0]
  const at = first ? bodyOf(first.level.atom).offset : tail.offset
  const nothing = { offset: at, length: 0 }
  return { ...none, levels: first ? [top, first.level] : [top], run: nothing, free: nothing }
}

/** A `meta` (§8.11.1): by its standard with version and flags before its atoms, in QuickTime without. */
function readMeta(source: ByteSource, atom: Atom, parents: readonly Level[], siblings: readonly Atom[]): Meta {
  const whole = bodyOf(atom)
  const isComplete = whole.length >= 4 && readNumber(source, whole.offset, 4) === 0
  const skip = isComplete ? 4 : 0
  const body = { offset: whole.offset + skip, length: whole.length - skip }
  const { atoms } = childrenOf(source, atom, body)
  const handler = atoms.find(({ type, length, header }) => type === 'hdlr' && length >= header + 12)
  return {
    levels: [...parents, level(atom, siblings)],
    atoms,
    start: body.offset,
    isComplete,
    handler: handler ? latin1(source.read(bodyOf(handler).offset + 8, 4)) : '',
  }
}

function listIn({ levels, atoms, start }: Meta): Pick<Layout, 'levels' | 'ilst' | 'run' | 'free'> {
  const index = atoms.findIndex(({ type }) => type === 'ilst')
  const ilst = atoms[index]
  if (!ilst) {
    // In front of the padding at the end, if there is any.
    const last = atoms.findLastIndex(atom => !isFree(atom))
    const before = atoms[last]
    const at = before ? endOf(before) : start
    const free = freeBehind(atoms, last + 1, at)
    return { levels, ilst: null, run: free, free }
  }
  const behind = freeBehind(atoms, index + 1, endOf(ilst))
  if (behind.length > 0)
    return { levels, ilst, run: { offset: ilst.offset, length: ilst.length + behind.length }, free: behind }
  const first = atoms.findLastIndex((atom, i) => i < index && !isFree(atom)) + 1
  const before = freeBehind(atoms, first, atoms[first]?.offset ?? ilst.offset)
  return { levels, ilst, run: { offset: before.offset, length: before.length + ilst.length }, free: before }
}

/** Where the change of a list's size ends up. */
interface Fit {
  /** Bytes of the free atom beside the list. */
  readonly padding: number
  /** Bytes of the free atoms behind each level, outermost first, as they are to be. */
  readonly free: readonly number[]
  /** By how much everything behind `moov` moves. */
  readonly delta: number
}

const isFreeLength = (length: number): boolean => length === 0 || length >= 8

/** Room for a list that takes `growth` bytes more than its run. */
function fit({ levels, free: beside }: Layout, growth: number, mayUse: (level: Level) => boolean): Fit {
  const now = levels.map(({ free }) => free.length)
  if (-growth > Math.max(mostPadding, beside.length))
    return { padding: newPadding, free: now, delta: growth + newPadding }
  if (isFreeLength(-growth)) return { padding: -growth, free: now, delta: 0 }
  const free = [...now]
  let left = growth
  for (let i = levels.length - 1; i >= 0; i--) {
    const room = now[i] as number
    if (room === 0 || !mayUse(levels[i] as Level)) continue
    if (isFreeLength(room - left)) return { padding: 0, free: free.with(i, room - left), delta: 0 }
    free[i] = 0
    left -= room
  }
  return { padding: newPadding, free: now, delta: growth + newPadding }
}

/** The splices that give the file a list of these items. Throws a coded error where it has no place for them. */
export function replaceList(source: ByteSource, layout: Layout, items: readonly Piece[]): Splice[] {
  const { levels, run, children, topLevel, moov } = layout
  const growth = piecesLength(listPieces(layout, items, 0)) + missingFlags(layout) - run.length
  const wanted = fit(
    layout,
    growth,
    ({ atom, free }) => atom !== moov || !holdsChunks(source, chunkTables(source, children), free),
  )
  let region = run
  let pieces = listPieces(layout, items, wanted.padding)
  for (let i = levels.length - 1; i >= 0; i--) {
    const { atom, free } = levels[i] as Level
    const flags = atom.type === 'meta' ? missingFlags(layout) : 0
    const start = bodyOf(atom).offset
    pieces = [
      atomHeader(atom.type, atom.length + flags + piecesLength(pieces) - region.length, atom),
      new Uint8Array(flags),
      { offset: start, length: region.offset - start },
      ...pieces,
      { offset: endOf(region), length: endOf(atom) - endOf(region) },
    ]
    const room = wanted.free[i] as number
    const changed = room !== free.length
    if (changed) pieces.push(...freeAtom(room, free))
    region = { offset: atom.offset, length: atom.length + (changed ? free.length : 0) }
  }
  const splices = splicesFor(source, region, pieces)
  if (wanted.delta === 0 || endOf(moov) === source.size) return splices
  demandMovable(source, topLevel, children)
  return [...splices, ...moveChunks(source, chunkTables(source, children), endOf(moov), wanted.delta)]
}

const missingFlags = ({ completesMeta }: Layout): number => (completesMeta ? 4 : 0)

/** The list with its padding, and the atoms around it that the file lacks. */
function listPieces({ levels, ilst, run, free }: Layout, items: readonly Piece[], padding: number): Piece[] {
  const list = [atomHeader('ilst', (ilst?.header ?? 8) + piecesLength(items), ilst ?? undefined), ...items]
  const isBehind = free.length === 0 || free.offset > run.offset || !ilst
  const padded = isBehind ? [...list, ...freeAtom(padding, free)] : [...freeAtom(padding, free), ...list]
  if (levels.length === 3) return padded
  const meta = wrap('meta', [new Uint8Array(4), handler, ...padded])
  return levels.length === 2 ? meta : wrap('udta', meta)
}

const wrap = (type: string, body: readonly Piece[]): Piece[] => [atomHeader(type, 8 + piecesLength(body)), ...body]

/** What says that a `meta` holds an iTunes list (§8.4.3): version, flags, reserved, handler `mdir` of `appl`, an empty name. */
const handler = atomBytes('hdlr', new Uint8Array(8), Buffer.from('mdirappl', 'latin1'), new Uint8Array(9))
