import assert from 'node:assert/strict'
import type { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { openCatalogue } from '../../../src/catalogue/database.ts'
import { countBits, listBits } from '../../../src/catalogue/query/bits.ts'
import { findTracks } from '../../../src/catalogue/query/match.ts'
import { parseQuery } from '../../../src/catalogue/query/parse.ts'
import { holds, type PlainTrack } from './naive.ts'
import { createWriter, plainTrack } from './plain-library.ts'

const now = Date.parse('2024-06-15T12:00:00Z')
const day = 86_400_000

describe('what a query finds', () => {
  const tracks = [
    plainTrack(1, {
      folder: 'Miles Davis/Kind of Blue',
      name: '01 So What.flac',
      container: 'FLAC',
      codec: 'FLAC',
      lossless: true,
      modified: now - 2 * day,
      numbers: {
        size: 30e6,
        duration: 562.4,
        bitrate: 900_000,
        sampleRate: 44_100,
        channels: 2,
        bitsPerSample: 16,
        pictures: 1,
      },
      tags: {
        title: ['So What'],
        artist: ['Miles Davis'],
        date: ['1959-08-17'],
        tracknumber: ['1'],
        genre: ['Jazz', 'Modal'],
      },
    }),
    plainTrack(2, {
      folder: 'Björk',
      name: '02 Jóga.mp3',
      modified: now - 40 * day,
      writable: false,
      numbers: {
        size: 5e6,
        duration: 305,
        bitrate: 191_700,
        sampleRate: 48_000,
        channels: 1,
        bitsPerSample: null,
        pictures: 0,
      },
      tags: { title: ['Jóga'], artist: ['Björk'], date: ['1997'], tracknumber: ['02'], 'My Mood': ["Rock 'n' 100%_"] },
    }),
    plainTrack(3, {
      folder: '硝子の灯台',
      name: '03.m4a',
      container: 'M4A/mp42/isom',
      codec: 'ALAC',
      lossless: true,
      modified: Date.parse('2020-01-31T23:59:59Z'),
      tags: {
        title: ['愛夜'],
        artist: ['硝子の灯台'],
        date: ['unknown'],
        lyrics: [`夜 ${'la '.repeat(200)}🎵 "end"`],
        genre: [' '],
      },
    }),
    plainTrack(4, {
      folder: '',
      name: 'Re-Zero Re:Zero.mp3',
      read: false,
      lossless: null,
      container: null,
      codec: null,
    }),
  ]
  const { database } = openCatalogue(null, 'test')
  const writer = createWriter(database)
  for (const track of tracks) writer.put(track)

  const table: [query: string, ids: number[]][] = [
    ['', [1, 2, 3, 4]],
    ['jazz', [1]],
    ['bjork JOGA', [2]],
    ['so what', [1]],
    ['"o w"', [1]],
    ['"what so"', []],
    ['愛', [3]],
    ['灯台', [3]],
    ['🎵', [3]],
    ['la', [1, 3]],
    ['title:la OR lyrics:la', [3]],
    ['"la la la"', [3]],
    ['"\\"end\\""', [3]],
    ["'n'", [2]],
    ['100%_', [2]],
    ['%', [2]],
    ['_', [2]],
    ['-jazz -bjork', [3, 4]],
    ['jazz OR bjork', [1, 2]],
    ['davis/kind', [1]],
    ['genre:modal', [1]],
    ['genre="jazz modal"', []],
    ['artist=bjork', [2]],
    ['artist=bjor', []],
    ['"my mood":rock', [2]],
    ['Re:Zero', [4]],
    ['"Re":Zero', []],
    ['date:1950..1959', [1]],
    ['date:1959-08', [1]],
    ['date:>1959', [2]],
    ['year:1997', [2]],
    ['-year:1900..', [3, 4]],
    ['tracknumber:2', [2]],
    ['tracknumber:"02"', [2]],
    ['tracknumber:"2"', [2]],
    ['tracknumber="2"', []],
    ['bitrate:<192', []],
    ['bitrate:192', [2]],
    ['bitrate:<200', [2]],
    ['duration:5:05..9:22', [1, 2]],
    ['samplerate:44.1k', [1]],
    ['size:>10M', [1]],
    ['channels:mono', [2]],
    ['bits:16', [1]],
    ['changed:7d', [1]],
    ['changed:>7d -changed:>1y', [2]],
    ['changed:2020-01', [3]],
    ['changed:..2020-01-31', [3, 4]],
    ['missing:picture', [2, 3]],
    ['has:cover', [1]],
    ['missing:genre', [2, 3]],
    ['has:genre', [1]],
    ['missing:bitrate', [3]],
    ['has:lyrics', [3]],
    ['format:flac', [1]],
    ['format:alac', [3]],
    ['format:m4a', [3]],
    ['format:mp3', [2, 4]],
    ['is:lossless', [1, 3]],
    ['is:readonly', [2]],
    ['filename:.mp3', [2, 4]],
    ['folder:davis', [1]],
    ['folder="Miles Davis"', []],
    ['path:"blue/01"', [1]],
    ['path:"bjork/02 joga.mp3"', [2]],
    ['path="bjork/02 joga.mp3"', [2]],
    ['path:/', [1, 2, 3]],
    ['path=03.m4a', []],
  ]
  for (const [query, ids] of table)
    test(query === '' ? 'nothing finds all' : query, () => {
      assert.deepEqual(search(query), ids)
      const { root } = parseQuery(query)
      assert.deepEqual(
        tracks.filter(track => holds(root, track, tracks, now)).map(({ id }) => id),
        ids,
      )
    })

  test('a query that is over a hundred words long is answered', () => {
    assert.deepEqual(search(Array.from({ length: 100 }, () => 'la').join(' OR ')), [1, 3])
    assert.deepEqual(search(`"${'la '.repeat(600)}"`), [])
  })

  function search(query: string): number[] {
    return [...listBits(findTracks(database, parseQuery(query), now))]
  }
})

/* Few letters, so that what is looked for is often there. */
const letter = fc.constantFrom(...['a', 'á', 'Á', 'b', 'ß', '愛', '夜', '京', '🎵', '"', "'", '%', '_', '\\', '-', ':', '.', ' ', '1', '２', '(', ';', '*', '\u0301']) // biome-ignore format: a list
const text = fc.string({ unit: letter, minLength: 1, maxLength: 6 })
const value = fc.oneof(
  { weight: 8, arbitrary: text },
  { weight: 2, arbitrary: fc.constantFrom('1999', '1999-05', '2001-12-31', '7', '07', '12.5', '-3 dB', '  ') },
  { weight: 1, arbitrary: text.map(part => `x${part.repeat(100)}${'y'.repeat(260)}${part}`) },
)
const fieldName = fc.constantFrom('title', 'artist', 'date', 'tracknumber', 'compilation', 'lyrics', 'Mood', 'a')
const folder = fc.constantFrom('', 'a', 'Á/愛', 'b b/1')
const number = fc.option(fc.constantFrom(0, 1, 2, 191_700, 44_100, 225.4))

const count = fc.option(fc.nat(7))

const anyTrack: fc.Arbitrary<Omit<PlainTrack, 'id'>> = fc.record({
  folder,
  name: fc.tuple(text, fc.constantFrom('.mp3', '.flac', '.Ogg', '')).map(([name, end]) => name + end),
  read: fc.boolean(),
  writable: fc.boolean(),
  lossless: fc.option(fc.boolean()),
  container: fc.constantFrom(null, 'MPEG', 'FLAC', 'Ogg'),
  codec: fc.constantFrom(null, 'MPEG 1 Layer 3', 'FLAC', 'Opus'),
  modified: fc.constantFrom(now, now - day, now - 400 * day, Date.parse('2024-01-31T23:00:00Z')),
  numbers: fc.record({
    size: fc.constantFrom(1, 5e6),
    duration: number,
    bitrate: number,
    sampleRate: number,
    channels: count,
    bitsPerSample: count,
    pictures: fc.constantFrom(0, 1, 2),
  }),
  tags: fc.dictionary(fieldName, fc.array(value, { minLength: 1, maxLength: 3 }), { maxKeys: 5 }),
})

const quoted = fc
  .string({ unit: letter, minLength: 1, maxLength: 3 })
  .map(part => `"${part.replace(/["\\]/g, '\\$&')}a"`)
const plain = fc.constantFrom(
  'a',
  'á',
  '愛',
  '愛夜',
  '京🎵',
  '1',
  '2',
  'b',
  "'",
  '%',
  '_',
  'ss',
  'aa',
  'y',
  'yyyy',
  'mp3',
  '.',
)
const comparison = fc.constantFrom('1', '<2', '>=1', '1..7', '..12', '2..', '>191.7')
const term = fc.oneof(
  plain,
  quoted,
  fc.tuple(fc.constantFrom('title', 'artist', 'lyrics', 'mood', '"a"', 'a', 'none', 'filename', 'folder', 'path'), fc.constantFrom(':', '='), fc.oneof(plain, quoted)).map(parts => parts.join('')), // biome-ignore format: a list
  fc.tuple(fc.constantFrom('tracknumber:', 'mood:', 'none:', 'bitrate:', 'duration:', 'samplerate:', 'channels:', 'size:', 'pictures:'), comparison).map(parts => parts.join('')), // biome-ignore format: a list
  fc.constantFrom('date:1999', 'date:>1999', 'date:..1999-05', 'date:2000..', 'changed:7d', 'changed:>1y', 'changed:2024-01', 'changed:..2024-01-31', 'path:a/1', 'path:/a', 'path:a/', 'path="b b/1/a.mp3"'), // biome-ignore format: a list
  fc.tuple(fc.constantFrom('has:', 'missing:'), fc.constantFrom('title', 'mood', 'picture', 'bitrate', 'none', 'date')).map(parts => parts.join('')), // biome-ignore format: a list
  fc.constantFrom('format:mp3', 'format:flac', 'format:ogg', 'is:lossless', 'is:lossy', 'is:readonly', 'is:writable', 'compilation:no'), // biome-ignore format: a list
)
const query: fc.Arbitrary<string> = fc.letrec<{ query: string }>(tie => ({
  query: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    term,
    tie('query').map(inner => `-(${inner})`),
    fc.tuple(tie('query'), tie('query')).map(([one, other]) => `(${one}) ${other}`),
    fc.tuple(tie('query'), tie('query')).map(([one, other]) => `(${one} OR ${other})`),
  ),
})).query

