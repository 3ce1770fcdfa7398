import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ByteSource, bufferSource } from '../../src/files/source.ts'
import { readAudio } from '../../src/tags/audio.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { flag, opus, pagesIn, stream, vorbis } from './make-ogg.ts'

const pages = 200
const vorbisPages = stream(vorbis.identification, [[vorbis.comment(['TITLE=x']), vorbis.setup]], { sounds: pages })
const opusPages = stream(opus.identification, [[opus.comment(['TITLE=x'])]], { sounds: pages })
const file = Buffer.concat(vorbisPages)

const audioOf = (source: ByteSource, name = 'a.ogg') =>
  readAudio(source, name, openTags(source, name, { id3Version: 4 }))

/** Counts the bytes that are read. */
function counted(bytes: Buffer): { source: ByteSource; read: () => number } {
  const source = bufferSource(bytes)
  let sum = 0
  return {
    source: {
      size: source.size,
      read(offset, length) {
        sum += length
        return source.read(offset, length)
      },
    },
    read: () => sum,
  }
}

test('the length of a long stream is told by its last page, and what is between is not read', async () => {
  const { source, read } = counted(file)
  const audio = await audioOf(source)
  assert.equal(audio?.duration, (pages * 960) / 44_100)
  assert.equal(audio?.codec, 'Vorbis I')
  assert.ok(read() < file.length, `${read()} bytes`)
})

test('a last page that does not say so ends the stream all the same', async () => {
  const last = pagesIn(file).at(-1)
  assert.ok(last)
  assert.equal(last.flags & flag.last, flag.last)
  const unsaid = stream(vorbis.identification, [[vorbis.comment([]), vorbis.setup]], { sounds: pages + 1 }).slice(0, -1)
  assert.equal((await audioOf(bufferSource(Buffer.concat(unsaid))))?.duration, (pages * 960) / 44_100)
})

test('the bit rate of Opus counts all of the sound', async () => {
  const opusFile = Buffer.concat(opusPages)
  const audio = await audioOf(bufferSource(opusFile), 'a.opus')
  const seconds = (pages * 960 - 312) / 48_000
  assert.equal(audio?.duration, seconds)
  const sound = opusPages.slice(2).reduce((sum, page) => sum + page.length, 0)
  const ratio = (audio?.bitrate ?? 0) / ((8 * sound) / seconds)
  assert.ok(ratio > 0.98 && ratio < 1.02, String(ratio))
})

test('bytes behind the last page do not end the reading', async () => {
  const audio = await audioOf(bufferSource(Buffer.concat([file, Buffer.from('rest')])))
  assert.equal(audio?.codec, 'Vorbis I')
})
