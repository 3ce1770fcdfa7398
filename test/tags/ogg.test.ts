import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bufferSource } from '../../src/files/source.ts'
import { fileKind, independentReading, readAudio } from '../../src/tags/audio.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { makePng } from '../make-audio.ts'
import { refusalOf } from './edit-tags.ts'
import {
  assertSound,
  comments,
  flacFile,
  opus,
  opusFile,
  packetsIn,
  pageOf,
  pagesIn,
  soundPages,
  speex,
  speexFile,
  stream,
  vorbis,
  vorbisFile,
} from './make-ogg.ts'
import { fieldsOf, newPicture, options, patch, picturesOf, set } from './patching.ts'

const name = 'a.ogg'
const list = ['TITLE=Old', 'no equals', 'artist=One', 'ARTIST=Two', 'ODD=thing']
const wanted = { title: ['A new title 標題'], MINE: ['x', 'y'], tracknumber: ['3'] }
const files = {
  'Ogg Vorbis': vorbisFile(list),
  'Ogg Opus': opusFile(list),
  'Ogg Speex': speexFile(list),
  'Ogg FLAC': flacFile(list, [[3, Buffer.alloc(18, 1)]]),
}
const open = (file: Buffer) => openTags(bufferSource(file), name, options)
/** All packets but the comments, which come second, and for FLAC what may stand for them or count them. */
const others = (file: Buffer, serial = 1): Buffer[] =>
  packetsIn(file, serial)
    .map(({ bytes }) => bytes)
    .filter((bytes, i) => i !== 1 && bytes[0] !== 0x7f && bytes[0] !== 1 && bytes[0] !== 0x81)

describe('each codec in Ogg', () => {
  for (const [container, file] of Object.entries(files)) {
    test(`${container}: what was set is read, and nothing but the comments has changed`, async () => {
      assert.equal(open(file).container, container)
      const after = set(file, name, wanted)
      const fields = fieldsOf(after, name)
      for (const [field, values] of Object.entries(wanted)) assert.deepEqual(fields.get(field), values)
      assert.deepEqual(fields.get('artist'), ['One', 'Two'])
      assert.ok(after.includes('no equals') && after.includes('ODD=thing'))
      assert.deepEqual(others(after), others(file))
      assertSound(after)
      const seen = await independentReading(bufferSource(after), fileKind(container, name))
      // music-metadata reads the stream of Ogg FLAC, but no comments.
      assert.equal(seen?.common.title, container === 'Ogg FLAC' ? undefined : 'A new title 標題')
      assert.ok((await readAudio(bufferSource(after), name, open(after)))?.sampleRate)
    })

    test(`${container}: the second edit keeps the length of the file and touches no other page`, () => {
      const first = set(file, name, wanted)
      const { bytes } = patch(first, name, { title: ['Another title, longer than the first one was'] })
      assert.equal(bytes.length, first.length)
      const changed = pagesIn(first).filter((page, i) => !page.bytes.equals(pagesIn(bytes)[i]?.bytes ?? page.bytes))
      assert.equal(changed.length, 1)
      assertSound(bytes)
    })

    test(`${container}: a cover of 5 MB takes more pages, and all behind them are renumbered`, () => {
      const cover = Buffer.concat([makePng(2), Buffer.alloc(5_000_000, 0x37)])
      const { bytes } = patch(file, name, {}, { added: [newPicture(cover)] })
      assert.ok(picturesOf(bytes, name)[0]?.data().length === cover.length)
      assert.ok(pagesIn(bytes).length > 100)
      assertSound(bytes)
      assert.deepEqual(others(bytes), others(file))
      const again = set(bytes, name, { title: ['Still in place'] })
      assert.equal(again.length, bytes.length)
      const { bytes: without } = patch(again, name, {}, { removed: picturesOf(again, name) })
      assert.ok(without.length < 70_000 + file.length)
      assertSound(without)
      assert.deepEqual(others(without), others(file))
    })

    test(`${container}: what is kept is kept, even when pages are renumbered`, () => {
      const { bytes } = patch(file, name, {}, { added: [newPicture(Buffer.alloc(100_000, 1))] })
      const kept = (of: Buffer) => Buffer.concat(open(of).kept.map(r => of.subarray(r.offset, r.offset + r.length)))
      assert.ok(kept(file).length > file.length / 2)
      assert.ok(kept(bytes).equals(kept(file)))
    })

    test(`${container}: a file that says less than it claims is refused`, () => {
      const claims = Buffer.from(files[container as keyof typeof files])
      const at = claims.indexOf(Buffer.from([4, 0, 0, 0, ...Buffer.from('test')]))
      claims.writeUInt32LE(0x7fffffff, at)
      assert.match(refusalOf(claims, name), /claim more bytes/)
      const counts = Buffer.from(file)
      counts.writeUInt32LE(0xffffffff, at + 8)
      assert.match(refusalOf(counts, name), /claim more bytes/)
      const cut = file.subarray(0, file.indexOf('TITLE'))
      assert.match(refusalOf(cut, name), /cut short/)
    })
  }
})

