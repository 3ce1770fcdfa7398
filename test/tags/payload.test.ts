import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { bufferSource } from '../../src/files/source.ts'
import { isRange, type Range } from '../../src/files/splice.ts'
import { isTrackName } from '../../src/tags/containers/registry.ts'
import { payloadHash, wholeHash } from '../../src/tags/payload.ts'
import { ape, id3v2, makeFlac, makeMp3, makePng, mpegFrames, textFrame, vorbisComment } from '../make-audio.ts'
import { edit, open, setTitle } from './edit-tags.ts'
import { le32, riffChunks } from './make-chunks.ts'
import { atom, data, free, ilst, makeMp4, meta, udta } from './make-mp4.ts'
import { opus, page, pageOf, pagesIn, pagesOf, vorbis, vorbisFile } from './make-ogg.ts'
import { fieldsOf, newPicture, patch, picturesOf } from './patching.ts'
import { specimens } from './specimens.ts'

const hashOf = (bytes: Uint8Array, name: string): string => {
  const hash = payloadHash(bufferSource(bytes), open(bytes, name))
  assert.match(hash ?? '', /^[0-9a-f]{64}$/)
  return hash as string
}

/** A cover of 100 kB. */
const cover = Buffer.concat([makePng(2), Buffer.alloc(100_000, 0x41)])

function withoutTags(bytes: Uint8Array, name: string): Buffer {
  const fields = Object.fromEntries([...fieldsOf(bytes, name).keys()].map(field => [field, []]))
  return patch(bytes, name, fields, { removed: picturesOf(bytes, name) }).bytes
}

/** The places of the sound in a file. */
const soundIn = (bytes: Uint8Array, name: string): Range[] =>
  [...open(bytes, name).audio].filter(isRange).filter(({ length }) => length > 0)

function withOtherSound(bytes: Uint8Array, name: string, at: 'first' | 'last'): Buffer {
  const ranges = soundIn(bytes, name)
  const range = (at === 'first' ? ranges[0] : ranges.at(-1)) as Range
  const changed = Buffer.from(bytes)
  // Behind the first frame's header, whose loss would make it no sound at all.
  const offset = at === 'first' ? range.offset + Math.min(range.length - 1, 50) : range.offset + range.length - 1
  changed[offset] = (changed[offset] as number) ^ 1
  return changed
}

for (const { title, name, empty, odd } of specimens) {
  describe(title, () => {
    test('has the same payload whatever the tags', () => {
      assert.equal(hashOf(odd, name), hashOf(empty, name))
    })

    for (const [kind, bytes] of [
      ['an untagged file', empty],
      ['an odd one', odd],
    ] as const) {
      test(`keeps the payload of ${kind} through edits`, () => {
        const before = hashOf(bytes, name)
        const titled = setTitle(bytes, name, 'A title')
        assert.equal(hashOf(titled, name), before, 'a title')
        assert.equal(hashOf(setTitle(bytes, name, 'long '.repeat(20_000)), name), before, 'a very long title')
        const pictured = patch(titled, name, {}, { added: [newPicture(cover)] }).bytes
        assert.equal(hashOf(pictured, name), before, 'a picture')
        assert.equal(hashOf(withoutTags(pictured, name), name), before, 'nothing left')
      })

      test(`notices other sound in ${kind}`, () => {
        const before = hashOf(bytes, name)
        assert.notEqual(hashOf(withOtherSound(bytes, name, 'first'), name), before)
        assert.notEqual(hashOf(withOtherSound(bytes, name, 'last'), name), before)
      })
    }
  })
}

