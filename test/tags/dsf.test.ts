import assert from 'node:assert/strict'
import { test } from 'node:test'
import { id3v2, makePng, textFrame } from '../make-audio.ts'
import { assertHolds, refusalOf, setTitle } from './edit-tags.ts'
import { le64 } from './make-chunks.ts'

/* DSF: a header that knows the size of the file and where its tag is. */

const format = Buffer.concat([Buffer.from('fmt '), le64(52), Buffer.alloc(40, 1)])
const data = Buffer.concat([Buffer.from('data'), le64(112), Buffer.alloc(100, 0x69)])
const dataEnd = 28 + format.length + data.length
const tag = id3v2({ version: 3, frames: [textFrame('TIT2', 'Old')] })

function dsf(behind: Uint8Array = Buffer.alloc(0), pointer = behind.length > 0 ? dataEnd : 0): Buffer {
  const size = le64(dataEnd + behind.length)
  return Buffer.concat([Buffer.from('DSD '), le64(28), size, le64(pointer), format, data, behind])
}

const sizeIn = (file: Buffer) => Number(file.readBigUInt64LE(12))
const pointerIn = (file: Buffer) => Number(file.readBigUInt64LE(20))

test('a first tag goes to the end, the header says where, and the next edit has room', () => {
  const after = assertHolds(dsf(), 'a.dsf', makePng(), true)
  assert.equal(pointerIn(after), dataEnd)
  assert.equal(sizeIn(after), after.length)
  assert.ok(after.subarray(28, dataEnd).equals(dsf().subarray(28)))
})

test('a tag that grows changes the size in the header and nothing of the audio', () => {
  const after = setTitle(dsf(tag), 'a.dsf', 'A title that is longer than the old one')
  assert.equal(pointerIn(after), dataEnd)
  assert.equal(sizeIn(after), after.length)
  assert.ok(after.subarray(28, dataEnd).equals(dsf().subarray(28)))
})

test('bytes behind the tag move with its end', () => {
  const after = setTitle(
    dsf(Buffer.concat([tag, Buffer.from('more')])),
    'a.dsf',
    'A title that is longer than the old one',
  )
  assert.equal(after.toString('latin1', after.length - 4), 'more')
  assert.equal(sizeIn(after), after.length)
})

test('a pointer to the very end is that of a file without a tag', () => {
  const after = setTitle(dsf(Buffer.alloc(0), dataEnd), 'a.dsf')
  assert.equal(pointerIn(after), dataEnd)
})

test('pointers and sizes that lie are refused', () => {
  assert.match(refusalOf(dsf(tag, 60), 'a.dsf'), /a tag stands at 60/)
  assert.match(refusalOf(dsf(tag, 1_000_000), 'a.dsf'), /a tag stands at 1000000/)
  assert.match(refusalOf(dsf(Buffer.from('no tag at all')), 'a.dsf'), /where there is none/)
  assert.match(refusalOf(dsf().subarray(0, -1), 'a.dsf'), /cut short/)
  assert.match(refusalOf(dsf().subarray(0, 38), 'a.dsf'), /no fmt chunk/)
  const endless = dsf()
  endless.fill(0xff, 28 + format.length + 4, 28 + format.length + 12)
  assert.match(refusalOf(endless, 'a.dsf'), /data chunk claims/)
  assert.match(refusalOf(Buffer.from('DSD and nothing else'), 'a.dsf'), /none/)
})
