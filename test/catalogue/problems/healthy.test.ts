import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CataloguedTrack } from '../../../src/catalogue/problems/rule.ts'
import { rules } from '../../../src/catalogue/problems/rules.ts'
import { album, problemsIn, track } from './library.ts'

/* What is well: no rule may say a word about these. */

const healthy: Record<string, CataloguedTrack[]> = {
  'an album': album(),
  'two albums of an artist': [...album('Artist/Album'), ...album('Artist/Other', () => ({ album: 'Other' }))],
  'an album on discs in folders': [1, 2].flatMap(disc =>
    album(`Artist/Album/CD ${disc}`, () => ({ discnumber: String(disc), totaldiscs: '2' })),
  ),
  'an album on discs in one folder': [1, 2].flatMap(disc =>
    [1, 2, 3].map(n =>
      track(`Artist/Album/${disc}-0${n} Title.flac`, {
        title: `Title ${disc} ${n}`,
        tracknumber: String(n),
        discnumber: String(disc),
      }),
    ),
  ),
  'a compilation': album('Various/Hits', n => ({
    album: 'Hits',
    artist: `Singer ${'ABC'[n - 1]}`,
    albumartist: 'Various Artists',
    compilation: '1',
  })),
  'an album with a guest whom the tags name': album('Artist/Album', n =>
    n === 2 ? { artist: 'Artist feat. Guest', artists: ['Artist', 'Guest'] } : {},
  ),
  'an album in two formats in one folder': ['flac', 'mp3'].flatMap(format =>
    album().map(({ path, tags }) => track(path.replace('flac', format), { ...tags })),
  ),
  'numbers that go on from disc to disc': [1, 2].flatMap(disc =>
    [1, 2, 3].map(n =>
      track(`Artist/Album/Disc ${disc}/0${n + 3 * (disc - 1)} Title.flac`, {
        discnumber: String(disc),
        totaltracks: '6',
      }),
    ),
  ),
  'names with signs': album('AC-DC/Album', () => ({
    artist: 'AC/DC',
    albumartist: 'AC/DC',
    composer: ['Earth, Wind & Fire', 'Simon & Garfunkel', 'Tyler, The Creator'],
    genre: ['R&B', 'Drum & Bass', 'Pop/Rock'],
    title: 'Black / White; Part 1',
  })),
  'a track alone': [track('Artist/Single/01 Title.mp3', { totaltracks: '1' })],
}

for (const [what, tracks] of Object.entries(healthy)) {
  test(`${what} has no problem`, () => {
    assert.deepEqual(
      problemsIn(tracks).map(({ kind, path, detail }) => `${kind} ${path}: ${detail}`),
      [],
    )
  })
}

test('every rule has a kind of its own, a label and an explanation', () => {
  assert.equal(new Set(rules.map(({ kind }) => kind)).size, rules.length)
  for (const { kind, label, explanation } of rules) {
    assert.match(kind, /^[a-z]+(?:-[a-z]+)*$/)
    assert.ok(label.length > 0 && label.length <= 60, kind)
    assert.match(explanation, /\.$/, kind)
  }
})

test('the README has every kind', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', '..', '..', 'README.md'), 'utf8')
  assert.deepEqual(
    rules.map(({ kind }) => kind).filter(kind => !readme.includes(`\`${kind}\``)),
    [],
  )
})

test('no value is too odd or too long for the rules', () => {
  const long = [' ', '(', ' feat', ' & ', 'é', 'Ã', '; ', ' / ', '0', '\u0300', '周'].map(text => text.repeat(100_000))
  const odd = ['', ' ', '\0', '\ud800', '\uffff', 'a\nb', '__proto__', 'constructor', '%', "'", '"', '\\', ...long]
  for (const text of odd) {
    const tags = Object.fromEntries(
      [
        'title',
        'artist',
        'album',
        'albumartist',
        'date',
        'genre',
        'tracknumber',
        'totaltracks',
        'discnumber',
        'comment',
      ].map(field => [field, [text, text]]),
    )
    assert.ok(
      Array.isArray(problemsIn([...album(), track('Artist/Album/04 Odd.flac', tags), track('__proto__/05.mp3', tags)])),
    )
  }
})
