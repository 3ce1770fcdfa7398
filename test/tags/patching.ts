import assert from 'node:assert/strict'
import { bufferSource } from '../../src/files/source.ts'
import { inverse, type Splice, splicedSource } from '../../src/files/splice.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { imageInfo } from '../../src/tags/images.ts'
import type { EmbeddedPicture, Fields, NewPicture, Refusal } from '../../src/tags/items.ts'
import { patchTags } from '../../src/tags/patch.ts'
import { readFields, readPictures } from '../../src/tags/read.ts'

/* Editing a file in memory, as the codecs do it: open, patch, splice, open again. */

export const options = { id3Version: 4 } as const

export interface Patched {
  bytes: Buffer
  splices: readonly Splice[]
  refused: readonly Refusal[]
}

export interface PicturesWanted {
  removed?: readonly EmbeddedPicture[]
  added?: readonly NewPicture[]
}

/** The file after the fields were set (an empty list removes); fails unless the inverse splices give it back exactly. */
export function patch(
  file: Uint8Array,
  name: string,
  fields: Record<string, readonly string[]>,
  pictures?: PicturesWanted,
): Patched {
  const source = bufferSource(file)
  const opened = openTags(source, name, options)
  const removed = pictures?.removed?.map(one =>
    readPictures(opened).find(p => p.type === one.type && p.bytes === one.bytes),
  )
  const gone = (removed ?? []).filter(one => one !== undefined)
  const { splices, refused } = patchTags(
    source,
    name,
    opened,
    {
      fields: new Map(Object.entries(fields)),
      pictures: pictures
        ? { kept: readPictures(opened).filter(p => !gone.includes(p)), removed: gone, added: pictures.added ?? [] }
        : null,
    },
    options,
  )
  if (refused.length > 0) assert.deepEqual(splices, [], 'a refused patch has no splices')
  const bytes = apply(file, splices)
  assert.ok(apply(bytes, inverse(source, splices)).equals(file), 'undo gives the file back byte for byte')
  return { bytes, splices, refused }
}

/** The same, where nothing is to be refused. */
export function set(file: Uint8Array, name: string, fields: Record<string, readonly string[]>): Buffer {
  const { bytes, refused } = patch(file, name, fields)
  assert.deepEqual(refused, [])
  return bytes
}

export function apply(file: Uint8Array, splices: readonly Splice[]): Buffer {
  const after = splicedSource(bufferSource(file), splices)
  return Buffer.from(after.read(0, after.size))
}

export const fieldsOf = (file: Uint8Array, name: string): Fields =>
  readFields(openTags(bufferSource(file), name, options))

export const picturesOf = (file: Uint8Array, name: string): EmbeddedPicture[] =>
  readPictures(openTags(bufferSource(file), name, options))

export const newPicture = (data: Uint8Array, type = 3, description = ''): NewPicture => {
  const { mime = 'image/png', width = 0, height = 0 } = imageInfo(data) ?? {}
  return { type, mime, description, width, height, data }
}
