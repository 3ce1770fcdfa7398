import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseBuffer } from 'music-metadata'
import type { Edit } from '../../src/schemas/change.ts'
import type { Tags } from '../../src/schemas/common.ts'
import { makeFlac, makeMp3 } from '../make-audio.ts'
import { openLibrary } from '../music-library.ts'
import { audioFile, namedEdit, namedFields } from './generated.ts'

/* Law 2: what was set is what is read, by us and by music-metadata. */

const valuesOf = (tags: Tags, field: string): string[] =>
  Object.entries(tags).find(([name]) => name.toLowerCase() === field.toLowerCase())?.[1] ?? []

test('what was set is what we read, or the edit was refused with the reason', async t => {
  const library = await openLibrary(t)
  await fc.assert(
    fc.asyncProperty(
      audioFile,
      fc.array(namedEdit, { minLength: 1, maxLength: 4 }),
      async ({ name, bytes }, picked) => {
        library.put(name, bytes)
        const edits = picked.map(({ edit }) => edit)
        const { status, problems, error } = await library.edit(name, ...edits)
        if (status === 'refused') return assert.ok(error?.detail && problems.length > 0)
        assert.ok(status === 'applied' || status === 'unchanged', JSON.stringify(error))
        const { tags } = await library.track(name)
        for (const [field, values] of wanted(edits)) assert.deepEqual(valuesOf(tags, field), values, field)
      },
    ),
    { numRuns: 150 },
  )
})

/** The last word on each field. */
function wanted(edits: readonly Edit[]): Map<string, string[]> {
  return new Map(
    edits.flatMap((edit): [string, string[]][] =>
      edit.op === 'set' ? [[edit.field, edit.values]] : edit.op === 'remove' ? [[edit.field, []]] : [],
    ),
  )
}

const plainFiles = {
  'v22.mp3': makeMp3({ id3v2: { version: 2, frames: [] } }),
  'v23.mp3': makeMp3({ id3v2: { version: 3, frames: [] } }),
  'v23-unsynchronised.mp3': makeMp3({ id3v2: { version: 3, frames: [], unsynchronised: true } }),
  'v24.mp3': makeMp3({ id3v2: { version: 4, frames: [] } }),
  'v24-unsynchronised.mp3': makeMp3({ id3v2: { version: 4, frames: [], unsynchronised: true, footer: true } }),
  'none.mp3': makeMp3(),
  'none.flac': makeFlac(),
}

test('a clean file takes every field of every text', async t => {
  const library = await openLibrary(t, plainFiles)
  const path = fc.constantFrom(...Object.keys(plainFiles))
  await fc.assert(
    fc.asyncProperty(path, namedEdit, async (name, { edit }) => {
      const { status, error } = await library.edit(name, edit)
      assert.ok(status === 'applied' || status === 'unchanged', `${name}: ${JSON.stringify(error)}`)
    }),
    { numRuns: 150 },
  )
})

/** Native ids by which music-metadata shows each field. */
const idsOf = new Map(namedFields.map(({ field, id3, vorbis }) => [field, [...id3, ...vorbis]]))

/** It leaves the description of ID3v2.2's TXX in front of the text, and byte order marks in both. */
function oldUserText(value: string): { id: string; text: string } {
  const end = value.indexOf('\0')
  return { id: `TXX:${value.slice(0, end)}`, text: value.slice(end + 1).replaceAll('\ufeff', '') }
}

test('what was set is what music-metadata reads', async t => {
  const library = await openLibrary(t, plainFiles)
  // It does not undo the unsynchronisation of a whole tag, so that is left to our own reader and to law 1.
  const path = fc.constantFrom(...Object.keys(plainFiles).filter(name => name !== 'v23-unsynchronised.mp3'))
  // It takes TDAT and TCON apart in ways of its own; the other fields it shows as they stand.
  const shown = namedEdit.filter(({ named }) => !['date', 'genre'].includes(named.field))
  await fc.assert(
    fc.asyncProperty(path, shown, async (name, { named, edit }) => {
      if (edit.op !== 'set') return
      await library.edit(name, edit)
      const { native } = await parseBuffer(library.bytes(name), {
        mimeType: name.endsWith('mp3') ? 'audio/mpeg' : 'audio/flac',
      })
      const [block = ''] = Object.keys(native)
      const ids = (idsOf.get(named.field) ?? []).map(id => id.toLowerCase())
      const seen = (native[block] ?? [])
        .map(({ id, value }) => (id === 'TXX' ? oldUserText(String(value)) : { id, text: String(value) }))
        .filter(({ id }) => ids.includes(id.toLowerCase()))
        .flatMap(({ text }) => text.split('\0'))
      // In ID3v2.2 and 2.3 it takes a slash in these frames for a separator, as the standard says and no tagger does.
      const splits = block !== 'vorbis' && block !== 'ID3v2.4'
      if (splits) assert.equal(seen.join('/'), edit.values.join('/'))
      else assert.deepEqual(seen, edit.values)
    }),
    { numRuns: 150 },
  )
})
