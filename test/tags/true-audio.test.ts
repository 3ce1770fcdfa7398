import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ape, id3v1, makePng } from '../make-audio.ts'
import { assertHolds, blocksOf, read, refusalOf, setTitle } from './edit-tags.ts'

/* TrueAudio: ID3v2 in front is its tag, others behind are kept in step. */

const stream = Buffer.concat([Buffer.from('TTA1'), Buffer.alloc(60, 9)])

test('a first tag is ID3v2 in front, with room for the next edit', () => {
  const after = assertHolds(stream, 'a.tta', makePng(), true)
  assert.deepEqual(blocksOf(after, 'a.tta'), ['ID3v2.4'])
  assert.ok(after.subarray(-stream.length).equals(stream))
})

test('APE and ID3v1 behind are kept in step', () => {
  const before = Buffer.concat([stream, ape([{ key: 'Title', value: 'Old' }]), id3v1({ title: 'Old' })])
  const after = setTitle(before, 'a.tta')
  assert.deepEqual(blocksOf(after, 'a.tta'), ['ID3v2.4', 'APEv2', 'ID3v1'])
  assert.deepEqual(read(after, 'a.tta').title, ['A new title'])
  assert.ok(!after.includes('Old'))
})

test('what is no TrueAudio is refused', () => {
  assert.match(refusalOf(Buffer.from('TTA1'), 'a.tta'), /No TrueAudio audio/)
})
