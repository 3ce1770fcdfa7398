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

/** The pictures of a file: those of the first block that has any, and those of others that are no copies (same type and size). */
export function readPictures(file: TagFile): EmbeddedPicture[] {
  const pictures: EmbeddedPicture[] = []
  for (const block of file.blocks) {
    const known = new Set(pictures.map(likeness))
    for (const picture of block.pictures) if (!known.has(likeness(picture))) pictures.push(picture)
  }
  return pictures
}
