import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Edit } from '../../src/schemas/change.ts'
import type { TrackPage } from '../../src/schemas/track.ts'
import { audioFile } from '../laws/generated.ts'
import {
  ape,
  flacPicture,
  id3v2,
  makeFlac,
  makeMp3,
  makePng,
  mpegFrames,
  textFrame,
  userFrame,
  vorbisComment,
} from '../make-audio.ts'
import { only, openLibrary } from '../music-library.ts'

/* Files that are not what they say, and sizes that lie: listed with the reason, refused with a code, and left alone. */

const title: Edit = { op: 'set', field: 'title', values: ['New'] }
const png = makePng(4)
const tag = { version: 3, frames: [textFrame('TIT2', 'Old'), userFrame('Own', 'value')] } as const
const flac = makeFlac({ blocks: [vorbisComment(['TITLE=Old', 'ARTIST=Someone']), flacPicture(png)] })

/** A copy of `bytes` with others at an offset. */
function withBytes(bytes: Buffer, offset: number, ...list: number[]): Buffer {
  const copy = Buffer.from(bytes)
  copy.set(list, offset)
  return copy
}

const commentAt = flac.indexOf('test 1.0') - 4
const pictureAt = flac.indexOf('image/png') - 8
const apeTag = ape([{ key: 'Title', value: 'Old' }])
const taped = Buffer.concat([mpegFrames(), apeTag])
const sized = (version: 2 | 3 | 4, at: number, ...size: number[]): Buffer =>
  Buffer.concat([
    withBytes(id3v2({ version, frames: [textFrame(version === 2 ? 'TT2' : 'TIT2', 'Old')] }), at, ...size),
    mpegFrames(),
  ])

const damaged: [what: string, name: string, bytes: Buffer][] = [
  ['an empty MP3', 'a.mp3', Buffer.alloc(0)],
  ['an empty FLAC', 'a.flac', Buffer.alloc(0)],
  ['a text file called .mp3', 'a.mp3', Buffer.from('This is no music.\n'.repeat(20))],
  ['a text file called .flac', 'a.flac', Buffer.from('This is no music.\n'.repeat(20))],
  ['a picture called .mp3', 'a.mp3', makePng(20)],
  ['an MP3 cut off within its tag', 'a.mp3', makeMp3({ id3v2: tag }).subarray(0, 30)],
  ['an MP3 that is nothing but a tag', 'a.mp3', id3v2(tag)],
  ['a FLAC cut off within its metadata', 'a.flac', flac.subarray(0, 60)],
  ['a FLAC cut off before its first frame', 'a.flac', flac.subarray(0, flac.indexOf(Buffer.of(0xff, 0xf8)))],
  ['a FLAC that is nothing but its marker', 'a.flac', Buffer.from('fLaC')],
  ['an ID3v2 tag larger than the file', 'a.mp3', withBytes(makeMp3({ id3v2: tag }), 6, 0x7f, 0x7f, 0x7f, 0x7f)],
  ['an ID3v2 size that is no synchsafe number', 'a.mp3', withBytes(makeMp3({ id3v2: tag }), 6, 0xff, 0xff, 0xff, 0xff)],
  ['an ID3v2.2 frame larger than its tag', 'a.mp3', sized(2, 13, 0xff, 0xff, 0xff)],
  ['an ID3v2.3 frame larger than its tag', 'a.mp3', sized(3, 14, 0xff, 0xff, 0xff, 0xff)],
  ['an ID3v2.4 frame larger than its tag', 'a.mp3', sized(4, 14, 0x7f, 0x7f, 0x7f, 0x7f)],
  ['a version of ID3v2 that does not exist', 'a.mp3', withBytes(makeMp3({ id3v2: tag }), 3, 9)],
  ['an APE tag larger than the file', 'a.mp3', withBytes(taped, taped.length - 20, 0xff, 0xff, 0xff, 0x7f)],
  ['an APE tag smaller than its footer', 'a.mp3', withBytes(taped, taped.length - 20, 3, 0, 0, 0)],
  ['an APE item larger than its tag', 'a.mp3', withBytes(taped, mpegFrames().length + 32, 0xff, 0xff, 0xff, 0x7f)],
  ['an APE tag of more items than it has', 'a.mp3', withBytes(taped, taped.length - 16, 0, 0, 0, 0)],
  ['a FLAC block larger than the file', 'a.flac', withBytes(flac, commentAt - 3, 0xff, 0xff, 0xff)],
  ['a FLAC block that ends within another', 'a.flac', withBytes(flac, commentAt - 3, 0, 0, 13)],
  ['a Vorbis vendor larger than its block', 'a.flac', withBytes(flac, commentAt, 0xff, 0xff, 0xff, 0xff)],
  ['more Vorbis comments than there are', 'a.flac', withBytes(flac, commentAt + 12, 0xff, 0xff, 0xff, 0xff)],
  ['a Vorbis comment larger than its block', 'a.flac', withBytes(flac, commentAt + 16, 0xff, 0xff, 0xff, 0x7f)],
  ['a FLAC picture larger than its block', 'a.flac', withBytes(flac, flac.indexOf(png) - 4, 0x7f, 0xff, 0xff, 0xff)],
  ['a FLAC picture type longer than its block', 'a.flac', withBytes(flac, pictureAt + 4, 0xff, 0xff, 0xff, 0xff)],
]

test('a damaged file is listed as not writable, and an edit is refused and leaves it alone', async t => {
  const library = await openLibrary(t)
  for (const [i, [what, name, bytes]] of damaged.entries()) {
    await t.test(what, async () => {
      const folder = String(i)
      const path = `${folder}/${name}`
      library.put(path, bytes)
      const { items } = (await library.get('/tracks', { path: folder })).body as TrackPage
      assert.deepEqual([only(items).writable, only(items).reason?.code], [false, 'MALFORMED_FILE'])
      assert.equal((await library.track(path)).reason?.code, 'MALFORMED_FILE')
      const before = library.state(path)
      const { status, error } = await library.edit(path, title)
      assert.deepEqual([status, error?.code], ['refused', 'MALFORMED_FILE'])
      assert.deepEqual(library.state(path), before)
      assert.equal((await library.history()).total, 0)
    })
  }
})

test('a damaged file can still be renamed, and the rename undone', async t => {
  const library = await openLibrary(t, { 'a.mp3': Buffer.from('no music') })
  const { status, id } = await library.edit('a.mp3', { op: 'rename', to: 'broken' })
  assert.equal(status, 'applied')
  assert.deepEqual(library.entries(), ['broken.mp3'])
  await library.undo(id)
  assert.deepEqual(library.entries(), ['a.mp3'])
})

test('files with bytes overwritten or cut off at random are edited and undone exactly, or refused with a code', async t => {
  const library = await openLibrary(t)
  const noise = fc.array(fc.tuple(fc.nat(1500), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(audioFile, noise, fc.option(fc.nat(1500)), async ({ name, bytes }, spots, cut) => {
      const hurt = Buffer.from(bytes.subarray(0, cut ?? undefined))
      for (const [at, byte] of spots) if (at < hurt.length) hurt[at] = byte
      library.put(name, hurt)
      await library.track(name)
      const { status, error, id } = await library.edit(name, title)
      // The independent reader may lose a file that was half broken before: then the new one is discarded.
      if (status === 'failed') assert.equal(error?.code, 'VERIFY_FAILED')
      if (status === 'applied') await library.undo(id)
      assert.ok(library.bytes(name).equals(hurt), status)
    }),
    { numRuns: 150 },
  )
})
