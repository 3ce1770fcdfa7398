import assert from 'node:assert/strict'
import { CodedError } from '../../src/errors.ts'
import { bufferSource } from '../../src/files/source.ts'
import type { TagFile } from '../../src/tags/containers/container.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { fieldsOf, newPicture, options, patch, picturesOf } from './patching.ts'

/* What the suites of the containers ask of a file beyond patching.ts: rich fields, a cover, padding, refusals. */

export const open = (bytes: Uint8Array, name: string): TagFile => openTags(bufferSource(bytes), name, options)

export const read = (bytes: Uint8Array, name: string): Record<string, readonly string[]> =>
  Object.fromEntries(fieldsOf(bytes, name))

export const blocksOf = (bytes: Uint8Array, name: string): string[] =>
  open(bytes, name).blocks.map(block => block.label)

interface Change {
  readonly fields?: Record<string, readonly string[]>
  /** The bytes of a front cover. */
  readonly cover?: Uint8Array
}

/** The file after an edit, which must not be refused, and be undone exactly by the inverse splices. A cover takes the place of all pictures. */
export function edit(bytes: Uint8Array, name: string, { fields = {}, cover }: Change): Buffer {
  const pictures = cover && { removed: picturesOf(bytes, name), added: [newPicture(cover)] }
  const { bytes: after, refused } = patch(bytes, name, fields, pictures)
  assert.deepEqual(refused, [])
  return after
}

export const setTitle = (bytes: Uint8Array, name: string, title = 'A new title'): Buffer =>
  edit(bytes, name, { fields: { title: [title] } })

/** Why the file cannot be taken apart. */
export function refusalOf(bytes: Uint8Array, name: string): string {
  try {
    open(bytes, name)
  } catch (error) {
    assert.ok(error instanceof CodedError && error.code === 'MALFORMED_FILE', String(error))
    return error.message
  }
  return assert.fail('the file was not refused')
}

/** Fields that every block that takes new ones must hold: several values, letters beyond Latin-1, a custom name. */
export const rich = {
  title: ['Fidelity Ünï 標題 🎵'],
  artist: ['First Artist', 'AC/DC'],
  MY_CUSTOM: ['x / y', 'ζ'],
  tracknumber: ['3'],
}

/** Whether all rich fields and the cover are in the file after being set, and a second, shorter edit keeps its length where `padded`. */
export function assertHolds(bytes: Uint8Array, name: string, cover: Uint8Array, padded: boolean): Buffer {
  const after = edit(bytes, name, { fields: rich, cover })
  for (const [field, values] of Object.entries(rich)) assert.deepEqual(read(after, name)[field], values)
  const [picture] = picturesOf(after, name)
  assert.ok(picture && Buffer.from(picture.data()).equals(cover))
  const again = setTitle(after, name, 'Some other title, which is longer than the one before it was')
  if (padded) assert.equal(again.length, after.length)
  return after
}
