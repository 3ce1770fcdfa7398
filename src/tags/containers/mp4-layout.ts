import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import type { Range } from '../../files/splice.ts'
import { latin1 } from '../blocks/id3v2/text.ts'
import { type Atom, bodyOf, childrenOf, damaged, endOf, isFree, listAtoms, readNumber } from '../blocks/mp4-atoms.ts'

/* Where an MP4 file keeps its tags (moov/udta/meta/ilst), and the free atoms around them. */

/** An atom on the way from `moov` to the list. */
export interface Level {
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
  /** Whether `meta` lacks its version and flags, as in QuickTime, and is to get them: most readers miss the tags without. */
  readonly completesMeta: boolean
  /** Where the `udta` with the list is to go: in front of those without one, as most readers look into the first only. */
  readonly home: number
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
  if (!moov) {
    throw damaged(
      'its index (“moov”) was not found; the file is cut short, has something in front of it, or is not what its name says',
    )
  }
  if (another) throw damaged('it has two indexes (“moov”)')
  const { atoms: children, rest: tail } = childrenOf(source, moov)
  // Behind what cannot be read there may be fragments.
  if (rest.length > 0 && children.some(({ type }) => type === 'mvex')) throw fragmented()
  if (children.some(({ type }) => type === 'cmov')) {
    throw new CodedError(
      'UNSUPPORTED_CONTAINER',
      'The index of the file is compressed, which no tag editor can change.',
    )
  }
  if (!children.some(({ type }) => type === 'trak')) throw damaged('it has no track')
  const shared = { topLevel, rest, moov, children }
  const top = level(moov, topLevel)
  return { ...shared, ...findList(source, top, children, tail) }
}

function fragmented(): CodedError {
  return new CodedError(
    'UNSUPPORTED_CONTAINER',
    'The file is fragmented (made for streaming), and its tags cannot be edited. Remuxed into a plain M4A it can.',
  )
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

type Found = Pick<Layout, 'levels' | 'ilst' | 'run' | 'free' | 'completesMeta' | 'home' | 'lists'>

interface Meta {
  readonly levels: readonly Level[]
  readonly atoms: readonly Atom[]
  /** Where they start, behind the version and flags if there are any. */
  readonly start: number
  readonly isComplete: boolean
  readonly handler: string
}

function findList(source: ByteSource, top: Level, children: readonly Atom[], tail: Range): Found {
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
  if (meta)
    return { ...none, ...listIn(meta), completesMeta: !meta.isComplete, home: homeOf(meta.levels[1]?.atom, children) }
  const first = userData[0]
  // At the end, as some readers believe the last of several titles; but before any other `meta`, as others look into the
  // first only, or take one of QuickTime for one of MP4 and lose their way in it.
  const siblings = first?.atoms ?? children
  const at = (siblings.find(({ type }) => type === 'meta') ?? first?.rest ?? tail).offset
  const nothing = { offset: at, length: 0 }
  return {
    ...none,
    levels: first ? [top, first.level] : [top],
    run: nothing,
    free: nothing,
    home: first?.level.atom.offset ?? at,
  }
}

/** Where the first of the `udta` stands that only other ones and padding keep apart from this; otherwise it stays. */
function homeOf(userData: Atom | undefined, children: readonly Atom[]): number {
  const index = userData ? children.indexOf(userData) : -1
  const start = children.findLastIndex((atom, i) => i < index && atom.type !== 'udta' && !isFree(atom)) + 1
  const first = children.slice(start, index + 1).find(({ type }) => type === 'udta')
  return first?.offset ?? 0
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
