import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Draft,
  emptyDraft,
  isTouched,
  type NewPicture,
  overtakenFields,
  toEdits,
  withField,
  withGoneIndex,
  withGoneType,
  withNewPicture,
} from '../../src/web/model/draft.ts'

const track = (tags: Record<string, string[]>, name = '01 - Song.mp3') => ({ path: name, name, tags })
const set = (field: string, ...values: string[]) => withField(emptyDraft, field, { op: 'set', values })
const picture = (digit: string): NewPicture => ({
  sha256: digit.repeat(64),
  mime: 'image/png',
  width: 1,
  height: 1,
  bytes: 70,
  description: '',
})

test('an empty draft asks for nothing', () => {
  assert.equal(isTouched(emptyDraft), false)
  assert.deepEqual(toEdits(emptyDraft, [track({ title: ['A'] })]), [])
})

test('only what was touched becomes an edit', () => {
  assert.deepEqual(toEdits(set('title', 'B'), [track({ title: ['A'], artist: ['X'] })]), [
    { op: 'set', field: 'title', values: ['B'] },
  ])
})

test('several values stay several, and separators in them are no separators', () => {
  assert.deepEqual(toEdits(set('artist', 'AC/DC', 'Simon; Garfunkel'), [track({})]), [
    { op: 'set', field: 'artist', values: ['AC/DC', 'Simon; Garfunkel'] },
  ])
})

test('a field typed back to what it was is no edit, unless another track differs', () => {
  const draft = set('genre', 'Folk')
  assert.deepEqual(toEdits(draft, [track({ genre: ['Folk'] })]), [])
  assert.equal(toEdits(draft, [track({ genre: ['Folk'] }), track({ genre: ['Rock'] })]).length, 1)
})

test('emptied inputs remove the field where there is one, and never write an empty value', () => {
  assert.deepEqual(toEdits(set('comment', '', ''), [track({ comment: ['x'] })]), [{ op: 'remove', field: 'comment' }])
  assert.deepEqual(toEdits(set('comment', ''), [track({})]), [])
  assert.deepEqual(toEdits(set('artist', 'A', ''), [track({})]), [{ op: 'set', field: 'artist', values: ['A'] }])
})

test('spaces are kept as typed', () => {
  assert.deepEqual(toEdits(set('title', ' A '), [track({ title: ['A'] })]), [
    { op: 'set', field: 'title', values: [' A '] },
  ])
})

test('adding to each track keeps what each has', () => {
  const draft = withField(emptyDraft, 'genre', { op: 'add', values: ['Live', ''] })
  assert.deepEqual(toEdits(draft, [track({ genre: ['A'] }), track({ genre: ['B'] })]), [
    { op: 'add', field: 'genre', values: ['Live'] },
  ])
})

test('a field restored is untouched again', () => {
  assert.equal(isTouched(withField(set('title', 'B'), 'title', null)), false)
})

test('pictures go by falling index before others come', () => {
  let draft: Draft = withGoneIndex(withGoneIndex(emptyDraft, 0, true), 2, true)
  draft = withNewPicture(draft, 'back', picture('b'))
  assert.deepEqual(toEdits(draft, [track({})]), [
    { op: 'removePicture', index: 2 },
    { op: 'removePicture', index: 0 },
    { op: 'setPicture', type: 'back', picture: 'b'.repeat(64) },
  ])
})

test('of setting and removing one kind of picture the last word counts', () => {
  const removed = withGoneType(withNewPicture(emptyDraft, 'front', picture('a')), 'front')
  assert.deepEqual(toEdits(removed, [track({})]), [{ op: 'removePicture', type: 'front' }])
  const set = withNewPicture(removed, 'front', picture('c'))
  assert.deepEqual(toEdits(set, [track({})]), [{ op: 'setPicture', type: 'front', picture: 'c'.repeat(64) }])
})

test('a name is an edit of one track only, and keeps its extension', () => {
  const draft = { ...emptyDraft, name: 'New' }
  assert.deepEqual(toEdits(draft, [track({})]), [{ op: 'rename', to: 'New.mp3' }])
  assert.deepEqual(toEdits(draft, [track({}), track({})]), [])
  assert.deepEqual(toEdits({ ...emptyDraft, name: '01 - Song' }, [track({})]), [])
})

test('a field that changed on disk since the edit began is overtaken, others are not', () => {
  const before = new Map([['f', { tags: { title: ['A'], artist: ['X'] } }]])
  const now = [{ path: 'f', tags: { title: ['Z'], artist: ['X'], album: ['new'] } }]
  const draft = withField(set('title', 'B'), 'artist', { op: 'set', values: ['Y'] })
  assert.deepEqual([...overtakenFields(draft, before, now)], ['title'])
})
