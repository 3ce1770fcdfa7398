import assert from 'node:assert/strict'
import { test } from 'node:test'
import { album, found, mended, problemsIn, track } from './library.ts'

const at = (n: number, folder = 'Artist/Album') => `${folder}/0${n} Title ${n}.flac`
const oneBySlot = (tags: Record<string, string>, rest: Record<string, string> = {}) =>
  album('Artist/Album', n => (n === 2 ? tags : rest))

test('Jellyfin splits an album whose folders are not all named like discs', () => {
  const sides = ['Side A', 'Side B'].flatMap((side, i) =>
    [1, 2].map(n =>
      track(`Artist/Album/${side}/0${n + 2 * i} Title.flac`, { tracknumber: `${n + 2 * i}`, totaltracks: '4' }),
    ),
  )
  assert.equal(Object.keys(found('jellyfin-splits-album', sides)).length, 4)
  assert.match(
    problemsIn(sides)[0]?.detail ?? '',
    /because its folders “Side A”, “Side B” are not all named like discs/,
  )
  const discs = sides.map(({ path, tags }) =>
    track(path.replace('Side A', 'CD 1').replace('Side B', 'CD 2'), { ...tags }),
  )
  assert.deepEqual(found('jellyfin-splits-album', discs), {})
})

test('Jellyfin does not split two editions of an album', () => {
  const editions = [...album('Artist/Album'), ...album('Artist/Album (FLAC)')]
  assert.deepEqual(found('jellyfin-splits-album', editions), {})
})

test('Jellyfin joins two albums that lie in one folder', () => {
  const tracks = [...album('Mixed'), track('Mixed/04 Title.flac', { album: 'Another', tracknumber: '1' })]
  assert.equal(Object.keys(found('jellyfin-joins-albums', tracks)).length, 4)
  assert.deepEqual(found('jellyfin-joins-albums', [...album('One'), ...album('Two')]), {})
})

test('Jellyfin shows an artist twice whose folder is spelled otherwise', () => {
  assert.equal(Object.keys(found('jellyfin-artist-folder', album('artist/Album'))).length, 3)
  assert.deepEqual(found('jellyfin-artist-folder', album('Artist/Album')), {})
  const sign = album('ACDC/Album', () => ({ artist: 'AC/DC', albumartist: 'AC/DC' }))
  assert.deepEqual(found('jellyfin-artist-folder', sign), {}, 'no folder can be called so')
})

for (const [what, tags, rest, edits] of [
  ['release id', { musicbrainz_albumid: 'x' }, {}, []],
  ['release id', {}, { musicbrainz_albumid: 'x' }, ['musicbrainz_albumid = x']],
  ['release date', { releasedate: '2001' }, { releasedate: '1999' }, ['releasedate = 1999']],
  ['album version', { ALBUMVERSION: 'Deluxe' }, {}, ['remove albumversion']],
  ['album artist', { albumartist: 'Artist feat. B' }, {}, ['albumartist = Artist']],
  ['spelling of the album', { album: 'Álbum' }, {}, ['album = Album']],
] as const) {
  test(`Navidrome splits an album by the ${what}: ${edits.join() || 'no edit'}`, () => {
    const tracks = oneBySlot(tags, rest)
    assert.deepEqual(found('navidrome-splits-album', tracks), { [at(2)]: edits })
    const detail = problemsIn(tracks).find(({ kind }) => kind === 'navidrome-splits-album')?.detail ?? ''
    assert.ok(detail.startsWith('Navidrome will split this album, because the ') && detail.includes(what), detail)
    if (edits.length > 0 && !('ALBUMVERSION' in tags))
      assert.deepEqual(found('navidrome-splits-album', mended('navidrome-splits-album', tracks)), {})
  })
}

test('Navidrome does not split an album over case and curly quotes', () => {
  const tracks = album('A/B', n => ({ album: n === 2 ? "it's" : 'It’s' }))
  assert.deepEqual(found('navidrome-splits-album', tracks), {})
})

test('Navidrome shows names that differ in more than case as separate artists', () => {
  const tracks = (other: string) => [
    ...album('A/One', () => ({ artist: 'The Beatles', albumartist: 'The Beatles' })),
    track('B/Two/01 Title.flac', { artist: other, albumartist: 'The Beatles', album: 'Two' }),
  ]
  assert.deepEqual(found('navidrome-separate-artists', tracks('Beatles')), {
    'B/Two/01 Title.flac': ['artist = The Beatles'],
  })
  assert.deepEqual(found('navidrome-separate-artists', tracks('THE BEATLES')), {})
})

test('Emby splits an album by album artist, and without one by artist', () => {
  const tracks = album('Artist/Album', n => (n === 2 ? { albumartist: null, artist: 'Artist feat. B' } : {}))
  assert.deepEqual(found('emby-splits-album', tracks), { [at(2)]: ['albumartist = Artist'] })
  assert.deepEqual(found('emby-splits-album', mended('emby-splits-album', tracks)), {})
  assert.deepEqual(
    found(
      'emby-splits-album',
      album('A/B', n => ({ artist: `Singer ${n}` })),
    ),
    {},
  )
})

test('Emby is not said to file a track under an empty name', () => {
  const tracks = album('Artist/Album', n => (n === 2 ? { albumartist: null, artist: null } : {}))
  const emby = problemsIn(tracks).filter(({ kind }) => kind === 'emby-splits-album')
  assert.match(emby[0]?.detail ?? '', /filed under no artist and others/)
})

test('Emby joins two albums of one title without release ids', () => {
  const best = (folder: string, tags = {}) => album(folder, () => ({ album: 'The Very Best', ...tags }))
  assert.equal(Object.keys(found('emby-joins-albums', [...best('A/1984'), ...best('A/2001')])).length, 6)
  const ids = [...best('A/1984', { musicbrainz_albumid: 'x' }), ...best('A/2001', { musicbrainz_albumid: 'y' })]
  assert.deepEqual(found('emby-joins-albums', ids), {})
})
