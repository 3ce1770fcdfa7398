import assert from 'node:assert/strict'
import { test } from 'node:test'
import { id3v2, makePng, textFrame } from '../make-audio.ts'
import { assertHolds, edit, open, read, refusalOf, setTitle } from './edit-tags.ts'
import { be32, bodyOf, type ChunkSpec, findChunks, formChunks } from './make-chunks.ts'

/* AIFF and AIFF-C: ID3v2 in a chunk, the format's own texts in step. */

const common: ChunkSpec = ['COMM', Buffer.from('000100000064001040 0eac4400000000 0000'.replaceAll(' ', ''), 'hex')]
const sound: ChunkSpec = ['SSND', Buffer.alloc(209, 3)]
const tag = (padding = 0) => id3v2({ version: 3, frames: [textFrame('TIT2', 'Old title')], padding })

function aiff(chunks: readonly ChunkSpec[], type = 'AIFF'): Buffer {
  const body = formChunks(chunks)
  return Buffer.concat([Buffer.from('FORM'), be32(body.length + 4), Buffer.from(type), body])
}

const chunksOf = (file: Buffer) => findChunks(file, 12, 'form')

test('a first tag goes into a chunk at the end, with room for the next edit', () => {
  const after = assertHolds(aiff([common, sound]), 'a.aiff', makePng(), true)
  assert.deepEqual(
    chunksOf(after).map(({ id }) => id),
    ['COMM', 'SSND', 'ID3 '],
  )
  assert.equal(after.readUInt32BE(4), after.length - 8)
})

test('AIFF-C is edited like AIFF, in the version of its tag', () => {
  const before = aiff([common, ['ID3 ', tag()], sound], 'AIFC')
  const after = setTitle(before, 'a.aifc', 'Something much longer')
  assert.equal(open(after, 'a.aifc').container, 'AIFF-C')
  assert.equal(bodyOf(chunksOf(after), 'ID3 ')?.[3], 3)
  assert.ok(bodyOf(chunksOf(after), 'SSND')?.equals(sound[1]))
  assert.ok(bodyOf(chunksOf(after), 'COMM')?.equals(common[1]))
})

test('text chunks are read behind the tag and kept in step, each chunk for itself', () => {
  const texts: ChunkSpec[] = [
    ['NAME', Buffer.from('Old name')],
    ['AUTH', Buffer.from('Author')],
    ['ANNO', Buffer.from('First note')],
    ['ANNO', Buffer.from('Second note')],
  ]
  const before = aiff([common, ...texts, sound])
  assert.deepEqual(read(before, 'a.aif'), { title: ['Old name'], artist: ['Author'], comment: ['First note'] })
  const after = edit(before, 'a.aif', { fields: { title: ['New'], artist: [], comment: ['Note'] } })
  const found = chunksOf(after).map(({ id, body }) => [id, body.toString('latin1')])
  assert.deepEqual(found.slice(1, 4), [
    ['NAME', 'New'],
    ['ANNO', 'Note'],
    ['ANNO', 'Second note'],
  ])
  assert.deepEqual(read(after, 'a.aif'), { title: ['New'], comment: ['Note'] })
})

test('of two tags the one that all readers know is edited, and a lone one gets its known name', () => {
  const both = aiff([common, sound, ['id3 ', tag()], ['ID3 ', tag()]])
  assert.ok(bodyOf(chunksOf(setTitle(both, 'a.aif')), 'id3 ')?.equals(tag()))
  const lone = setTitle(aiff([common, sound, ['id3 ', tag(100)]]), 'a.aif')
  assert.equal(bodyOf(chunksOf(lone), 'id3 '), undefined)
  assert.deepEqual(read(lone, 'a.aif').title, ['A new title'])
})

test('a size in front that leaves out the last padding byte is corrected', () => {
  const before = aiff([common, sound]).subarray(0, -1)
  before.writeUInt32BE(before.length - 8, 4)
  const after = setTitle(before, 'a.aif')
  assert.deepEqual(
    chunksOf(after).map(({ id }) => id),
    ['COMM', 'SSND', 'ID3 '],
  )
  assert.equal(after.readUInt32BE(4), after.length - 8)
})

test('what is no AIFF is refused with the reason', () => {
  assert.match(refusalOf(Buffer.from('nothing'), 'a.aif'), /no AIFF/)
  assert.match(refusalOf(aiff([common, sound], '8SVX'), 'a.aif'), /no AIFF/)
  assert.match(refusalOf(aiff([sound]), 'a.aif'), /no usable COMM/)
  assert.match(refusalOf(aiff([['COMM', Buffer.alloc(4)], sound]), 'a.aif'), /no usable COMM/)
})
