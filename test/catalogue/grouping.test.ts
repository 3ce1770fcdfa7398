import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGrouping, type SameSigns } from '../../src/catalogue/duplicates/grouping.ts'

const song: SameSigns = { ids: [], recording: '', name: 'artist\0song', slot: '\0\0', folder: 1, duration: 100 }

function groupsOf(tracks: readonly Partial<SameSigns>[], tolerance = 2): number[][] {
  const grouping = createGrouping(tolerance)
  for (const [i, signs] of tracks.entries()) grouping.addSigns(i + 1, { ...song, ...signs })
  while (!grouping.unite(1));
  return grouping.groups().map(group => [...group])
}
const withId = (id: string, more: Partial<SameSigns> = {}): Partial<SameSigns> => ({
  ids: [id],
  recording: id,
  ...more,
})

test('tracks of one name and length are one recording, and others are not', () => {
  const other = { name: 'artist\0other' }
  assert.deepEqual(groupsOf([{}, other, { duration: 101.9 }, { name: null }, { duration: 105 }, other]), [
    [1, 3],
    [2, 6],
  ])
})

test('without a known length no recording is recognised by its tags', () => {
  assert.deepEqual(groupsOf([{ duration: null }, { duration: null }, {}]), [])
})

test('an id unites what is named differently, and two ids part what is named the same', () => {
  assert.deepEqual(groupsOf([withId('x'), withId('x', { name: 'other' }), withId('y')]), [[1, 2]])
})

test('a track without an id joins the only recording of its name, but none of two', () => {
  assert.deepEqual(groupsOf([withId('x'), {}, {}]), [[1, 2, 3]])
  assert.deepEqual(groupsOf([withId('x'), {}, {}, withId('y'), withId('y')]), [
    [2, 3],
    [4, 5],
  ])
})

test('the interludes of one album are told apart by their numbers', () => {
  const track = (folder: number, slot: string): Partial<SameSigns> => ({ folder, slot })
  assert.deepEqual(groupsOf([track(1, 'album\0\x001'), track(1, 'album\0\x007')]), [])
  assert.deepEqual(
    groupsOf([track(1, 'album\0\x001'), track(1, 'album\0\x007'), track(2, 'album\0\x007'), track(3, 'sampler\0\0')]),
    [[2, 3]],
  )
  assert.deepEqual(groupsOf([track(1, 'album\0\x003'), track(2, 'sampler\0\x0012')]), [[1, 2]])
})

test('tracks of one sum are one, and groups come in the order of their tracks', () => {
  const grouping = createGrouping(2)
  for (const [i, sum] of ['b', 'a', 'c', 'a', 'b', 'b'].entries()) grouping.addSum(i + 10, sum)
  while (!grouping.unite(1));
  assert.deepEqual(
    grouping.groups().map(group => [...group]),
    [
      [10, 14, 15],
      [11, 13],
    ],
  )
})
