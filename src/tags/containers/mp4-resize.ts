import type { ByteSource } from '../../files/source.ts'
import { type Piece, piecesLength, type Splice, splicesFor } from '../../files/splice.ts'
import { atomBytes, atomHeader, bodyOf, endOf, freeAtom, isFree } from '../blocks/mp4-atoms.ts'
import { chunkTables, demandMovable, holdsChunks, moveChunks } from './mp4-chunks.ts'
import type { Layout, Level } from './mp4-layout.ts'

/*
 * How the list of tags changes its size. First the free atoms beside the list, `meta`, `udta` and `moov` give or take, so that
 * the audio and the end of the file stay where they are. Only where these have not enough does the file grow; then the list
 * gets padding for the next edits, and what points at the audio is corrected.
 */

/**
 * Padding beside a list that is written anew (bytes), and how much is kept when the list shrinks: this, or a share of the
 * file so small that it is not worth moving the audio.
 */
const newPadding = 2048
const mostPadding = 64 * 1024
const smallShare = 1 / 256

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
function fit({ levels }: Layout, growth: number, most: number, mayUse: (level: Level) => boolean): Fit {
  const now = levels.map(({ free }) => free.length)
  if (-growth > most) return { padding: newPadding, free: now, delta: growth + newPadding }
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
  const { levels, run, children, topLevel, moov, home } = layout
  const growth = piecesLength(listPieces(layout, items, 0)) + missingFlags(layout) - run.length
  const wanted = fit(
    layout,
    growth,
    Math.max(mostPadding, layout.free.length, source.size * smallShare),
    ({ atom, free }) => atom !== moov || !holdsChunks(source, chunkTables(source, children), free),
  )
  let region = run
  let pieces = listPieces(layout, items, wanted.padding)
  for (let i = levels.length - 1; i >= 0; i--) {
    const { atom, free } = levels[i] as Level
    const flags = atom.type === 'meta' ? missingFlags(layout) : 0
    const start = bodyOf(atom).offset
    const place = i === 0 && levels.length > 1 ? home : region.offset
    pieces = [
      atomHeader(atom.type, atom.length + flags + piecesLength(pieces) - region.length, atom),
      new Uint8Array(flags),
      { offset: start, length: place - start },
      ...pieces,
      { offset: place, length: region.offset - place },
      { offset: endOf(region), length: endOf(atom) - endOf(region) },
    ]
    const room = wanted.free[i] as number
    const changed = room !== free.length
    if (changed) pieces.push(...freeAtom(room, free))
    region = { offset: atom.offset, length: atom.length + (changed ? free.length : 0) }
  }
  const splices = splicesFor(source, region, pieces)
  const isLast = layout.rest.length === 0 && topLevel.every(atom => atom.offset <= moov.offset || isFree(atom))
  if (wanted.delta === 0 || isLast) return splices
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
