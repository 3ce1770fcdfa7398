import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ape, apeItem, id3v1, id3v2, makePng, textFrame, userFrame } from '../make-audio.ts'
import { assertHolds, blocksOf, edit, open, read, refusalOf, setTitle } from './edit-tags.ts'

/* WavPack, Monkey's Audio and Musepack, whose tag is APEv2 behind the stream. */

const noise = Buffer.alloc(200, 0x5a)
const streams = [
  { container: 'WavPack', name: 'a.wv', stream: Buffer.concat([Buffer.from('wvpk'), noise]) },
  { container: "Monkey's Audio", name: 'a.ape', stream: Buffer.concat([Buffer.from('MAC '), noise]) },
  { container: 'Musepack', name: 'a.mpc', stream: Buffer.concat([Buffer.from('MP+\x07'), noise]) },
  { container: 'Musepack', name: '8.mpc', stream: Buffer.concat([Buffer.from('MPCKSH'), noise]) },
]
const front = id3v2({ version: 3, frames: [textFrame('TIT2', 'In front'), textFrame('TPE1', 'Artist')], padding: 100 })
const behind = id3v1({ title: 'Last', artist: 'Artist', genre: 17, comment: 'A comment' })

for (const { container, name, stream } of streams) {
  describe(`${container}, ${name}`, () => {
    test('a first tag is APEv2 with header and footer behind the stream', () => {
      const after = assertHolds(stream, name, makePng(), false)
      assert.equal(open(after, name).container, container)
      assert.deepEqual(blocksOf(after, name), ['APEv2'])
      assert.ok(after.subarray(0, stream.length).equals(stream))
      assert.equal(after.toString('latin1', stream.length, stream.length + 8), 'APETAGEX')
      assert.equal(after.toString('latin1', after.length - 32, after.length - 24), 'APETAGEX')
    })

    test('a first tag stands before an ID3v1 tag and takes over what that says', () => {
      const after = setTitle(Buffer.concat([stream, behind]), name)
      assert.deepEqual(blocksOf(after, name), ['APEv2', 'ID3v1'])
      const { title, artist, genre, comment } = read(after, name)
      assert.deepEqual(
        { title, artist, genre, comment },
        { title: ['A new title'], artist: ['Artist'], genre: ['Rock'], comment: ['A comment'] },
      )
      assert.equal(after.toString('latin1', after.length - 125, after.length - 114), 'A new title')
    })

    test('an ID3v2 tag in front is kept in step, and APE is believed first', () => {
      const before = Buffer.concat([
        front,
        stream,
        ape([
          { key: 'Title', value: 'Behind' },
          { key: 'X', value: 'kept' },
        ]),
      ])
      assert.deepEqual(read(before, name).title, ['Behind'])
      const after = setTitle(before, name)
      assert.ok(after.subarray(front.length, front.length + stream.length).equals(stream))
      assert.ok(after.subarray(0, front.length).includes('A new title'))
      assert.ok(after.includes('kept'))
    })

    test('what a first tag cannot take over stays where it is', () => {
      const odd = id3v2({ version: 4, frames: [userFrame('Schlüssel', 'Wert', 'TXXX', 3)] })
      const after = setTitle(Buffer.concat([odd, stream]), name)
      assert.deepEqual(read(after, name), { title: ['A new title'], Schlüssel: ['Wert'] })
    })

    test('a tag that lost its last item goes', () => {
      const before = Buffer.concat([stream, ape([{ key: 'Title', value: 'Only' }])])
      assert.ok(edit(before, name, { fields: { title: [] } }).equals(stream))
    })

    test('a stream that is none, or whose tag lies, is refused', () => {
      assert.match(refusalOf(Buffer.from('something else altogether, and not short'), name), /No .* audio was found/)
      const lie = ape([{ key: 'Title', value: 'x' }])
      lie.writeUInt32LE(70_000, lie.length - 20)
      assert.match(refusalOf(Buffer.concat([stream, lie]), name), /APE tag claims/)
    })
  })
}

test('items that no edit names stay byte for byte and in order', () => {
  const { stream, name } = streams[0] as (typeof streams)[number]
  const others = [
    { key: 'Blob', value: Buffer.from([1, 2, 0, 3]), kind: 1 },
    { key: 'Link', value: 'http://x', kind: 2 },
  ]
  const after = setTitle(Buffer.concat([stream, ape([...others, { key: 'Title', value: 'Old' }])]), name)
  const kept = Buffer.concat(others.map(apeItem))
  assert.equal(after.indexOf(kept), stream.length + 32)
  assert.ok(after.includes(apeItem({ key: 'Title', value: 'A new title' })))
})

test('an APE tag of 131 bytes, whose name has a TAG where ID3v1 would have it, is no ID3v1', () => {
  const { stream, name } = streams[0] as (typeof streams)[number]
  const tag = ape([{ key: 'Title', value: 'x'.repeat(53) }])
  assert.equal(tag.length, 131)
  const after = setTitle(Buffer.concat([stream, tag]), name)
  assert.deepEqual(blocksOf(after, name), ['APEv2'])
  assert.ok(setTitle(after, name, 'x'.repeat(53)).equals(Buffer.concat([stream, tag])))
})

test('Musepack without a marker is recognised by its name and its version', () => {
  const old = Buffer.alloc(64)
  old.writeUInt32LE((128 << 23) | (5 << 11), 0)
  assert.equal(open(setTitle(old, 'a.mpc'), 'a.mpc').container, 'Musepack')
})
