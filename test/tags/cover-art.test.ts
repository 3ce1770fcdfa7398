import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makePng } from '../make-audio.ts'
import { packetsIn, vorbisFile } from './make-ogg.ts'
import { fieldsOf, newPicture, patch, picturesOf } from './patching.ts'

/* COVERART: pictures in Vorbis comments before METADATA_BLOCK_PICTURE. */

const name = 'a.ogg'
const png = makePng(2)
const old = (data: Uint8Array) => `COVERART=${Buffer.from(data).toString('base64')}`
const has = (file: Buffer, text: string): boolean => (packetsIn(file)[1]?.bytes ?? Buffer.alloc(0)).includes(text)

test('an old picture comment is a front cover, unless a comment beside it says otherwise', () => {
  const file = vorbisFile([old(png), 'COVERARTMIME=image/png', old(makePng(3)), 'coverarttype=x', 'COVERARTTYPE=4'])
  assert.deepEqual(
    picturesOf(file, name).map(({ type, mime, bytes }) => [type, mime, bytes]),
    [
      [3, 'image/png', png.length],
      [4, '', makePng(3).length],
    ],
  )
  assert.deepEqual([...fieldsOf(file, name)], [])
})

test('a new picture of its type takes the place of an old one and of what is said beside it', () => {
  const file = vorbisFile(['TITLE=T', old(png), 'COVERARTMIME=image/png', 'ARTIST=A'])
  const added = makePng(4)
  const { bytes } = patch(file, name, {}, { removed: picturesOf(file, name), added: [newPicture(added)] })
  assert.ok(!has(bytes, 'COVERART') && has(bytes, 'METADATA_BLOCK_PICTURE='))
  assert.deepEqual(
    picturesOf(bytes, name).map(p => Buffer.from(p.data()).equals(added)),
    [true],
  )
  const { bytes: none } = patch(file, name, {}, { removed: picturesOf(file, name) })
  assert.ok(!has(none, 'COVERART') && has(none, 'TITLE=T') && has(none, 'ARTIST=A'))
})

test('an edit of a field leaves an old picture as it is', () => {
  const file = vorbisFile([old(png), 'COVERARTMIME=image/png'])
  const { bytes } = patch(file, name, { title: ['New'] })
  assert.ok(has(bytes, old(png)) && has(bytes, 'COVERARTMIME=image/png'))
})

test('a field under the name of a picture is refused', () => {
  const { refused } = patch(vorbisFile(), name, { CoverArt: ['x'], metadata_block_picture: ['y'] })
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['FIELD_UNSUPPORTED', 'FIELD_UNSUPPORTED'],
  )
})
