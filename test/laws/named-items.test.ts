import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { makePng } from '../make-audio.ts'
import { openLibrary } from '../music-library.ts'
import { parseFlac, parseId3v2, parseMp3, type RawFlac, type RawFrame, type RawMp3 } from '../parse-audio.ts'
import { flacFile, mp3File, type NamedField, namedEdit } from './generated.ts'

/* Law 1: an edit changes the items it names and no other byte of meaning. */

/** `TXXX:description` for user text frames, the id for all others. */
function nameOf({ id, body }: RawFrame): string {
  if (id !== 'TXXX' && id !== 'TXX') return id
  const wide = body[0] === 1 || body[0] === 2
  const text = body.subarray(1).toString(wide ? 'utf16le' : 'utf8')
  return `${id}:${text.replace('\ufeff', '').split('\0', 1)[0]?.toLowerCase()}`
}

const unnamedFrames = ({ id3v2 }: RawMp3, named: readonly string[]): string[] =>
  id3v2?.frames.filter(frame => !named.includes(nameOf(frame))).map(frame => frame.raw.toString('hex')) ?? []

function assertOnlyNamed(before: RawMp3, after: RawMp3, named: Omit<NamedField, 'values'>): void {
  assert.ok(after.audio.equals(before.audio), 'audio')
  if (before.id3v2) {
    assert.deepEqual(unnamedFrames(after, named.id3), unnamedFrames(before, named.id3), 'frames and their order')
    assert.deepEqual([after.id3v2?.version, after.id3v2?.flags], [before.id3v2.version, before.id3v2.flags])
    assert.equal(after.id3v2?.extended.length, before.id3v2.extended.length)
  }
  const apeItems = ({ ape }: RawMp3) =>
    ape?.items.filter(({ key }) => key.toUpperCase() !== named.ape).map(({ raw }) => raw.toString('hex'))
  assert.deepEqual(apeItems(after), apeItems(before), 'APE items')
  assert.deepEqual(outside(after.id3v1, named.id3v1), outside(before.id3v1, named.id3v1), 'ID3v1')
}

/** An ID3v1 tag without the place of a field. */
function outside(tag: Buffer | null, [offset, length]: [number, number] = [0, 0]): string | undefined {
  return tag?.toString('hex').replace(/../g, (byte, at) => (at / 2 >= offset && at / 2 < offset + length ? '' : byte))
}

test('an edit of an MP3 changes the frames it names and nothing else', async t => {
  const library = await openLibrary(t)
  await fc.assert(
    fc.asyncProperty(mp3File, namedEdit, async ({ name, bytes }, { named, edit }) => {
      library.put(name, bytes)
      const { status } = await library.edit(name, edit)
      const after = library.bytes(name)
      if (status === 'applied') assertOnlyNamed(parseMp3(bytes), parseMp3(after), named)
      else assert.ok(after.equals(bytes), `${status}, yet other bytes`)
    }),
    { numRuns: 200 },
  )
})

const without = (tags: Record<string, string[]>, field: string): Record<string, string[]> =>
  Object.fromEntries(Object.entries(tags).filter(([name]) => name.toLowerCase() !== field.toLowerCase()))

const otherBlocks = ({ blocks }: RawFlac): string[] =>
  blocks.filter(({ type }) => type !== 1 && type !== 4).map(({ type, body }) => `${type}:${body.toString('hex')}`)

test('an edit of a FLAC changes the comments it names and nothing else', async t => {
  const library = await openLibrary(t)
  await fc.assert(
    fc.asyncProperty(flacFile, namedEdit, async ({ name, bytes }, { named, edit }) => {
      library.put(name, bytes)
      const tagsBefore = (await library.track(name)).tags
      const { status } = await library.edit(name, edit)
      const [before, after] = [parseFlac(bytes), parseFlac(library.bytes(name))]
      if (status !== 'applied') return assert.ok(library.bytes(name).equals(bytes), `${status}, yet other bytes`)
      const unnamed = ({ comments }: RawFlac) =>
        comments.filter(({ key }) => !named.vorbis.includes(key.toUpperCase())).map(({ raw }) => raw.toString())
      assert.deepEqual(otherBlocks(after), otherBlocks(before), 'blocks')
      assert.equal(after.vendor, before.vendor ?? after.vendor)
      if (before.vendor !== null) assert.deepEqual(unnamed(after), unnamed(before), 'comments and their order')
      // A first comment block takes over what other tags said, for readers that know only it.
      else assert.deepEqual(without((await library.track(name)).tags, named.field), without(tagsBefore, named.field))
      const trailing = (audio: Buffer) => audio.subarray(0, audio.includes('TAG') ? -128 : undefined).toString('hex')
      assert.equal(trailing(after.audio), trailing(before.audio), 'audio')
      const prefix = (file: Buffer) =>
        parseId3v2(file)
          ?.frames.filter(frame => !named.id3.includes(nameOf(frame)))
          .map(({ raw }) => raw.toString('hex'))
      assert.deepEqual(prefix(library.bytes(name)), prefix(bytes), 'the ID3v2 tag before the marker')
    }),
    { numRuns: 150 },
  )
})

test('a new front cover changes the front covers and nothing else', async t => {
  const library = await openLibrary(t)
  const picture = await library.upload(makePng(3, 200))
  const edit = { op: 'setPicture', type: 'front', picture } as const
  await fc.assert(
    fc.asyncProperty(fc.oneof(mp3File, flacFile), async ({ name, bytes }) => {
      library.put(name, bytes)
      const { status, error } = await library.edit(name, edit)
      assert.equal(status, 'applied', JSON.stringify(error))
      const after = library.bytes(name)
      if (name === 'a.mp3') {
        const cover = { field: 'front', id3: ['APIC', 'PIC'], vorbis: [], ape: '' }
        return assertOnlyNamed(parseMp3(bytes), parseMp3(after), cover)
      }
      const rest = (file: Buffer) => otherBlocks(parseFlac(file)).filter(block => !block.startsWith('6:'))
      assert.deepEqual(rest(after), rest(bytes))
      assert.deepEqual(parseFlac(after).comments, parseFlac(bytes).comments)
    }),
    { numRuns: 80 },
  )
})
