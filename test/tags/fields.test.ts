import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type ICommonTagsResult, parseBuffer } from 'music-metadata'
import { bufferSource } from '../../src/files/source.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { type Field, fields } from '../../src/tags/fields.ts'
import { fieldsOf, options, patch, picturesOf, set } from './patching.ts'
import { type Specimen, specimens } from './specimens.ts'

/*
 * Generated from the field table: every field, in every block that has a place for it, on an empty file, on one that has every
 * other field, and on an odd one. It is set, read back by us and by music-metadata, and removed, and nothing else changes.
 */

/** Values by field where the kind of the field does not do: what a block keeps in a form of its own. */
const samples: Readonly<Record<string, readonly string[]>> = {
  date: ['2021-03-04'],
  originaldate: ['1999'],
  rating: ['4'],
  performer: ['Zoë Ünïcode (violin)', 'Another (演奏)'],
  language: ['eng', 'deu'],
  website: ['https://example.org/a', 'https://example.org/b'],
  podcasturl: ['https://example.org/feed'],
  musicbrainz_recordingid: ['8b882575-08a5-4452-a7a7-cbb8a1531f9e'],
}

function sampleOf({ name, label, kind, multiple }: Field): readonly string[] {
  if (samples[name]) return samples[name]
  if (kind === 'number') return ['7']
  if (kind === 'boolean') return ['1']
  if (kind === 'date') return ['1999']
  const first = kind === 'longtext' ? `${label} Ünï\n標題 🎵` : `${label} Ünï 標題 🎵`
  return multiple ? [first, `another of ${label}`] : [first]
}

/** What another value of the field may be. */
function otherOf(field: Field): readonly string[] {
  if (field.kind === 'number') return [field.name === 'rating' ? '2' : '11']
  if (field.kind === 'boolean') return ['1']
  if (field.kind === 'date') return ['2003']
  return [sampleOf(field)[0] as string]
}

const columns = { id3v2: 'id3', vorbis: 'vorbis', ape: 'ape', asf: 'asf', mp4: 'mp4' } as const

function columnOf({ empty, name }: Specimen): (typeof columns)[keyof typeof columns] {
  const { kind } = openTags(bufferSource(empty), name, options).fieldBlock
  const column = columns[kind as keyof typeof columns]
  assert.ok(column, `${kind} is a block that takes new fields`)
  return column
}

/** Everything of a file that an edit of a field must leave alone. */
function others(file: Uint8Array, name: string, field: string) {
  const opened = openTags(bufferSource(file), name, options)
  const bytes = (offset: number, length: number) => Buffer.from(file.buffer, file.byteOffset + offset, length)
  return {
    fields: [...fieldsOf(file, name)].filter(([one]) => one !== field).sort(([a], [b]) => (a < b ? -1 : 1)),
    pictures: picturesOf(file, name).map(({ type, description, data }) => [type, description, Buffer.from(data())]),
    unknown: opened.blocks.flatMap(block => block.items().filter(item => item.field === undefined)),
    kept: Buffer.concat(opened.kept.map(({ offset, length }) => bytes(offset, length))),
  }
}

/** The file with every field that it can hold. */
function filled({ empty, name, lacks = [] }: Specimen, column: (typeof columns)[keyof typeof columns]): Buffer {
  const held = fields.filter(field => field[column].length > 0 && !lacks.includes(field.name))
  return set(empty, name, Object.fromEntries(held.map(field => [field.name, otherOf(field)])))
}

type Common = ICommonTagsResult & Record<string, unknown>

/** A field as music-metadata reads it; undefined where it does not map it. */
function independent(common: Common, field: string): string[] | undefined {
  const special: Record<string, (tags: Common) => unknown> = {
    artist: tags => tags.artists,
    tracknumber: tags => tags.track.no,
    totaltracks: tags => tags.track.of,
    discnumber: tags => tags.disk.no,
    totaldiscs: tags => tags.disk.of,
    comment: tags => tags.comment?.map(({ text }) => text),
    lyrics: tags => tags.lyrics?.map(({ text }) => text),
  }
  // What it reads in a form of its own; the frame WFED it takes for a text, mutagen for an address.
  const shapes = new Set(['rating', 'performer', 'movement', 'movementnumber', 'movementtotal', 'podcasturl'])
  if (shapes.has(field) || field.startsWith('replaygain')) return undefined
  const value = special[field] ? special[field](common) : common[field]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return [value ? '1' : '0']
  // Several values of a text frame it leaves in one text.
  return [value].flat().flatMap(one => String(one).split('\0'))
}

for (const specimen of specimens) {
  const { name, title, lacks = [] } = specimen
  const column = columnOf(specimen)
  const placed = fields.filter(field => field[column].length > 0)
  const held = placed.filter(field => !lacks.includes(field.name))
  describe(title, () => {
    const variants = { empty: specimen.empty, full: filled(specimen, column), odd: specimen.odd }
    for (const field of held) {
      test(`${field.name} is set, read back and removed on an empty, a full and an odd file`, async () => {
        const values = sampleOf(field)
        for (const [variant, before] of Object.entries(variants)) {
          const after = set(before, name, { [field.name]: values })
          assert.deepEqual(fieldsOf(after, name).get(field.name), values, variant)
          assert.deepEqual(others(after, name, field.name), others(before, name, field.name), variant)
          const removed = set(after, name, { [field.name]: [] })
          assert.equal(fieldsOf(removed, name).get(field.name), undefined, variant)
          assert.deepEqual(others(removed, name, field.name), others(before, name, field.name), variant)
          // It makes one list of artists of two fields.
          const mixed = variant === 'full' && field.name.startsWith('artist')
          if (!specimen.plays || variant === 'odd' || mixed) continue
          const { common } = await parseBuffer(after, { path: name })
          const read = independent(common as Common, field.name)
          if (read === undefined) continue
          // It keeps one value of many where its own table says so, and counts artists of both fields as one.
          const seen =
            read.length === 1 ? values.includes(read[0] as string) : values.every(value => read.includes(value))
          assert.ok(seen, `${variant}, by music-metadata: ${read.join(', ')}`)
        }
      })
    }

    test('a field without a place is refused by name, and nothing is to be written', () => {
      for (const field of fields.filter(one => !held.includes(one))) {
        const { refused, splices } = patch(specimen.empty, name, { [field.name]: sampleOf(field) })
        assert.deepEqual(
          refused.map(one => [one.field, one.code]),
          [[field.name, 'FIELD_UNSUPPORTED']],
        )
        assert.deepEqual(splices, [])
      }
    })

    test('setting what is there changes no field', () => {
      const { full } = variants
      for (const [field, values] of fieldsOf(full, name)) {
        const { bytes } = patch(full, name, { [field]: values })
        assert.deepEqual(others(bytes, name, ''), others(full, name, ''), field)
      }
    })

    test('a custom field is found in any case and keeps its spelling', () => {
      const after = set(specimen.odd, name, { 'My Own Field': ['one', 'two'] })
      assert.deepEqual(fieldsOf(after, name).get('My Own Field'), ['one', 'two'])
      const again = set(after, name, { 'MY OWN FIELD': ['three'] })
      assert.deepEqual(fieldsOf(again, name).get('My Own Field'), ['three'])
      const removed = set(again, name, { 'my own field': [] })
      assert.deepEqual(others(removed, name, ''), others(specimen.odd, name, ''))
    })
  })
}