describe('what follows the comments in their packet', () => {
  const tailOf = (file: Buffer, text: string): Buffer => {
    const { bytes } = packetsIn(file)[1] as { bytes: Buffer }
    return bytes.subarray(bytes.indexOf(text) + text.length)
  }

  test('Vorbis keeps its framing bit, and padding behind it is used up', () => {
    const file = vorbisFile(['TITLE=T'], 500)
    const after = set(file, name, { title: ['T'.repeat(401)] })
    assert.equal(after.length, file.length)
    assert.deepEqual(tailOf(after, 'T'.repeat(401)), Buffer.concat([Uint8Array.of(1), Buffer.alloc(100)]))
  })

  test('Vorbis without its framing bit gets none, and no padding that would stand in its place', () => {
    const packet = vorbis.comment(['TITLE=T']).subarray(0, -1)
    const file = Buffer.concat(stream(vorbis.identification, [[packet, vorbis.setup]]))
    assert.equal(tailOf(set(file, name, { title: ['Longer'] }), 'Longer').length, 0)
  })

  test('Opus keeps what says that it is to be kept, to the byte', () => {
    const tail = Buffer.from('\x03binary\0\0', 'latin1')
    const after = set(opusFile(['TITLE=T'], tail), name, { title: ['Longer'] })
    assert.deepEqual(tailOf(after, 'Longer'), tail)
  })

  test('Opus uses up what may be padding', () => {
    const file = opusFile(['TITLE=T'], Buffer.alloc(400, 2))
    const after = set(file, name, { title: ['T'.repeat(301)] })
    assert.equal(after.length, file.length)
    assert.deepEqual(tailOf(after, 'T'.repeat(301)), Buffer.alloc(100))
  })

  test('Speex keeps bytes of unknown meaning in front of the padding', () => {
    const packet = Buffer.concat([comments(['TITLE=T']), Buffer.from([1, 0, 7, 0, 0])])
    const file = Buffer.concat(stream(speex.identification, [[packet]]))
    const tail = tailOf(set(file, name, { title: ['Longer'] }), 'Longer')
    assert.deepEqual(tail.subarray(0, 3), Buffer.from([1, 0, 7]))
    assert.ok(tail.length > 1000 && tail.subarray(3).every(byte => byte === 0))
  })
})

describe('streams beside and behind', () => {
  const foreign = (sequence: number, flags = 0) =>
    pageOf([Buffer.from(`page ${sequence} of another stream`)], { serial: 99, sequence, flags })
  const cover = newPicture(Buffer.alloc(200_000, 9))

  test('pages of another stream stay as they are and in order, also between the header pages', () => {
    const own = stream(vorbis.identification, [[vorbis.comment(list), vorbis.setup]], { size: 3 })
    const mixed = Buffer.concat(own.flatMap((bytes, i) => [bytes, foreign(i, i === 0 ? 2 : 0)]))
    for (const change of [{ title: ['x'.repeat(900)] }, {}]) {
      const { bytes } = patch(mixed, name, change, { added: [cover] })
      const of = (file: Buffer) =>
        pagesIn(file)
          .filter(p => p.serial === 99)
          .map(p => p.bytes)
      assert.deepEqual(of(bytes), of(mixed))
      assert.deepEqual(others(bytes), others(mixed))
      assertSound(bytes)
    }
  })

  test('a stream that follows keeps its numbers, also under the same serial number', () => {
    for (const serial of [1, 2]) {
      const second = Buffer.concat(stream(opus.identification, [[opus.comment(['TITLE=Second'])]], { serial }))
      const { bytes } = patch(Buffer.concat([opusFile(list), second]), name, {}, { added: [cover] })
      assert.ok(bytes.subarray(-second.length).equals(second))
      assertSound(bytes.subarray(0, -second.length))
      assert.deepEqual(fieldsOf(bytes, name).get('title'), ['Old'])
    }
  })

  test('the first stream of a known codec is edited, be there others before it', () => {
    const video = stream(Buffer.from('\x80theora rest', 'latin1'), [[Buffer.from('\x81theora')]], { serial: 7 })
    const sound = stream(vorbis.identification, [[vorbis.comment(list), vorbis.setup]])
    const mixed = Buffer.concat([video[0], sound[0], ...video.slice(1), ...sound.slice(1)] as Buffer[])
    const after = set(mixed, name, { title: ['New'] })
    assert.deepEqual(others(after, 7), others(mixed, 7))
    assert.deepEqual(fieldsOf(after, name).get('title'), ['New'])
  })

  test('a file without a stream that is known is refused', () => {
    const file = Buffer.concat(stream(Buffer.from('fishead\0'), [[Buffer.from('fisbone\0')]]))
    assert.throws(() => open(file), /No Vorbis, Opus, Speex or FLAC stream/)
  })
})

