import assert from 'node:assert/strict'
import { test } from 'node:test'
import { album, found, mended, track } from './library.ts'

const at = (n: number, folder = 'Artist/Album') => `${folder}/0${n} Title ${n}.flac`

test('album-artist-missing: the artist whom all tracks share, guests aside, or Various Artists for many', () => {
  const guests = album('Artist/Album', n => ({ albumartist: null, artist: n === 2 ? 'Artist feat. B' : 'Artist' }))
  assert.deepEqual(Object.values(found('album-artist-missing', guests)).flat(), Array(3).fill('albumartist = Artist'))
  const many = [1, 2, 3, 4, 5].map(n => track(at(n), { albumartist: null, artist: `Singer ${'ABCDE'[n - 1]}` }))
  assert.deepEqual(
    Object.values(found('album-artist-missing', many)).flat(),
    Array(5).fill('albumartist = Various Artists'),
  )
  const flagged = album('Artist/Album', n => ({ albumartist: null, compilation: '1', artist: `Singer ${n}` }))
  assert.deepEqual(
    Object.values(found('album-artist-missing', flagged)).flat(),
    Array(3).fill('albumartist = Various Artists'),
  )
  const two = album('Artist/Album', n => ({ albumartist: null, artist: n === 2 ? 'Somebody' : 'Artist' }))
  assert.deepEqual(Object.values(found('album-artist-missing', two)).flat(), [], 'two artists: a person knows')
})

test('album-artist-differs: the odd one out gets what most say', () => {
  const tracks = album('Artist/Album', n => (n === 2 ? { albumartist: 'Somebody' } : {}))
  assert.deepEqual(found('album-artist-differs', tracks), { [at(2)]: ['albumartist = Artist'] })
  assert.deepEqual(found('album-artist-differs', mended('album-artist-differs', tracks)), {})
})

test('album-artist-differs: two albums of one title in a folder are two albums', () => {
  const tracks = ['One', 'Two'].flatMap(artist =>
    [1, 2, 3].map(n =>
      track(`Hits/${artist} 0${n}.flac`, { album: 'Greatest Hits', albumartist: artist, tracknumber: `${n}` }),
    ),
  )
  assert.deepEqual(found('album-artist-differs', tracks), {})
  assert.deepEqual(found('navidrome-splits-album', tracks), {})
})

test('album-spellings: the most frequent spelling within a folder', () => {
  const tracks = album('Artist/Album', n => ({ album: n === 2 ? 'the ALBUM!' : 'The Album' }))
  assert.deepEqual(found('album-spellings', tracks), { [at(2)]: ['album = The Album'] })
  assert.deepEqual(found('album-spellings', mended('album-spellings', tracks)), {})
})

test('artist-spellings: the most frequent spelling in the library', () => {
  for (const [usual, other] of [
    ['The Beatles', 'Beatles'],
    ['The Beatles', 'Beatles, The'],
    ['Motörhead', 'Motorhead'],
    ['AC/DC', 'AC-DC'],
    ['Simon & Garfunkel', 'Simon and Garfunkel'],
    ['Guns N’ Roses', "guns n' roses"],
  ] as const) {
    const tracks = [
      ...album('A/One', () => ({ artist: usual, albumartist: usual })),
      track('B/Two/01 Title.flac', { artist: other, albumartist: usual, album: 'Two', totaltracks: '1' }),
    ]
    assert.deepEqual(found('artist-spellings', tracks), { 'B/Two/01 Title.flac': [`artist = ${usual}`] }, other)
    assert.deepEqual(found('artist-spellings', mended('artist-spellings', tracks)), {})
  }
})

test('artist-spellings: what is another name is not another spelling', () => {
  for (const [one, other] of [
    ['M', 'M!'],
    ['The The', 'The'],
    ['!!!', '???'],
    ['ハハ', 'ババ'],
    ['Prince', 'Princess'],
    ['周', '邹'],
  ] as const) {
    const tracks = [one, other].map((artist, i) =>
      track(`A/${i}/01 Title.flac`, { artist, albumartist: artist, album: `${i}` }),
    )
    assert.deepEqual(found('artist-spellings', tracks), {}, `${one} ${other}`)
  }
})

test('genre-spellings: one of several values is respelled', () => {
  const tracks = album('A/B', n => ({ genre: n === 2 ? ['Rock', 'hip hop'] : ['Hip-Hop'] }))
  assert.deepEqual(found('genre-spellings', tracks), { [at(2, 'A/B')]: ['genre = Rock | Hip-Hop'] })
  for (const [one, other] of [
    ['Drum & Bass', 'Drum n Bass'],
    ["Rock 'n' Roll", 'Rock and Roll'],
    ['R&B', 'RnB'],
  ] as const)
    assert.equal(
      Object.keys(
        found(
          'genre-spellings',
          album('A/B', n => ({ genre: n === 2 ? other : one })),
        ),
      ).length,
      1,
      other,
    )
  assert.deepEqual(
    found(
      'genre-spellings',
      album('A/B', n => ({ genre: n === 2 ? 'Pop/Rock' : 'Pop Rock' })),
    ),
    {},
  )
})
