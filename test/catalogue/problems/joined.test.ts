import assert from 'node:assert/strict'
import { test } from 'node:test'
import { divided } from '../../../src/catalogue/problems/joined.ts'
import { album, found, mended } from './library.ts'

const second = 'Artist/Album/02 Title 2.flac'
const with2 = (tags: Record<string, string | string[]>) => album('Artist/Album', n => (n === 2 ? tags : {}))

test('joined-values: artists, genres and composers become several values', () => {
  const tracks = with2({ artist: 'Artist; Guest', genre: 'Rock / Pop', composer: ['One', 'Two;Three'] })
  const edits = ['artist = Artist | Guest', 'composer = One | Two | Three', 'genre = Rock | Pop']
  assert.deepEqual(found('joined-values', tracks), { [second]: edits })
  assert.deepEqual(found('joined-values', mended('joined-values', tracks)), {})
})

test('what is a name of its own is not divided', () => {
  const names = [
    'AC/DC',
    'Simon & Garfunkel',
    'Earth, Wind & Fire',
    'Simon &amp; Garfunkel',
    'Pop/Rock',
    '+/-',
    ';)',
    'A /',
    'N; ',
  ]
  for (const name of names) assert.equal(divided(name), null, name)
  assert.deepEqual(divided('A; B;C / D'), ['A', 'B', 'C', 'D'])
})

test('joined-guests: the credit stays, and “artists” names each', () => {
  for (const credit of ['Alice feat. Bob', 'Alice ft. Bob', 'Alice (Featuring Bob)', 'Alice [feat. Bob]']) {
    const tracks = with2({ artist: credit })
    assert.deepEqual(found('joined-guests', tracks), { [second]: ['artists = Alice | Bob'] }, credit)
    assert.deepEqual(found('joined-guests', mended('joined-guests', tracks)), {})
  }
})

test('joined-guests: only a person knows whether Bob & Carol are two', () => {
  assert.deepEqual(found('joined-guests', with2({ artist: 'Alice feat. Bob & Carol' })), { [second]: [] })
})

test('joined-guests: artists that are called so are not divided', () => {
  for (const artist of ['Little Feat', 'Lift', 'Feat. Nobody', 'Soft Cell', 'Defeat the Purpose'])
    assert.deepEqual(found('joined-guests', with2({ artist })), {}, artist)
})
