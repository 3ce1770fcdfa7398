import assert from 'node:assert/strict'
import { test } from 'node:test'
import { folderOf, nameOf, renamed, splitName } from '../../src/web/model/file-name.ts'

test('a rename keeps the extension, also of a name with a dot of its own', () => {
  assert.equal(renamed('a.flac', 'b'), 'b.flac')
  assert.equal(renamed('a.flac', 'b.flac'), 'b.flac')
  assert.equal(renamed('a.flac', 'Vol. 2'), 'Vol. 2.flac')
  assert.equal(renamed('a.flac', 'b.'), 'b.flac')
})

test('an audio extension given on purpose is taken, and so is its case', () => {
  assert.equal(renamed('a.m4a', 'a.m4b'), 'a.m4b')
  assert.equal(renamed('a.MP3', 'a.mp3'), 'a.mp3')
})

test('nothing typed renames nothing', () => {
  assert.equal(renamed('a.mp3', '  '), 'a.mp3')
  assert.equal(renamed('a.mp3', '.mp3'), 'a.mp3')
})

test('names and paths come apart at the last dot and slash', () => {
  assert.deepEqual(splitName('a.b.mp3'), { stem: 'a.b', extension: '.mp3' })
  assert.deepEqual(splitName('.hidden'), { stem: '.hidden', extension: '' })
  assert.equal(folderOf('A/B/c.mp3'), 'A/B')
  assert.equal(folderOf('c.mp3'), '')
  assert.equal(nameOf('A/B/c.mp3'), 'c.mp3')
})
