import * as fc from 'fast-check'
import type { Edit } from '../../src/schemas/change.ts'
import {
  application,
  type BlockSpec,
  compressed,
  type FrameSpec,
  flacPadding,
  flacPicture,
  type Id3v1Spec,
  type Id3v2Spec,
  languageFrame,
  type Mp3Spec,
  makeFlac,
  makeMp3,
  makePng,
  oldPictureFrame,
  pictureFrame,
  seekTable,
  textFrame,
  userFrame,
  vorbisComment,
} from '../make-audio.ts'

/* Files and edits for the laws: every layout of tags that the formats allow, and every kind of text that people type. */

/** Text without what no tag can hold (NUL, halves of surrogate pairs) and what every reader trims. */
export const text = fc
  .oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }) },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 300 }) },
    fc.constantFrom(
      'AC/DC',
      'Mötley Crüe',
      'Łódź',
      '硝子の灯台',
      'ÿÿ',
      '👩‍🚀 & co',
      'a=b;c, d',
      '(17)',
      '0',
      'ID3',
      'TAG',
    ),
  )
  .filter(value => value.trim() === value && value !== '')

const word = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }).filter(value => value.trim() === value)
const shade = fc.integer({ min: 0, max: 255 })

const frame = (version: 2 | 3 | 4): fc.Arbitrary<FrameSpec> => {
  const id = (old: string, modern: string) => (version === 2 ? old : modern)
  const encoding = version === 4 ? fc.constantFrom(0, 1, 2, 3) : fc.constantFrom(0, 1)
  const texts = [
    id('TT2', 'TIT2'),
    id('TP1', 'TPE1'),
    id('TAL', 'TALB'),
    id('TCO', 'TCON'),
    id('TRK', 'TRCK'),
    id('TEN', 'TENC'),
    version === 2 ? 'TYE' : version === 3 ? 'TYER' : 'TDRC',
  ]
  const plain = fc.oneof(
    fc.tuple(fc.constantFrom(...texts), word, encoding).map(([name, value, e]) => textFrame(name, value, e)),
    fc.tuple(word, word, encoding).map(([name, value, e]) => userFrame(`X-${name}`, value, id('TXX', 'TXXX'), e)),
    fc.tuple(fc.constantFrom('eng', 'deu'), word, word).map(([l, d, v]) => languageFrame(id('COM', 'COMM'), l, d, v)),
    fc.uint8Array({ maxLength: 60 }).map(body => ({ id: id('XYZ', 'XYZW'), body })),
    fc.uint8Array({ maxLength: 60 }).map(body => ({ id: id('GEO', 'PRIV'), body })),
    shade.map(s => (version === 2 ? oldPictureFrame(makePng(2, s)) : pictureFrame(makePng(2, s)))),
  )
  if (version === 2) return plain
  return fc.tuple(plain, fc.integer({ min: 0, max: 5 })).map(([f, dice]) => (dice === 0 ? compressed(f, version) : f))
}

const id3v2: fc.Arbitrary<Id3v2Spec> = fc.constantFrom(2 as const, 3 as const, 4 as const).chain(version =>
  fc.record({
    version: fc.constant(version),
    frames: fc.uniqueArray(frame(version), {
      maxLength: 8,
      // One frame of a text id, as the standard has it: what a second one means is left to readers.
      selector: f => (f.id.startsWith('T') && !f.id.startsWith('TX') ? f.id : f),
    }),
    unsynchronised: fc.boolean(),
    extended: fc.boolean(),
    footer: fc.boolean(),
    padding: fc.constantFrom(0, 0, 7, 300, 3000),
  }),
)

const id3v1: fc.Arbitrary<Id3v1Spec> = fc.record({
  title: word,
  artist: word,
  year: fc.constantFrom('1999', ''),
  comment: word,
  track: fc.integer({ min: 1, max: 255 }),
  genre: fc.integer({ min: 0, max: 255 }),
})

const apeItems = fc.uniqueArray(
  fc.oneof(
    fc.record({ key: fc.constantFrom('Title', 'ARTIST', 'Album', 'Genre', 'MP3GAIN_UNDO'), value: word }),
    fc.record({
      key: fc.constantFrom('Binary', 'Link'),
      value: fc.uint8Array({ maxLength: 30 }),
      kind: fc.constant(1),
    }),
  ),
  { maxLength: 5, selector: item => item.key.toLowerCase() },
)

const mp3Spec: fc.Arbitrary<Mp3Spec> = fc.record(
  { id3v2, id3v1, ape: apeItems, apeHeader: fc.boolean(), frames: fc.integer({ min: 4, max: 9 }) },
  { requiredKeys: [] },
)

const comments = fc
  .tuple(
    fc.array(
      fc.tuple(fc.constantFrom('TITLE', 'Title', 'artist', 'ARTIST', 'GENRE', 'X_OWN', 'RATING', 'TRACKNUMBER'), word),
      { maxLength: 8 },
    ),
    fc.boolean(),
  )
  .map(([pairs, odd]) =>
    vorbisComment([...pairs.map(([key, value]) => `${key}=${value}`), ...(odd ? ['no equals'] : [])]),
  )