describe('what is broken elsewhere', () => {
  const grow = { added: [newPicture(Buffer.alloc(100_000, 9))] }
  const last = soundPages(4, 2).at(-1) as Buffer

  test('junk between and behind the pages and a page cut short stay, and the pages around them are found', () => {
    const pages = stream(opus.identification, [[opus.comment(list)]], { sounds: 6 })
    const junk = Buffer.from('OggSome junk OggS\0\0')
    const parts = [...pages.slice(0, 4), junk, ...pages.slice(4, 7), Buffer.from('and more'), last.subarray(0, 300)]
    const { bytes } = patch(Buffer.concat(parts), name, {}, grow)
    assert.ok(bytes.includes(junk) && bytes.includes('and more'))
    const added = pagesIn(bytes.subarray(0, bytes.indexOf(junk))).length - 4
    assert.equal(added, 2)
    for (const [i, page] of pages.slice(4, 7).entries()) {
      const at = bytes.indexOf(page.subarray(26))
      assert.equal(bytes.readUInt32LE(at - 8), i + 4 + added)
    }
    assert.equal(bytes.readUInt32LE(bytes.indexOf('and more') + 8 + 18), last.readUInt32LE(18) + added)
  })

  test('a wrong checksum stays wrong by as much, and a gap in the numbers stays a gap', () => {
    const pages = stream(opus.identification, [[opus.comment(list)]])
    const broken = Buffer.from(pages[3] as Buffer)
    broken.writeUInt32LE((broken.readUInt32LE(22) ^ 0x1234) >>> 0, 22)
    const file = Buffer.concat([...pages.slice(0, 3), broken, ...pages.slice(5)])
    const after = pagesIn(patch(file, name, {}, grow).bytes)
    const tail = after.slice(-3)
    assert.deepEqual(
      tail.map(({ sound }) => sound),
      [true, false, true],
    )
    assert.deepEqual(
      tail.map(({ sequence }) => sequence),
      [4, 5, 7],
    )
    const mended = Buffer.from(tail[1]?.bytes ?? [])
    mended.writeUInt32LE((mended.readUInt32LE(22) ^ 0x1234) >>> 0, 22)
    assert.ok(pagesIn(mended)[0]?.sound)
  })

  test('a header page with a wrong checksum is told of, and put right by an edit', () => {
    const file = Buffer.from(opusFile(list))
    file[47 + 22] = (file[47 + 22] as number) ^ 1
    assert.match(open(file).warnings.join(), /checksum of a header page is wrong/)
    const after = set(file, name, { title: ['New'] })
    assert.deepEqual(open(after).warnings, [])
    assertSound(after)
  })

  test('a missing or misplaced header page is refused', () => {
    const cover = `METADATA_BLOCK_PICTURE=${'A'.repeat(4000)}`
    const pages = stream(opus.identification, [[opus.comment([cover])]], { size: 5 })
    assert.match(refusalOf(Buffer.concat(pages.toSpliced(2, 1)), name), /page of its headers is missing/)
    assert.match(refusalOf(Buffer.concat(pages.toSpliced(1, 3)), name), /no comment header/)
    assert.match(refusalOf(Buffer.concat([...pages.slice(0, 2), ...pages.slice(0, 2)]), name), /missing/)
    assert.match(refusalOf(Buffer.concat(pages.slice(0, 3)), name), /cut short/)
  })

  test('an ID3v2 tag in front is left as it is', () => {
    const tag = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\x0a'), Buffer.alloc(10)])
    const file = Buffer.concat([tag, vorbisFile(list)])
    assert.match(open(file).warnings.join(), /ID3v2 tag in front/)
    const after = set(file, name, { title: ['New'] })
    assert.ok(after.subarray(0, tag.length).equals(tag))
    assertSound(after.subarray(tag.length))
  })
})
