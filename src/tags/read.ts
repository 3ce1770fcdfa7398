import type { TagFile } from './containers/container.ts'
import { fieldKey } from './fields.ts'
import { type BlockKind, type EmbeddedPicture, type Fields, likeness, type TagBlock } from './items.ts'

/** The fields of a file: each from the first block that has it. */
export function readFields(file: TagFile): Fields {
  return mergeFields(file.blocks.map(block => block.fields))
}

/** What a new main block takes over from the blocks that are there, so that a reader which knows only it loses nothing. */
export function seedFields(kind: BlockKind, blocks: readonly TagBlock[]): Fields {
  return mergeFields(blocks.map(block => (kind === 'id3v2' && block.seed) || block.fields))
}

function mergeFields(list: readonly Fields[]): Fields {
  const merged = new Map<string, readonly string[]>()
  const seen = new Set<string>()
  for (const fields of list) {
    for (const [name, values] of fields) {
      if (!seen.has(fieldKey(name))) merged.set(name, values)
    }
    for (const name of fields.keys()) seen.add(fieldKey(name))
  }
  return merged
}

/** Blocks that may repeat, cut off or in other words, what the first block of the file says. */
const repeating: ReadonlySet<BlockKind> = new Set<BlockKind>(['id3v1', 'ape', 'id3v2', 'info'])

/** A field of which a later block of the file says something else than the ones before it. */
export interface BlockDisagreement {
  readonly field: string
  /** The later block, as shown to a person. */
  readonly block: string
  readonly values: readonly string[]
  /** What the blocks before it say. */
  readonly main: readonly string[]
}

/**
 * Where the blocks of a file contradict each other. What a block cannot hold is none: the 30 Latin-1 letters of ID3v1, its
 * list of genres, its year. A field that only the later block has is the file's value, and no contradiction.
 */
export function disagreementsOf(file: TagFile): BlockDisagreement[] {
  const [first, ...others] = file.blocks
  if (!first || others.length === 0) return []
  const found: BlockDisagreement[] = []
  let known = first.fields
  for (const block of others) {
    if (repeating.has(block.kind)) {
      const main = new Map([...known].map(([name, values]) => [fieldKey(name), values]))
      for (const [field, values] of block.fields) {
        const before = main.get(fieldKey(field))
        if (before && !agrees(block.kind, field, values, before))
          found.push({ field, block: block.label, values, main: before })
      }
    }
    known = mergeFields([known, block.fields])
  }
  return found
}

/** Whether a block says as much of `main` as it can. */
function agrees(kind: BlockKind, field: string, values: readonly string[], main: readonly string[]): boolean {
  const plain = (text: string): string => text.normalize('NFC').trim()
  if (values.map(plain).join('\0') === main.map(plain).join('\0')) return true
  if (kind !== 'id3v1') return false
  const [value = '', whole = ''] = [plain(values[0] ?? ''), main.map(plain).join('; ')]
  if (field === 'genre') return true
  if (field === 'tracknumber') return Number(value) === Number.parseInt(whole, 10)
  if (field === 'date') return whole.startsWith(value)
  const shown =
    main.length > 1 ? [whole, main.map(plain).join('/'), main.map(plain).join(', '), plain(main[0] ?? '')] : [whole]
  return shown.some(text => sameInLatin1(value, text))
}

/** Whether `value` is the start of `text` in as far as ID3v1 can tell: its letters are compared, what Latin-1 lacks is not. */
function sameInLatin1(value: string, text: string): boolean {
  const letters = [...value]
  const wanted = [...text].slice(0, letters.length)
  if (letters.length < wanted.length || (letters.length < [...text].length && letters.length < shortestCut))
    return false
  return letters.every((letter, i) => letter === wanted[i] || (wanted[i]?.codePointAt(0) ?? 0) > 0xff || letter === '?')
}

/** ID3v1 holds 30 letters, 28 in a comment beside a track number; one that is cut there may have lost a space more. */
const shortestCut = 27

/** The pictures of a file: those of the first block that has any, and those of others that are no copies (same type and size). */
export function readPictures(file: TagFile): EmbeddedPicture[] {
  const pictures: EmbeddedPicture[] = []
  for (const block of file.blocks) {
    const known = new Set(pictures.map(likeness))
    for (const picture of block.pictures) if (!known.has(likeness(picture))) pictures.push(picture)
  }
  return pictures
}
