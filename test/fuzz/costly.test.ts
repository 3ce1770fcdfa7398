import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { CodedError } from '../../src/errors.ts'
import { type ByteSource, bufferSource } from '../../src/files/source.ts'
import { readAudio } from '../../src/tags/audio.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { patchTags } from '../../src/tags/patch.ts'
import { readFields, readPictures } from '../../src/tags/read.ts'
import { flacFrames, flacPicture, mpegFrames, streamInfo, synchsafe } from '../make-audio.ts'
import { sealPages, seedNamed } from './seeds.ts'

/*
 * Law 7 where it is a matter of size: files of a few megabytes, each with very many of the smallest things of its kind. What takes
 * time or memory out of proportion with them (their number squared, or a thousand times their bytes) fails here, by the
 * processor's time and the heap, both with a wide margin over what they take.
 */

const options = { id3Version: 4 } as const
const secondsAllowed = 5
const heapAllowed = 700e6

/** Reads a file as a listing does, and edits it; both answer or refuse. */
function assertCheap(name: string, bytes: Buffer): void {
  const cpu = process.cpuUsage()
  const heap = process.memoryUsage().heapUsed
  const source = bufferSource(bytes)
  try {
    const file = openTags(source, name, options)
    const pictures = readPictures(file)
    for (const { data } of pictures) data()
    readFields(file)
    for (const block of file.blocks) block.items()
    const patch = {
      fields: new Map([
        ['title', ['New title']],
        ['Own', ['value']],
        ['genre', []],
        ['comment', ['New comment']],
      ]),
      pictures: { kept: [], removed: pictures, added: [] },
    }
    patchTags(source, name, file, patch, options)
    assert.ok(file.kept.length >= 0)
  } catch (error) {
    assert.ok(error instanceof CodedError && error.code !== 'INTERNAL', String((error as Error).stack))
  }
  const { user } = process.cpuUsage(cpu)
  assert.ok(user < secondsAllowed * 1e6, `${user / 1e6} s for ${bytes.length} bytes`)
  const grown = process.memoryUsage().heapUsed - heap
  assert.ok(grown < heapAllowed, `${grown} bytes of heap for ${bytes.length}`)
}

const cat = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts)
const text = (value: string): Buffer => Buffer.from(value, 'latin1')
const be32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const le32 = (value: number): Buffer => be32(value).reverse()
const many = (count: number, part: Uint8Array | ((i: number) => Uint8Array)): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, i) => (part instanceof Uint8Array ? part : part(i))))

const tag = (version: number, body: Uint8Array): Buffer =>
  cat(text('ID3'), Buffer.from([version, 0, 0]), synchsafe(body.length), body)
const mp3 = (version: number, body: Uint8Array): Buffer => cat(tag(version, body), mpegFrames(6))
const frame = (id: string, body: Uint8Array, flags = 0): Buffer =>
  cat(text(id), be32(body.length), Buffer.from([0, flags]), body)
const flacOf = (blocks: readonly { type: number; body: Uint8Array }[]): Buffer => {
  const all = [streamInfo(), ...blocks]
  const heads = all.flatMap(({ type, body }, i) => [
    Buffer.from([type | (i === all.length - 1 ? 128 : 0)]),
    be32(body.length).subarray(1),
    Buffer.from(body),
  ])
  return Buffer.concat([text('fLaC'), ...heads, flacFrames()])
}
const comments = (count: number, comment: (i: number) => string): Buffer => {
  const list = many(count, i => cat(le32(Buffer.byteLength(comment(i))), Buffer.from(comment(i))))
  return cat(le32(4), text('test'), le32(count), list)
}
const apeOf = (items: Buffer, count: number): Buffer =>
  cat(items, text('APETAGEX'), le32(2000), le32(items.length + 32), le32(count), le32(0), Buffer.alloc(8))
const apeItem = (key: string, value: string): Buffer => cat(le32(value.length), le32(0), text(`${key}\0${value}`))
const riff = (...chunks: Uint8Array[]): Buffer => {
  const body = cat(text('WAVE'), ...chunks)
  return cat(text('RIFF'), le32(body.length), body)
}
const chunk = (id: string, body: Uint8Array): Buffer =>
  cat(text(id), le32(body.length), body, Buffer.alloc(body.length % 2))