describe('files as other programs write them', () => {
  const bare = makeMp3()
  const frames = mpegFrames()

  test('MP3: zeros between tag and sound, and tags of all kinds behind it', () => {
    const tag = id3v2({ version: 3, frames: [textFrame('TIT2', 'x')] })
    const appended = id3v2({ version: 4, frames: [textFrame('TIT2', 'Appended', 3)] })
    const footer = Buffer.concat([Buffer.from('3DI'), appended.subarray(3, 10)])
    const behind = ape([{ key: 'Title', value: 'x' }])
    for (const bytes of [
      Buffer.concat([tag, Buffer.alloc(700), frames]),
      Buffer.concat([frames, appended, footer]),
      Buffer.concat([tag, frames, behind, Buffer.from('TAG'), Buffer.alloc(125)]),
    ])
      assert.equal(hashOf(bytes, 'a.mp3'), hashOf(bare, 'a.mp3'))
  })

  test('FLAC: padding, no padding, an MD5 filled in later', () => {
    const plain = makeFlac()
    const tagged = makeFlac({ blocks: [vorbisComment(['TITLE=x'])] })
    const summed = Buffer.from(plain).fill(0xab, 4 + 4 + 18, 4 + 4 + 34)
    assert.equal(hashOf(tagged, 'a.flac'), hashOf(plain, 'a.flac'))
    assert.equal(hashOf(summed, 'a.flac'), hashOf(plain, 'a.flac'))
    const faster = Buffer.from(plain)
    faster[4 + 4 + 10] = (faster[4 + 4 + 10] as number) ^ 1
    assert.notEqual(hashOf(faster, 'a.flac'), hashOf(plain, 'a.flac'), 'another sample rate')
  })

  test('MP4: the index in front or behind, with and without free space', () => {
    const tags = udta(meta(ilst(atom('©nam', data(1, 'x'))), free(99)))
    const layouts = [
      makeMp4(),
      makeMp4({ tags }),
      makeMp4({ tags, between: free(4000) }),
      makeMp4({ tags, last: true }),
    ]
    assert.equal(new Set(layouts.map(bytes => hashOf(bytes, 'a.m4a'))).size, 1)
  })

  const packets = Array.from({ length: 40 }, (_, i) => Buffer.alloc(100 + i * 31, i + 1))
  const oggOf = (size: number, serial: number, first: number): Buffer =>
    Buffer.concat([
      pageOf([opus.identification], { flags: 2, serial }),
      pageOf([opus.comment(['TITLE=x'])], { serial, sequence: 1 }),
      ...pagesOf(packets, size, serial, first),
    ])

  test('Ogg: other pages, numbers, serial numbers, something between two pages', () => {
    const before = hashOf(oggOf(10, 1, 2), 'a.opus')
    assert.equal(hashOf(oggOf(10, 77, 2), 'a.opus'), before)
    assert.equal(hashOf(oggOf(10, 1, 900), 'a.opus'), before)
    assert.equal(hashOf(oggOf(3, 1, 2), 'a.opus'), before)
    const pages = pagesIn(oggOf(10, 1, 2))
    const broken = Buffer.concat(pages.flatMap(({ bytes }, i) => (i === 4 ? [bytes, Buffer.alloc(50, 9)] : [bytes])))
    assert.equal(hashOf(broken, 'a.opus'), before)
  })

  test('Ogg: the setup header on the page of the comments or on its own', () => {
    const first = pageOf([vorbis.identification], { flags: 2 })
    const sound = page({ sequence: 2, lacing: [200], body: Buffer.alloc(200, 5) })
    const together = Buffer.concat([
      first,
      pageOf([vorbis.comment(['TITLE=x']), vorbis.setup], { sequence: 1 }),
      Buffer.from(sound),
    ])
    const apart = Buffer.concat([
      first,
      pageOf([vorbis.comment([])], { sequence: 1 }),
      pageOf([vorbis.setup], { sequence: 2 }),
      page({ sequence: 3, lacing: [200], body: Buffer.alloc(200, 5) }),
    ])
    assert.equal(hashOf(together, 'a.ogg'), hashOf(apart, 'a.ogg'))
  })

  test('Ogg: what follows in a stream of its own counts', () => {
    const one = vorbisFile()
    const chained = (byte: number): Buffer =>
      Buffer.concat([one, page({ serial: 9, flags: 2, lacing: [100], body: Buffer.alloc(100, byte) })])
    assert.notEqual(hashOf(chained(1), 'a.ogg'), hashOf(chained(2), 'a.ogg'))
    assert.notEqual(hashOf(chained(1), 'a.ogg'), hashOf(one, 'a.ogg'))
  })
})

describe('the tracks of the demo library', () => {
  const demo = join(import.meta.dirname, '../../demo')
  const names = globSync('**/*.*', { cwd: demo }).filter(isTrackName)
  const tracks = names.map(name => ({ name, bytes: readFileSync(join(demo, name)) }))

  test('each keep their payload when they are edited', () => {
    assert.ok(tracks.length > 10)
    for (const { name, bytes } of tracks) {
      const after = edit(bytes, name, { fields: { title: ['Another'], comment: [] }, cover })
      assert.equal(hashOf(after, name), hashOf(bytes, name), name)
      assert.notEqual(hashOf(withOtherSound(bytes, name, 'last'), name), hashOf(bytes, name), name)
    }
  })
})

test('a file without sound has no payload', () => {
  const format = Buffer.from([1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x40, 0x1f, 0, 0, 1, 0, 8, 0])
  const body = riffChunks([
    ['fmt ', format],
    ['data', Buffer.alloc(0)],
  ])
  const silent = Buffer.concat([Buffer.from('RIFF'), le32(body.length + 4), Buffer.from('WAVE'), body])
  assert.equal(payloadHash(bufferSource(silent), open(silent, 'a.wav')), null)
  assert.equal(wholeHash(bufferSource(Buffer.alloc(0))), null)
})

test('a sum that is no longer wanted is given up', () => {
  const bytes = makeMp3({ frames: 20_000 })
  const stop = (): never => {
    throw new Error('not wanted')
  }
  assert.throws(() => payloadHash(bufferSource(bytes), open(bytes, 'a.mp3'), { between: stop }), /not wanted/)
})

test('the start of the audio is as independent of pages and tags as all of it', () => {
  const sound = Buffer.alloc(60_000, 'sound')
  const made = (setupApart: boolean, size: number): Buffer => {
    const headers = [vorbis.comment([]), vorbis.setup]
    const pages = setupApart ? headers.map((packet, i) => pageOf([packet], { sequence: i + 1 })) : [pageOf(headers)]
    const first = setupApart ? 3 : 2
    return Buffer.concat([pageOf([vorbis.identification], { flags: 2 }), ...pages, ...pagesOf([sound], size, 1, first)])
  }
  const [one, other] = [made(true, 40), made(false, 90)]
  for (const most of [10, 100, 5000, 20_000]) {
    const startOf = (bytes: Buffer) => payloadHash(bufferSource(bytes), open(bytes, 'a.ogg'), { most })
    assert.equal(startOf(one), startOf(other))
    assert.notEqual(startOf(one), hashOf(one, 'a.ogg'))
  }
})
