import assert from 'node:assert/strict'
import { test } from 'node:test'
import { album, found, mended, track } from './library.ts'

const at = (n: number) => `Artist/Album/0${n} Title ${n}.flac`
const unnamed = (numbers: readonly number[], tags = {}) =>
  numbers.map((n, i) => track(`Artist/Album/${'abcdefgh'[i]}.flac`, { tracknumber: `${n}`, totaltracks: '9', ...tags }))

test('track-numbers-doubled: the file names tell which is wrong', () => {
  const tracks = album('Artist/Album', n => ({ tracknumber: n === 3 ? '2' : `${n}` }))
  assert.deepEqual(found('track-numbers-doubled', tracks), { [at(3)]: ['tracknumber = 3'] })
  assert.deepEqual(found('track-numbers-doubled', mended('track-numbers-doubled', tracks)), {})
})

test('track-numbers-doubled: without such names, both are shown', () => {
  const doubled = found('track-numbers-doubled', unnamed([1, 2, 2]))
  assert.deepEqual(doubled, { 'Artist/Album/b.flac': [], 'Artist/Album/c.flac': [] })
})

test('track-numbers-gaps: the track behind the gap', () => {
  assert.deepEqual(found('track-numbers-gaps', unnamed([1, 2, 4, 5])), { 'Artist/Album/c.flac': [] })
  assert.deepEqual(found('track-numbers-gaps', unnamed([2, 3, 4])), { 'Artist/Album/a.flac': [] })
  assert.deepEqual(found('track-numbers-gaps', unnamed([0, 1, 2])), {}, 'a hidden track')
  assert.deepEqual(found('track-numbers-gaps', unnamed([3, 9])), {}, 'two tracks that somebody picked')
  assert.deepEqual(found('track-numbers-gaps', unnamed([2, 7, 19])), {}, 'some tracks that somebody picked')
})

test('track-numbers-gaps: the file names tell the right numbers', () => {
  const tracks = album('Artist/Album', n => ({ tracknumber: n === 3 ? '4' : `${n}`, totaltracks: '4' }))
  assert.deepEqual(found('track-numbers-gaps', tracks), { [at(3)]: ['tracknumber = 3'] })
})

test('track-totals-missing: the count of a whole sequence, or what the others say', () => {
  const none = album('Artist/Album', () => ({ totaltracks: null }))
  assert.deepEqual(Object.values(found('track-totals-missing', none)).flat(), Array(3).fill('totaltracks = 3'))
  assert.deepEqual(found('track-totals-missing', mended('track-totals-missing', none)), {})
  const one = unnamed([1, 2, 5]).map((each, i) =>
    i === 1 ? { ...each, tags: { ...each.tags, totaltracks: [] } } : each,
  )
  assert.deepEqual(found('track-totals-missing', one), { 'Artist/Album/b.flac': ['totaltracks = 9'] })
  assert.deepEqual(found('track-totals-missing', unnamed([1, 5], { totaltracks: null })), {
    'Artist/Album/a.flac': [],
    'Artist/Album/b.flac': [],
  })
})

test('track-totals-differ: the count of a whole sequence is right', () => {
  const tracks = album('Artist/Album', n => (n === 2 ? { totaltracks: '2' } : {}))
  assert.deepEqual(found('track-totals-differ', tracks), { [at(2)]: ['totaltracks = 3'] })
  assert.deepEqual(found('track-totals-differ', mended('track-totals-differ', tracks)), {})
  assert.deepEqual(found('track-totals-differ', unnamed([1, 12])), { 'Artist/Album/b.flac': [] })
})

test('discs-unnumbered: the numbers of the disc folders', () => {
  const tracks = [1, 2].flatMap(disc => album(`Artist/Album/CD${disc}`))
  const discs = found('discs-unnumbered', tracks)
  assert.equal(Object.keys(discs).length, 6)
  assert.deepEqual(discs['Artist/Album/CD2/01 Title 1.flac'], ['discnumber = 2', 'totaldiscs = 2'])
  assert.deepEqual(found('discs-unnumbered', mended('discs-unnumbered', tracks)), {})
  assert.deepEqual(found('track-numbers-doubled', tracks), {})
})

test('discs-unnumbered: numbers that run twice in one folder, with what the names tell', () => {
  const named = [1, 2].flatMap(disc =>
    [1, 2, 3].map(n => track(`Artist/Album/${disc}0${n} Title.flac`, { tracknumber: `${n}` })),
  )
  assert.deepEqual(found('discs-unnumbered', named)['Artist/Album/203 Title.flac'], [
    'discnumber = 2',
    'totaldiscs = 2',
  ])
  assert.deepEqual(found('discs-unnumbered', mended('discs-unnumbered', named)), {})
  assert.deepEqual(found('track-numbers-doubled', named), {})
  assert.deepEqual(new Set(Object.values(found('discs-unnumbered', unnamed([1, 2, 3, 1, 2, 3]))).flat()), new Set())
})