const wave = [
  chunk('fmt ', Buffer.from('0100010044ac000088580100020010 00'.replace(' ', ''), 'hex')),
  chunk('data', Buffer.alloc(64, 3)),
]
const atom = (type: string, ...body: readonly Uint8Array[]): Buffer =>
  cat(be32(8 + cat(...body).length), text(type), ...body)
const zero = Buffer.alloc(4)
const mp4 = (...inMoov: readonly Uint8Array[]): Buffer =>
  cat(atom('ftyp', text('M4A \0\0\0\0')), atom('moov', atom('trak'), ...inMoov), atom('mdat', Buffer.alloc(64, 3)))
const metaOf = (...items: readonly Uint8Array[]): Buffer =>
  atom('meta', zero, atom('hdlr', zero, zero, text('mdir'), Buffer.alloc(13)), atom('ilst', ...items))
const oggPage = (sequence: number, body: Uint8Array, flags = 0): Buffer =>
  cat(
    text('OggS\0'),
    Buffer.from([flags]),
    Buffer.alloc(8),
    le32(7),
    le32(sequence),
    zero,
    Buffer.from([1, body.length]),
    body,
  )
const opusHead = oggPage(0, cat(text('OpusHead\x01\x02'), Buffer.alloc(9)), 2)
const opusTags = cat(
  text('OpusTags'),
  comments(1, () => 'TITLE=Old'),
)
const bomb = deflateSync(Buffer.alloc(15 << 20))