const flacBlocks: fc.Arbitrary<BlockSpec[]> = fc
  .tuple(
    fc.option(comments, { freq: 5 }),
    fc.array(
      fc.oneof(
        word.map(application),
        fc.constant(seekTable()),
        shade.map(s => flacPicture(makePng(2, s))),
        fc.constantFrom(0, 5, 100, 5000).map(flacPadding),
      ),
      { maxLength: 5 },
    ),
    fc.nat(5),
  )
  .map(([comment, others, at]) => (comment ? others.toSpliced(at, 0, comment) : others))

export interface Generated {
  name: 'a.mp3' | 'a.flac'
  bytes: Buffer
}

export const mp3File: fc.Arbitrary<Generated> = mp3Spec.map(spec => ({ name: 'a.mp3' as const, bytes: makeMp3(spec) }))

export const flacFile: fc.Arbitrary<Generated> = fc
  .tuple(flacBlocks, fc.option(id3v2, { freq: 3 }), fc.option(id3v1, { freq: 3 }))
  .map(([blocks, prefix, tail]) => ({
    name: 'a.flac' as const,
    bytes: makeFlac({ blocks, ...(prefix ? { id3v2: prefix } : {}), ...(tail ? { id3v1: tail } : {}) }),
  }))

export const audioFile = fc.oneof(mp3File, flacFile)

/** A field as the edit names it, with the native ids that hold it, as the formats' own documents have them. */
export interface NamedField {
  field: string
  values: fc.Arbitrary<string[]>
  /** Frames by id, or `TXXX:description`. */
  id3: string[]
  vorbis: string[]
  ape: string
  /** Where in an ID3v1 tag it stands: offset and length. */
  id3v1?: [number, number]
}

const several = fc.uniqueArray(text, { minLength: 1, maxLength: 3 })
const one = (arbitrary: fc.Arbitrary<string>) => arbitrary.map(value => [value])
const day = fc
  .date({ min: new Date('1000-01-01T00:00:00Z'), max: new Date('2999-12-31T00:00:00Z'), noInvalidDate: true })
  .map(value => value.toISOString().slice(0, 10))

export const namedFields: NamedField[] = [
  { field: 'title', values: several, id3: ['TIT2', 'TT2'], vorbis: ['TITLE'], ape: 'TITLE', id3v1: [3, 30] },
  { field: 'artist', values: several, id3: ['TPE1', 'TP1'], vorbis: ['ARTIST'], ape: 'ARTIST', id3v1: [33, 30] },
  { field: 'album', values: several, id3: ['TALB', 'TAL'], vorbis: ['ALBUM'], ape: 'ALBUM', id3v1: [63, 30] },
  { field: 'albumartist', values: several, id3: ['TPE2', 'TP2'], vorbis: ['ALBUMARTIST'], ape: 'ALBUM ARTIST' },
  { field: 'composer', values: several, id3: ['TCOM', 'TCM'], vorbis: ['COMPOSER'], ape: 'COMPOSER' },
  {
    field: 'date',
    values: one(fc.oneof(day, fc.integer({ min: 1000, max: 2999 }).map(String))),
    id3: ['TDRC', 'TYER', 'TDAT', 'TIME', 'TYE', 'TDA', 'TIM'],
    vorbis: ['DATE'],
    ape: 'YEAR',
    id3v1: [93, 4],
  },
  {
    field: 'genre',
    values: one(fc.constantFrom('Jazz', 'Post-Rock', 'Musique concrète', '演歌')),
    id3: ['TCON', 'TCO'],
    vorbis: ['GENRE'],
    ape: 'GENRE',
    id3v1: [127, 1],
  },
  {
    field: 'tracknumber',
    values: one(fc.integer({ min: 1, max: 999 }).map(String)),
    id3: ['TRCK', 'TRK'],
    vorbis: ['TRACKNUMBER'],
    ape: 'TRACK',
    id3v1: [125, 2],
  },
  {
    field: 'Own Field',
    values: several,
    id3: ['TXXX:own field', 'TXX:own field'],
    vorbis: ['OWN FIELD'],
    ape: 'OWN FIELD',
  },
]

/** One field, and an edit of it. */
export const namedEdit: fc.Arbitrary<{ named: Omit<NamedField, 'values'>; edit: Edit }> = fc
  .constantFrom(...namedFields)
  .chain(named =>
    fc
      .oneof(
        { weight: 4, arbitrary: named.values.map(values => ({ op: 'set', field: named.field, values }) as const) },
        { weight: 1, arbitrary: fc.constant({ op: 'remove', field: named.field } as const) },
      )
      .map(edit => ({ named: { ...named, values: undefined }, edit })),
  )
