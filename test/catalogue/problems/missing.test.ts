import assert from 'node:assert/strict'
import { test } from 'node:test'
import { album, found, mended, track } from './library.ts'

const second = 'Artist/Album/02 Title 2.flac'

for (const [kind, field, edits] of [
  ['missing-title', 'title', ['title = Title 2']],
  ['missing-artist', 'artist', ['artist = Artist']],
  ['missing-album', 'album', ['album = Album']],
  ['missing-track-number', 'tracknumber', ['tracknumber = 2']],
  ['missing-date', 'date', ['date = 1999']],
  ['album-artist-missing', 'albumartist', ['albumartist = Artist']],
] as const) {
  test(`${kind}: the one track without it, with what can only be meant`, () => {
    const tracks = album('Artist/Album', n => (n === 2 ? { [field]: null } : {}))
    assert.deepEqual(found(kind, tracks), { [second]: edits })
    assert.deepEqual(found(kind, mended(kind, tracks)), {})
  })
}

test('a title is taken from a file name that leads with a number, and from no other', () => {
  const titleOf = (name: string) => Object.values(found('missing-title', [track(`A/B/${name}`, { title: null })]))[0]
  assert.deepEqual(titleOf('01 - Some Song.mp3'), ['title = Some Song'])
  assert.deepEqual(titleOf('01. Some Song.mp3'), ['title = Some Song'])
  assert.deepEqual(titleOf('01_some_song.mp3'), ['title = some song'])
  assert.deepEqual(titleOf('2-07 Some Song.mp3'), ['title = Some Song'])
  assert.deepEqual(titleOf('01 - Artist - Some Song.mp3'), ['title = Some Song'])
  for (const name of ['01.mp3', '01 - Somebody - Some Song.mp3', 'Some Song.mp3', '01 Track.mp3', '1999.mp3'])
    assert.deepEqual(titleOf(name), [], name)
})

test('the album of a few is not proposed to a heap', () => {
  const tracks = [1, 2, 3, 4, 5, 6].map(n =>
    track(`Singles/0${n} Song.mp3`, n < 3 ? {} : { album: null, albumartist: null }),
  )
  assert.deepEqual(Object.values(found('missing-album', tracks)), [[], [], [], []])
  assert.deepEqual(found('album-artist-missing', tracks), {})
})

test('nothing is proposed where the other tracks do not agree', () => {
  const tracks = album('Artist/Album', n => (n === 2 ? { date: null } : { date: `199${n}` }))
  assert.deepEqual(found('missing-date', tracks), { [second]: [] })
})

test('numbers in names that are no sequence are not believed', () => {
  const tracks = [7, 99].map(n => track(`Artist/Album/${n} Balloons.mp3`, { tracknumber: null }))
  assert.deepEqual(Object.values(found('missing-track-number', tracks)), [[], []])
})

test('missing-picture: the one track without, and no track that has one', () => {
  const tracks = [
    ...album(),
    track('Artist/Album/04 Title.flac', {}, { facts: { pictures: [], disagreements: [], extension: null } }),
  ]
  assert.deepEqual(found('missing-picture', tracks), { 'Artist/Album/04 Title.flac': [] })
})

test('unreadable: a file that no codec understood is that alone, and a read-only one is not', () => {
  const reason = { code: 'MALFORMED_FILE', detail: 'No audio was found.' }
  const bad = track('Artist/Album/04 Bad.flac', { title: null, artist: null }, { reason, writable: false })
  const locked = track(
    'Artist/Album/05 Locked.flac',
    {},
    { reason: { code: 'READ_ONLY', detail: '' }, writable: false },
  )
  assert.deepEqual(found('unreadable', [...album(), bad, locked]), { [bad.path]: [] })
  assert.deepEqual(found('missing-title', [...album(), bad, locked]), {})
})

test('wrong-extension: the one file whose content asks for another', () => {
  const facts = { pictures: [], disagreements: [], extension: 'flac' }
  const wrong = track('Artist/Album/04 Title.mp3', {}, { facts })
  assert.deepEqual(found('wrong-extension', [...album(), wrong]), { [wrong.path]: [] })
})