const files: Record<string, () => Buffer> = {
  'empty frames of ID3v2.mp3': () => mp3(3, many(200_000, frame('TXXX', Buffer.alloc(0)))),
  'frames that name their own field.mp3': () =>
    mp3(
      3,
      many(100_000, i => frame('TXXX', text(`\0name ${i}\0value`))),
    ),
  'frames of one field.mp3': () =>
    mp3(
      3,
      many(100_000, i => frame('TXXX', text(`\0Own\0${i}`))),
    ),
  'pictures in ID3v2.mp3': () =>
    mp3(
      3,
      many(60_000, i => frame('APIC', text(`\0a/b\0\x03\0${'x'.repeat(i % 9)}`))),
    ),
  'values in one frame.mp3': () =>
    mp3(4, cat(text('TIT2'), synchsafe(1_000_001), zero.subarray(2), text(`\0${'a\0'.repeat(500_000)}`))),
  'credits in one frame.mp3': () =>
    mp3(4, cat(text('TIPL'), synchsafe(40_001), zero.subarray(2), text(`\0${'a\0'.repeat(20_000)}`))),
  'compressed frames that grow a thousandfold.mp3': () =>
    mp3(3, many(60, frame('TXXX', cat(be32(15 << 20), bomb), 0x80))),
  'unsynchronised frames.mp3': () =>
    mp3(4, many(60_000, cat(text('TXXX'), synchsafe(20), Buffer.from([0, 2]), Buffer.alloc(20, 0xff)))),
  'tags in front.mp3': () => cat(many(300_000, tag(4, Buffer.alloc(0))), mpegFrames(6)),
  'Lyrics3 tags behind.mp3': () => cat(mpegFrames(6), many(200_000, text('000000LYRICS200'))),
  'starts of frames that lead nowhere.mp3': () =>
    cat(Buffer.alloc(4 << 20, Buffer.from([0xff, 0xfb, 0x10])), mpegFrames(6)),
  'starts of frames that lead nowhere.aac': () => Buffer.alloc(4 << 20, Buffer.from([0xff, 0xf1, 0x50, 0x80])),
  'items of APE.mp3': () => cat(mpegFrames(6), apeOf(many(200_000, apeItem('a', '')), 200_000)),
  'items of one key of APE.ape': () =>
    cat(
      seedNamed('a.ape').subarray(0, 200),
      apeOf(
        many(100_000, i => apeItem('Title', String(i))),
        100_000,
      ),
    ),
  'covers in APE.ape': () =>
    cat(
      seedNamed('a.ape').subarray(0, 200),
      apeOf(many(60_000, cat(le32(3), le32(2), text('Cover Art (Front)\0a\0b'))), 60_000),
    ),
  'comments.flac': () => flacOf([{ type: 4, body: comments(500_000, () => '') }]),
  'comments that name their own field.flac': () => flacOf([{ type: 4, body: comments(200_000, i => `k${i}=v`) }]),
  'comments of one field.flac': () => flacOf([{ type: 4, body: comments(300_000, i => `title=${i}`) }]),
  'metadata blocks.flac': () => flacOf(Array.from({ length: 300_000 }, () => ({ type: 2, body: Buffer.alloc(0) }))),
  'pictures.flac': () => flacOf(Array.from({ length: 60_000 }, () => flacPicture(Buffer.alloc(0), 3, ''))),
  'pictures in blocks and in comments.flac': () => {
    const picture = Buffer.from(flacPicture(Buffer.alloc(0), 3, '').body).toString('base64')
    return flacOf([
      { type: 4, body: comments(40_000, () => `METADATA_BLOCK_PICTURE=${picture}`) },
      ...Array.from({ length: 40_000 }, (_, i) => flacPicture(Buffer.alloc(i % 3), 4, '')),
    ])
  },
  'chunks.wav': () => riff(...wave, many(300_000, chunk('junk', Buffer.alloc(0)))),
  'lists of texts.wav': () => riff(...wave, many(60_000, chunk('LIST', text('INFO')))),
  'texts.wav': () => riff(...wave, chunk('LIST', cat(text('INFO'), many(300_000, chunk('INAM', text('a\0')))))),
  'tags in chunks.wav': () => riff(...wave, many(60_000, chunk('id3 ', tag(3, Buffer.alloc(10))))),
  'tracks.m4a': () => mp4(many(60_000, atom('trak', atom('mdia')))),
  'places for tags.m4a': () => mp4(many(60_000, atom('udta')), atom('udta', metaOf())),
  'lists of tags.m4a': () => mp4(many(30_000, atom('udta', metaOf()))),
  'items.m4a': () => mp4(atom('udta', metaOf(many(60_000, atom('\xa9nam', atom('data', be32(1), zero, text('a'))))))),
  'values of an item.m4a': () =>
    mp4(atom('udta', metaOf(atom('\xa9nam', many(60_000, atom('data', be32(1), zero, text('a'))))))),
  'covers.m4a': () => mp4(atom('udta', metaOf(atom('covr', many(60_000, atom('data', be32(14), zero, text('a'))))))),
  'free atoms.m4a': () => mp4(atom('udta', metaOf()), many(60_000, atom('free'))),
  'pages.opus': () =>
    sealPages(
      cat(
        opusHead,
        oggPage(1, opusTags),
        many(100_000, i => oggPage(i + 2, Buffer.from([3]))),
      ),
    ),
  'pages of the comments.opus': () =>
    cat(
      opusHead,
      oggPage(1, cat(opusTags, Buffer.alloc(255 - opusTags.length))),
      many(8000, i => oggPage(i + 2, Buffer.alloc(255), 1)),
      oggPage(8002, Buffer.alloc(3), 1),
    ),
  'pages that are none.opus': () => cat(opusHead, oggPage(1, opusTags), many(400_000, text('OggS\0\0\0\0'))),
  'attributes.wma': () => {
    const bytes = seedNamed('b.wma')
    const guid = Buffer.from('40a4d0d207e3d21197f000a0c95ea850', 'hex')
    const at = bytes.indexOf(guid)
    const size = Number(bytes.readBigUInt64LE(at + 16))
    const body = cat(
      Buffer.from([0x60, 0xea]),
      many(60_000, i => cat(Buffer.from([4, 0, 97, 0, 0, 0, 0, 0, 4, 0]), Buffer.from([48 + (i % 10), 0, 0, 0]))),
    )
    const object = cat(guid, Buffer.alloc(8), body)
    object.writeBigUInt64LE(BigInt(object.length), 16)
    const out = cat(bytes.subarray(0, at), object, bytes.subarray(at + size))
    out.writeBigUInt64LE(out.readBigUInt64LE(16) + BigInt(object.length - size), 16)
    return out
  },
}

for (const [name, make] of Object.entries(files)) {
  test(`very many ${name.slice(0, name.lastIndexOf('.'))} (${name.slice(name.lastIndexOf('.') + 1)}) cost time and memory in proportion`, () =>
    assertCheap(name, make()))
}

test('reading audio properties takes no more reads than the size of the file allows', async () => {
  const bytes = mp4(many(200_000, atom('free')))
  let reads = 0
  const inner = bufferSource(bytes)
  const source: ByteSource = {
    size: inner.size,
    read(offset, length) {
      reads++
      return inner.read(offset, length)
    },
  }
  assert.equal(await readAudio(source, 'a.m4a', null), null)
  assert.ok(reads > 100_000 && reads <= 100_000 + bytes.length / 32, `${reads} reads`)
})