/** What happens to a library between two searches. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), id: fc.integer({ min: 1, max: 40 }), track: anyTrack }),
  fc.record({ kind: fc.constant('remove' as const), id: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('rename' as const), from: folder, to: fc.constantFrom('c', '夜/á') }),
)

test('what is found is what a look at every value of every track finds, also after changes', () => {
  fc.assert(
    fc.property(
      fc.array(anyTrack, { minLength: 1, maxLength: 12 }),
      fc.array(fc.tuple(fc.array(query, { minLength: 1, maxLength: 4 }), fc.array(step, { maxLength: 6 })), { minLength: 1, maxLength: 4 }), // biome-ignore format: one line
      (library, rounds) => {
        const { database } = openCatalogue(null, 'test')
        const writer = createWriter(database)
        const tracks = new Map<number, PlainTrack>()
        const put = (track: PlainTrack) => {
          const others = [...tracks.values()].filter(({ id }) => id !== track.id)
          if (others.some(({ folder, name }) => folder === track.folder && name === track.name)) return
          writer.put(track, tracks.get(track.id))
          tracks.set(track.id, track)
        }
        for (const [index, track] of library.entries()) put({ ...track, id: index + 1 })
        for (const [queries, steps] of rounds) {
          for (const text of queries) {
            const parsed = parseQuery(text)
            const all = [...tracks.values()]
            const expected = all.filter(track => holds(parsed.root, track, all, now)).map(({ id }) => id)
            const found = findTracks(database, parsed, now)
            assert.deepEqual(
              [...listBits(found)],
              expected.sort((a, b) => a - b),
              text,
            )
            assert.equal(countBits(found), expected.length)
          }
          for (const each of steps) {
            if (each.kind === 'put') put({ ...each.track, id: each.id })
            else if (each.kind === 'remove') {
              const track = tracks.get(each.id)
              if (track) writer.remove(track)
              tracks.delete(each.id)
            } else if (![...tracks.values()].some(({ folder }) => folder === each.to)) {
              writer.renameFolder(each.from, each.to)
              for (const track of tracks.values()) if (track.folder === each.from) track.folder = each.to
            }
          }
        }
        database.close()
      },
    ),
    { numRuns: 300 },
  )
})

test('more changes than are noted are found, too', () => {
  const { database } = openCatalogue(null, 'test')
  const writer = createWriter(database)
  writer.put(plainTrack(1, { tags: { title: ['before'] } }))
  assert.equal(countBits(findTracks(database, parseQuery('before'), now)), 1)
  const touch = database.prepare('UPDATE track SET size = size + 1')
  database.exec('BEGIN')
  for (let i = 0; i < 100_001; i++) touch.run()
  database.exec('COMMIT')
  writer.put(plainTrack(2, { tags: { title: ['before and after'] } }))
  assert.equal(countBits(findTracks(database, parseQuery('before'), now)), 2)
  database.close()
})

describe('changes that are rolled back are not found', () => {
  const count = (database: DatabaseSync, query: string) => countBits(findTracks(database, parseQuery(query), now))

  test('where no search saw them', () => {
    const { database } = openCatalogue(null, 'test')
    createWriter(database).put(plainTrack(1, { tags: { title: ['kept'] } }))
    assert.equal(count(database, ''), 1)
    database.exec('BEGIN; DELETE FROM track_value; DELETE FROM track; ROLLBACK')
    assert.equal(count(database, 'kept'), 1)
    database.close()
  })

  test('where one did', () => {
    const { database } = openCatalogue(null, 'test')
    createWriter(database).put(plainTrack(1, { tags: { title: ['kept'] } }))
    assert.equal(count(database, ''), 1)
    database.exec('BEGIN; DELETE FROM track_value')
    assert.equal(count(database, 'kept'), 0)
    database.exec('ROLLBACK')
    assert.equal(count(database, 'kept'), 1)
    database.close()
  })

  test('where the first one did', () => {
    const { database } = openCatalogue(null, 'test')
    createWriter(database).put(plainTrack(1, { tags: { title: ['kept'] } }))
    database.exec('BEGIN; DELETE FROM track_value')
    assert.equal(count(database, 'kept'), 0)
    database.exec('ROLLBACK')
    assert.equal(count(database, 'kept'), 1)
    database.close()
  })
})
