import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PictureFacts } from '../../../src/library/reading.ts'
import { album, cover, found, track } from './library.ts'

const withPictures = (...pictures: PictureFacts[]) => [
  ...album(),
  track('Artist/Album/04 Title.flac', {}, { facts: { pictures, disagreements: [], extension: null } }),
]
const fourth = 'Artist/Album/04 Title.flac'

test('picture-large: over 1500 pixels, or over 1 MB', () => {
  assert.deepEqual(found('picture-large', withPictures({ ...cover, width: 1501 })), { [fourth]: [] })
  assert.deepEqual(found('picture-large', withPictures({ ...cover, bytes: 1_000_001 })), { [fourth]: [] })
  assert.deepEqual(found('picture-large', withPictures({ ...cover, width: 1500, height: 1500, bytes: 1_000_000 })), {})
})

test('picture-not-front: one that says nothing of itself becomes the front, others a person has to choose from', () => {
  const other = { ...cover, type: 'other' as const }
  assert.deepEqual(found('picture-not-front', withPictures(other)), {
    [fourth]: [`setPicture front ${cover.sha256}`, 'removePicture other'],
  })
  assert.deepEqual(found('picture-not-front', withPictures({ ...cover, type: 'back' })), { [fourth]: [] })
  assert.deepEqual(found('picture-not-front', withPictures(other, cover)), {})
  assert.deepEqual(found('picture-not-front', withPictures({ ...other, width: null })), { [fourth]: [] }, 'no image')
})

test('older-tag-disagrees: the field set to what the first tag says, or to what only the older one knows', () => {
  const disagreements = [
    { field: 'title', block: 'ID3v1', values: ['Old'], main: ['New'] },
    { field: 'title', block: 'APEv2', values: ['Older'], main: ['New'] },
    { field: 'comment', block: 'ID3v1', values: ['Only here'], main: [] },
  ]
  const wrong = track(fourth, {}, { facts: { pictures: [cover], disagreements, extension: null } })
  assert.deepEqual(found('older-tag-disagrees', [...album(), wrong]), {
    [fourth]: ['title = New', 'comment = Only here'],
  })
})
