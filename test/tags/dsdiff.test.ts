import assert from 'node:assert/strict'
import { test } from 'node:test'
import { id3v2, makePng, textFrame } from '../make-audio.ts'
import { assertHolds, refusalOf, setTitle } from './edit-tags.ts'
import { be64, bodyOf, type ChunkSpec, findChunks, frm8Chunks } from './make-chunks.ts'

/* DSDIFF: 64-bit chunks, ID3v2 in one of them. */

const properties: ChunkSpec = [
  'PROP',
  Buffer.concat([Buffer.from('SND '), frm8Chunks([['FS  ', Buffer.from([0, 43, 17, 0])]])]),
]
const sound: ChunkSpec = ['DSD ', Buffer.alloc(301, 0x69)]
const own: ChunkSpec = ['DIIN', frm8Chunks([['DITI', Buffer.from('\0\0\0\x05Title!')]])]

function dsdiff(chunks: readonly ChunkSpec[]): Buffer {
  const body = frm8Chunks(chunks)
  return Buffer.concat([Buffer.from('FRM8'), be64(body.length + 4), Buffer.from('DSD '), body])
}

const chunksOf = (file: Buffer) => findChunks(file, 16, 'frm8')

test('a first tag goes into a chunk at the end, with room for the next edit', () => {
  const after = assertHolds(dsdiff([properties, sound, own]), 'a.dff', makePng(), true)
  assert.deepEqual(
    chunksOf(after).map(({ id }) => id),
    ['PROP', 'DSD ', 'DIIN', 'ID3 '],
  )
  assert.equal(Number(after.readBigUInt64BE(4)), after.length - 12)
})

test('the chunks around a tag that grows stay as they are', () => {
  const tag = id3v2({ version: 4, frames: [textFrame('TIT2', 'Old')] })
  const after = setTitle(dsdiff([properties, ['ID3 ', tag], sound, own]), 'a.dff', 'A title longer than the old one')
  for (const [id, body] of [properties, sound, own]) assert.ok(bodyOf(chunksOf(after), id)?.equals(body), id)
  assert.equal(Number(after.readBigUInt64BE(4)), after.length - 12)
})

test('sound that claims more than the file has stays the last chunk', () => {
  const whole = dsdiff([properties, sound])
  const before = whole.subarray(0, -100)
  const after = setTitle(before, 'a.dff')
  assert.ok(after.subarray(after.indexOf('DSD ', 16)).equals(before.subarray(before.indexOf('DSD ', 16))))
})

test('what is no DSDIFF is refused with the reason', () => {
  assert.match(refusalOf(Buffer.from('FRM8 and nothing'), 'a.dff'), /no DSDIFF/)
  assert.match(refusalOf(dsdiff([sound]), 'a.dff'), /no PROP/)
  const lie = dsdiff([properties, sound])
  lie.fill(0xff, 20, 28)
  assert.match(refusalOf(lie, 'a.dff'), /no PROP/)
})
