import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FieldInfo } from '../../src/schemas/field.ts'
import { commonValues, fieldLines, fieldNamed } from '../../src/web/model/common-values.ts'

const field = (name: string, label: string, common = false): FieldInfo => ({
  name,
  label,
  common,
  multiple: true,
  kind: 'text',
})
const table = [
  field('title', 'Title', true),
  field('tracknumber', 'Track', true),
  field('totaltracks', 'Tracks'),
  field('mood', 'Mood'),
  field('bpm', 'BPM'),
]
const names = (tracks: { tags: Record<string, string[]> }[], added: string[] = []) =>
  fieldLines(tracks, table, added).map(line => line.name)

test('equal values are common, missing ones on all tracks too', () => {
  const tracks = [{ tags: { artist: ['A', 'B'] } }, { tags: { artist: ['A', 'B'] } }]
  assert.deepEqual(commonValues(tracks, 'artist'), { same: true, values: ['A', 'B'] })
  assert.deepEqual(commonValues(tracks, 'title'), { same: true, values: [] })
})

test('different values are listed, the most frequent first, none among them', () => {
  const tracks = [{ tags: { genre: ['X'] } }, { tags: {} }, { tags: {} }]
  assert.deepEqual(commonValues(tracks, 'genre'), {
    same: false,
    distinct: [
      { values: [], count: 2 },
      { values: ['X'], count: 1 },
    ],
  })
})

test('two values are not one value that looks like them', () => {
  const common = commonValues([{ tags: { artist: ['A', 'B'] } }, { tags: { artist: ['A","B'] } }], 'artist')
  assert.equal(common.same, false)
})

test('common fields come first, filled or not, a total beside its number', () => {
  assert.deepEqual(names([{ tags: {} }]), ['title', 'tracknumber', 'totaltracks'])
})

test('then the other fields of any track, in the order of the table, then custom ones, then added ones', () => {
  const tracks = [{ tags: { zebra: ['1'], bpm: ['120'] } }, { tags: { apple: ['2'], mood: ['calm'] } }]
  assert.deepEqual(names(tracks, ['added', 'bpm']), [
    ...['title', 'tracknumber', 'totaltracks'],
    ...['mood', 'bpm'],
    ...['apple', 'zebra'],
    'added',
  ])
})

test('a field is found by label or name whatever the case, and any other name is its own', () => {
  assert.equal(fieldNamed('  bpm ', table), 'bpm')
  assert.equal(fieldNamed('TRACKS', table), 'totaltracks')
  assert.equal(fieldNamed('My Field', table), 'My Field')
  assert.equal(fieldNamed('   ', table), null)
})
