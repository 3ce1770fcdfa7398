import type { ByteSource } from '../files/source.ts'
import { type Splice, splicedSource } from '../files/splice.ts'
import type { CodecOptions, TagFile } from './containers/container.ts'
import { openTags } from './containers/registry.ts'
import { fieldKey } from './fields.ts'
import type { Fields, NewPicture, PatchedBlock, Refusal, TagBlock, TagPatch } from './items.ts'
import { readFields, readPictures, seedFields } from './read.ts'

/*
 * How an edit becomes bytes. A patch names fields and pictures. The main block of the file takes all of it, and refuses what
 * it cannot hold; every other block that has a named field is kept in step as well as it can be, and gets nothing that it did
 * not have. Each block gives its new content as pieces, most of them ranges of the old file; the container turns them into
 * splices. Before any byte is written, the spliced file is read back in memory: a value that would read differently is
 * refused with both spellings, so that a codec's mistake becomes a refusal and never a harmed file.
 */

export interface PatchResult {
  readonly splices: readonly Splice[]
  readonly refused: readonly Refusal[]
}

/** The splices that give `file` (read from `source`) the patch, or the reasons why it cannot have it; then there are no splices. */
export function patchTags(
  source: ByteSource,
  name: string,
  file: TagFile,
  patch: TagPatch,
  options: CodecOptions,
): PatchResult {
  const patched = new Map<TagBlock, PatchedBlock>()
  const refused: Refusal[] = []
  const main = new Set([
    ...(patch.fields.size > 0 ? [file.fieldBlock] : []),
    ...(patch.pictures ? [file.pictureBlock] : []),
  ])
  for (const block of new Set([...file.blocks, ...main])) {
    const own = patchFor(block, file, patch)
    if (own.fields.size === 0 && !own.pictures) continue
    const result = patchAsFarAsSeeded(block, own, patch)
    if (main.has(block)) refused.push(...result.refused)
    if (result.refused.length === 0) patched.set(block, result)
  }
  if (refused.length > 0) return { splices: [], refused }
  const splices = file.rebuild(patched)
  const misread = misreadings(openTags(splicedSource(source, splices), name, options), patch)
  return misread.length > 0 ? { splices: [], refused: misread } : { splices, refused: [] }
}

/** Patches a block. What a new one was only to take over from the others and cannot hold stays in the others alone. */
function patchAsFarAsSeeded(block: TagBlock, own: TagPatch, { fields: asked }: TagPatch): PatchedBlock {
  const result = block.patch(own)
  const seeds = new Set(
    result.refused.map(({ field }) => field).filter(name => own.fields.has(name) && !asked.has(name)),
  )
  if (seeds.size === 0) return result
  return block.patch({ ...own, fields: new Map([...own.fields].filter(([name]) => !seeds.has(name))) })
}

/** The part of a patch that concerns a block. */
function patchFor(block: TagBlock, file: TagFile, patch: TagPatch): TagPatch {
  const isNew = !file.blocks.includes(block)
  return { fields: fieldsFor(block, file, patch, isNew), pictures: picturesFor(block, file, patch) }
}

function fieldsFor(block: TagBlock, file: TagFile, patch: TagPatch, isNew: boolean): Fields {
  if (block === file.fieldBlock) {
    if (!isNew) return patch.fields
    const named = new Set([...patch.fields.keys()].map(fieldKey))
    const seeded = [...seedFields(block.kind, file.blocks)].filter(([name]) => !named.has(fieldKey(name)))
    return new Map([...seeded, ...patch.fields])
  }
  if (block.kind === 'id3v1') return patch.fields
  const has = new Set([...block.fields.keys()].map(fieldKey))
  return new Map([...patch.fields].filter(([name]) => has.has(fieldKey(name))))
}

function picturesFor(block: TagBlock, file: TagFile, { pictures }: TagPatch): TagPatch['pictures'] {
  if (!pictures || block === file.pictureBlock) return pictures
  const types = new Set(block.pictures.map(picture => picture.type))
  const added = pictures.added.filter(picture => types.has(picture.type))
  return pictures.removed.some(picture => types.has(picture.type)) || added.length > 0 ? { ...pictures, added } : null
}

function misreadings(after: TagFile, { fields: wanted, pictures }: TagPatch): Refusal[] {
  const read = new Map([...readFields(after)].map(([field, values]) => [fieldKey(field), values]))
  const refusals: Refusal[] = []
  const images = pictures && pictures.added.length > 0 ? readPictures(after) : []
  const isThere = ({ type, data }: NewPicture) =>
    images.some(image => image.type === type && Buffer.compare(image.data(), data) === 0)
  if (pictures?.added.some(picture => !isThere(picture))) {
    refusals.push({
      field: 'picture',
      code: 'PICTURE_UNSUPPORTED',
      detail: 'This file cannot hold the picture: something in its tags would keep programs from finding it.',
    })
  }
  for (const [field, values] of wanted) {
    const now = read.get(fieldKey(field)) ?? []
    if (now.length === values.length && now.every((value, i) => value === values[i])) continue
    const shown = now.length === 0 ? 'nothing' : now.map(value => `“${value}”`).join(', ')
    refusals.push({
      field,
      code: 'VALUE_UNSUPPORTED',
      detail: `This file cannot hold the value as given: it would read as ${shown}.`,
    })
  }
  return refusals
}
