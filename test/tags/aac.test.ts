import assert from 'node:assert/strict'
import { test } from 'node:test'
import { id3v2, makeMp3, makePng, textFrame } from '../make-audio.ts'
import { assertHolds, blocksOf, open, refusalOf, setTitle } from './edit-tags.ts'

/* Bare AAC: ADTS frames or ADIF, with the tag it has, or a first one behind. */

/** ADTS frames of 40 bytes: MPEG-4, AAC LC, 44.1 kHz, stereo. */
const adts = (count: number): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, () =>
      Buffer.concat([Buffer.from([0xff, 0xf1, 0x50, 0x80, 0x05, 0x1f, 0xfc]), Buffer.alloc(33, 0x21)]),
    ),
  )

test('ADTS is recognised by its frames, whatever the file is called', () => {
  for (const count of [1, 2, 3, 50]) assert.equal(open(adts(count), 'a.mp3').container, 'AAC')
  assert.equal(open(adts(5).subarray(0, -3), 'a.mp3').container, 'AAC')
  assert.equal(open(makeMp3(), 'a.aac').container, 'MP3')
})

test('a first tag is APEv2 behind the frames', () => {
  const after = assertHolds(adts(5), 'a.aac', makePng(), false)
  assert.deepEqual(blocksOf(after, 'a.aac'), ['APEv2'])
  assert.ok(after.subarray(0, adts(5).length).equals(adts(5)))
})

test('an ID3v2 tag that is there stays the tag', () => {
  const before = Buffer.concat([id3v2({ version: 3, frames: [textFrame('TIT2', 'Old')] }), adts(5)])
  const after = setTitle(before, 'a.aac', 'A longer title than it was')
  assert.deepEqual(blocksOf(after, 'a.aac'), ['ID3v2.3'])
  assert.ok(after.subarray(-adts(5).length).equals(adts(5)))
})

test('ADIF is AAC too', () => {
  assert.equal(open(Buffer.concat([Buffer.from('ADIF'), Buffer.alloc(60)]), 'a.bin').container, 'AAC')
})

test('remains of something else before the frames are left where they are', () => {
  const before = Buffer.concat([Buffer.from('remains'), adts(5)])
  assert.ok(setTitle(before, 'a.aac').subarray(0, before.length).equals(before))
})

test('what has no frames is refused', () => {
  assert.match(refusalOf(Buffer.alloc(500, 0xff), 'a.aac'), /No AAC audio/)
  const broken = adts(3)
  broken[44] = 0
  broken[43] = 0x80
  assert.match(refusalOf(broken.subarray(0, 100), 'a.aac'), /No AAC audio/)
})
