import assert from 'node:assert/strict'
import { CodedError } from '../../src/errors.ts'
import { type ByteSource, bufferSource } from '../../src/files/source.ts'
import { inverse, isRange, type Splice, splicedPieces, splicedSize } from '../../src/files/splice.ts'
import { fileKind, independentReading, readAudio } from '../../src/tags/audio.ts'
import type { TagFile } from '../../src/tags/containers/container.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { fieldKey } from '../../src/tags/fields.ts'
import type { NewPicture, TagPatch } from '../../src/tags/items.ts'
import { patchTags } from '../../src/tags/patch.ts'
import { readFields, readPictures } from '../../src/tags/read.ts'
import { makePng } from '../make-audio.ts'

/* What law 7 asks of every file, however hostile: an answer or a coded refusal, at bounded cost, and no harm by any edit. */

const options = { id3Version: 4 } as const

/** What became of a file: why it was not opened, why it was not edited, or that it was. */
export type Verdict = 'not opened' | 'not edited' | 'edited'

/** A source that counts what is read of it and gives up where that is out of all proportion. */
function counted(source: ByteSource, budget: number): ByteSource & { readonly used: () => string } {
  let [reads, bytes] = [0, 0]
  return {
    size: source.size,
    read(offset, length) {
      reads++
      bytes += length
      if (reads > budget || bytes > budget * 512)
        assert.fail(`${reads} reads of ${bytes} bytes of a file of ${source.size}`)
      return source.read(offset, length)
    },
    used: () => `${reads} ${bytes}`,
  }
}

/** Reads that a file of that size may cost: some for any, and a few for each of its bytes. */
const readsFor = (size: number): number => 3000 + size * 6

/** The result, or the coded error; anything else is a bug. INTERNAL is one too: it says that a codec contradicts itself. */
function orCoded<T>(work: () => T): T | CodedError {
  try {
    return work()
  } catch (error) {
    if (error instanceof CodedError && error.code !== 'INTERNAL') return error
    throw error
  }
}

const image = makePng(4, 200)
const picture: NewPicture = { type: 3, mime: 'image/png', description: '', width: 4, height: 4, data: image }

function patchFor(file: TagFile): TagPatch {
  const pictures = readPictures(file)
  const removed = pictures.filter(({ type }) => type === 3)
  return {
    fields: new Map([
      ['title', ['A new title, longer than the old one']],
      ['artist', ['First Artist', 'Zweite Künstlerin']],
      ['Own', ['other']],
      ['genre', []],
    ]),
    pictures: { kept: pictures.filter(p => !removed.includes(p)), removed, added: [picture] },
  }
}

/** Tries a file: reads it and edits it. Throws where a law is broken. `audio` is what the edit may not lose, where the file has it. */
export function tryFile(name: string, bytes: Buffer, audio: readonly Buffer[]): Verdict {
  const source = counted(bufferSource(bytes), readsFor(bytes.length))
  const file = orCoded(() => openTags(source, name, options))
  if (file instanceof CodedError) return 'not opened'
  // What was opened is shown: nothing of it may throw any more.
  const fields = readFields(file)
  const pictures = readPictures(file)
  for (const { data } of pictures) data()
  for (const block of file.blocks)
    for (const item of block.items()) assert.ok(item.bytes >= 0 && item.bytes <= bytes.length * 2, JSON.stringify(item))
  const patch = patchFor(file)
  const result = orCoded(() => patchTags(source, name, file, patch, options))
  if (result instanceof CodedError) return 'not edited'
  if (result.refused.length > 0) {
    assert.deepEqual(result.splices, [])
    return tryOne(name, bytes, file, audio)
  }
  assertHarmless(bytes, file, result.splices, audio)
  const after = openTags(bufferSource(spliced(bytes, result.splices)), name, options)
  const now = readFields(after)
  for (const [field, values] of patch.fields) assert.deepEqual(valuesOf(now, field), values, field)
  for (const [field, values] of fields)
    if (!touched.has(fieldKey(field)))
      assert.deepEqual(new Set(valuesOf(now, field)), new Set(values), `${field} was not named`)
  assert.ok(
    readPictures(after).some(p => p.type === 3 && Buffer.compare(p.data(), image) === 0),
    'the picture',
  )
  return 'edited'
}

const touched = new Set(['title', 'artist', 'Own', 'genre'].map(fieldKey))
const valuesOf = (fields: ReadonlyMap<string, readonly string[]>, name: string): readonly string[] =>
  [...fields].find(([field]) => fieldKey(field) === fieldKey(name))?.[1] ?? []

/** Where not all can be stored, a title alone perhaps can. */
function tryOne(name: string, bytes: Buffer, file: TagFile, audio: readonly Buffer[]): Verdict {
  const patch = { fields: new Map([['title', ['Short']]]), pictures: null }
  const result = orCoded(() => patchTags(bufferSource(bytes), name, file, patch, options))
  if (result instanceof CodedError || result.refused.length > 0) return 'not edited'
  assertHarmless(bytes, file, result.splices, audio)
  const after = openTags(bufferSource(spliced(bytes, result.splices)), name, options)
  assert.deepEqual(valuesOf(readFields(after), 'title'), ['Short'])
  return 'edited'
}

export function spliced(bytes: Buffer, splices: readonly Splice[]): Buffer {
  return Buffer.concat(
    splicedPieces(bytes.length, splices).map(piece =>
      isRange(piece) ? bytes.subarray(piece.offset, piece.offset + piece.length) : piece,
    ),
  )
}

function assertHarmless(bytes: Buffer, file: TagFile, splices: readonly Splice[], audio: readonly Buffer[]): void {
  const after = spliced(bytes, splices)
  assert.equal(after.length, splicedSize(bytes.length, splices))
  let at = 0
  for (const { offset, length } of file.kept) {
    const kept = bytes.subarray(offset, offset + length)
    assert.equal(kept.length, length, 'what is kept is in the file')
    const found = after.indexOf(kept, at)
    assert.ok(found >= 0, `${length} bytes at ${offset} that were to be kept are gone`)
    at = found + length
  }
  for (const stretch of audio) assert.ok(!bytes.includes(stretch) || survives(stretch, after), 'audio was lost')
  const back = spliced(after, inverse(bufferSource(bytes), splices))
  assert.ok(back.equals(bytes), 'undone, the file is another')
}

/** Whether at least a half of a stretch is there, piece by piece: a tag that claims a part of the audio as its own may lose that. */
function survives(stretch: Buffer, after: Buffer): boolean {
  if (after.includes(stretch)) return true
  const pieces = Array.from({ length: Math.floor(stretch.length / 16) }, (_, i) =>
    stretch.subarray(i * 16, i * 16 + 16),
  )
  return pieces.filter(piece => after.includes(piece)).length * 2 > pieces.length
}

/** Reads the properties of a file, and all of it as the second opinion does. Both answer, or null. */
export async function tryAudio(name: string, bytes: Buffer): Promise<void> {
  const file = orCoded(() => openTags(bufferSource(bytes), name, options))
  const source = counted(bufferSource(bytes), readsFor(bytes.length))
  await readAudio(source, name, file instanceof CodedError ? null : file)
  await independentReading(source, fileKind(file instanceof CodedError ? null : file.container, name))
}
