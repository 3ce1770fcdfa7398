import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { flacPicture, makePng } from '../make-audio.ts'
import { refusalOf } from './edit-tags.ts'
import { assertSound, comments, flac, flacFile, packetsIn, pagesIn, stream } from './make-ogg.ts'
import { fieldsOf, newPicture, patch, picturesOf, set } from './patching.ts'

const name = 'a.oga'
const types = { padding: 1, seekTable: 3, comment: 4, picture: 6 } as const
const png = makePng(2)
const seekTable = [types.seekTable, Buffer.alloc(18, 1)] as const
const picture = (data: Uint8Array, type = 3) => [types.picture, Buffer.from(flacPicture(data, type).body)] as const
const padding = (length: number) => [types.padding, Buffer.alloc(length)] as const

/** The header packets behind the first: type, whether it says to be the last, length of its body. */
const headers = (file: Buffer): [type: number, last: boolean, length: number][] =>
  packetsIn(file)
    .slice(1)
    .map(({ bytes }) => bytes)
    .filter(bytes => bytes[0] !== 0xff)
    .map(bytes => [(bytes[0] as number) & 127, (bytes[0] as number) > 127, bytes.readUIntBE(1, 3)])
const announced = (file: Buffer): number => (packetsIn(file)[0]?.bytes ?? Buffer.alloc(9)).readUInt16BE(7)

/** Every header packet has the length that it says, the last and no other says so, and they are as many as announced. */
function assertHeaders(file: Buffer): void {
  assertSound(file)
  const list = packetsIn(file).slice(1)
  const blocks = list.filter(({ bytes }) => bytes[0] !== 0xff)
  for (const { bytes } of blocks) assert.equal(bytes.readUIntBE(1, 3), bytes.length - 4)
  assert.deepEqual(
    headers(file).map(([, last]) => last),
    blocks.map((_, i) => i === blocks.length - 1),
  )
  if (announced(file) > 0) assert.equal(announced(file), blocks.length)
}

describe('comments of Ogg FLAC', () => {
  test('padding that is there takes up what the comments grow by, and the file keeps its length', () => {
    const file = flacFile(['TITLE=T'], [seekTable, padding(500)])
    const after = set(file, name, { title: ['T'.repeat(201)] })
    assert.equal(after.length, file.length)
    assertHeaders(after)
    assert.deepEqual(headers(after)[2], [types.padding, true, 300])
  })

  test('padding that is too small is made larger', () => {
    const file = flacFile(['TITLE=T'], [padding(20), seekTable])
    const after = set(file, name, { title: ['T'.repeat(300)] })
    assertHeaders(after)
    assert.ok((headers(after)[1]?.[2] ?? 0) > 1000)
    assert.equal(set(after, name, { title: ['T'.repeat(900)] }).length, after.length)
  })

  test('where there is none, padding comes behind the comments, and is counted', () => {
    for (const others of [[], [seekTable]]) {
      const file = flacFile(['TITLE=T'], others)
      const after = set(file, name, { title: ['Longer'] })
      assertHeaders(after)
      assert.equal(announced(after), announced(file) + 1)
      assert.deepEqual(headers(after)[1]?.[0], types.padding)
      assert.equal(pagesIn(after).length, pagesIn(file).length)
    }
  })

  test('a number of headers that is unknown stays so', () => {
    const blocks = [[flac.block(types.comment, comments(['TITLE=T']), true)]]
    const file = Buffer.concat(stream(flac.identification(0), blocks, { start: 0xff }))
    const after = set(file, name, { title: ['Longer'] })
    assertHeaders(after)
    assert.equal(announced(after), 0)
  })

  test('headers that do not end where they say are left alone, but for the comments', () => {
    const blocks = [[flac.block(types.comment, comments(['TITLE=T']))], [flac.block(types.seekTable, Buffer.alloc(18))]]
    const file = Buffer.concat(stream(flac.identification(2), blocks, { start: 0xff }))
    const after = set(file, name, { title: ['Longer'] })
    assertSound(after)
    assert.equal(after.length, file.length + 5)
    assert.deepEqual(fieldsOf(after, name).get('title'), ['Longer'])
    assert.deepEqual(headers(after).slice(1), headers(file).slice(1))
  })

  test('a file whose second packet is no comment is refused', () => {
    const blocks = [[flac.block(types.seekTable, Buffer.alloc(18))], [flac.block(types.comment, comments([]), true)]]
    assert.match(refusalOf(Buffer.concat(stream(flac.identification(2), blocks)), name), /no comment header/)
  })

  test('more than 16 MiB is refused', () => {
    const huge = newPicture(Buffer.alloc(13 * 1024 * 1024))
    assert.throws(() => patch(flacFile(), name, {}, { added: [huge] }), /16 MiB/)
  })
})

describe('pictures of Ogg FLAC', () => {
  test('one in a packet is read; a new one of its type takes its place in the comments, and it becomes padding', () => {
    const file = flacFile(['TITLE=T'], [seekTable, picture(png), picture(makePng(3), 4)])
    assert.deepEqual(
      picturesOf(file, name).map(({ type }) => type),
      [3, 4],
    )
    const added = makePng(4)
    const { bytes } = patch(file, name, {}, { added: [newPicture(added)], removed: picturesOf(file, name).slice(0, 1) })
    assertHeaders(bytes)
    assert.deepEqual(
      picturesOf(bytes, name).map(p => [p.type, Buffer.from(p.data()).equals(added)]),
      [
        [3, true],
        [4, false],
      ],
    )
    assert.deepEqual(
      headers(bytes).map(([type]) => type),
      [types.comment, types.seekTable, types.padding, types.picture],
    )
  })

  test('a large one that is removed gives its bytes back', () => {
    const large = Buffer.concat([png, Buffer.alloc(300_000, 5)])
    const file = flacFile(['TITLE=T'], [picture(large), seekTable])
    const { bytes } = patch(file, name, {}, { removed: picturesOf(file, name) })
    assertHeaders(bytes)
    assert.ok(bytes.length < file.length - 290_000)
    assert.deepEqual(picturesOf(bytes, name), [])
    assert.deepEqual(headers(bytes)[2]?.[0], types.seekTable)
  })

  test('a packet that only claims to be a picture stays', () => {
    const file = flacFile([], [[types.picture, Buffer.alloc(40, 0xff)]])
    assert.deepEqual(picturesOf(file, name), [])
    assert.ok(set(file, name, { title: ['T'] }).includes(Buffer.alloc(40, 0xff)))
  })
})
