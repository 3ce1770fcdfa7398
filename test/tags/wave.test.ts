import assert from 'node:assert/strict'
import { test } from 'node:test'
import { id3v2, makePng, textFrame } from '../make-audio.ts'
import { assertHolds, blocksOf, edit, open, read, refusalOf, setTitle } from './edit-tags.ts'
import { bodyOf, type ChunkSpec, findChunks, le32, le64, riffChunks } from './make-chunks.ts'

/* WAVE and RF64: ID3v2 in a chunk, INFO in step, everything else as it was. */

const format: ChunkSpec = [
  'fmt ',
  Buffer.concat([Buffer.from([1, 0, 1, 0]), le32(8000), le32(8000), Buffer.from([1, 0, 8, 0])]),
]
const data: ChunkSpec = ['data', Buffer.alloc(101, 0x80)]
const foreign: ChunkSpec[] = [
  ['bext', Buffer.alloc(602, 7)],
  ['JUNK', Buffer.alloc(27, 1)],
  ['cue ', Buffer.alloc(28, 2)],
]
const tag = (padding = 0, title = 'Old title') => id3v2({ version: 4, frames: [textFrame('TIT2', title, 3)], padding })
const info = (items: readonly ChunkSpec[]): ChunkSpec => [
  'LIST',
  Buffer.concat([Buffer.from('INFO'), riffChunks(items)]),
]
const z = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(`${text}\0`, encoding)

function wave(chunks: readonly ChunkSpec[], size?: number): Buffer {
  const body = riffChunks(chunks)
  return Buffer.concat([Buffer.from('RIFF'), le32(size ?? body.length + 4), Buffer.from('WAVE'), body])
}

const chunksOf = (file: Buffer) => findChunks(file, 12, 'riff')
const ids = (file: Buffer) => chunksOf(file).map(({ id }) => id)

test('a first tag goes into a chunk at the end, with room for the next edit', () => {
  const after = assertHolds(wave([format, ...foreign, data]), 'a.wav', makePng(), true)
  assert.deepEqual(ids(after), ['fmt ', 'bext', 'JUNK', 'cue ', 'data', 'id3 '])
  assert.equal(after.readUInt32LE(4), after.length - 8)
})

test('foreign chunks stay byte for byte and in order', () => {
  const before = wave([format, foreign[0] as ChunkSpec, data, ['ID3 ', tag()], ...foreign.slice(1)])
  const after = setTitle(before, 'a.wav', 'A title that is too long for the tag that was there')
  assert.deepEqual(ids(after), ids(before))
  for (const [id, body] of [...foreign, data, format]) assert.ok(bodyOf(chunksOf(after), id)?.equals(body), id)
  assert.equal(after.readUInt32LE(4), after.length - 8)
  assert.deepEqual(read(after, 'a.wav').title, ['A title that is too long for the tag that was there'])
})

test('a tag with padding in the middle of the file takes a longer title without moving anything', () => {
  const before = wave([format, ['ID3 ', tag(200)], data])
  const after = setTitle(before, 'a.wav', 'A title that fits into the padding')
  assert.equal(after.length, before.length)
  assert.deepEqual(ids(after), ['fmt ', 'ID3 ', 'data'])
})

test('zeros behind the tag in its chunk are padding too, and anything else stays', () => {
  const zeros = wave([format, data, ['id3 ', Buffer.concat([tag(), Buffer.alloc(300)])]])
  assert.equal(setTitle(zeros, 'a.wav', 'A title that needs more room').length, zeros.length)
  const after = setTitle(wave([format, data, ['id3 ', Buffer.concat([tag(), Buffer.from('remains')])]]), 'a.wav')
  assert.equal(bodyOf(chunksOf(after), 'id3 ')?.toString('latin1').slice(-7), 'remains')
})

test('an empty ID3 chunk gets the first tag', () => {
  const after = setTitle(wave([format, ['id3 ', Buffer.alloc(0)], data]), 'a.wav')
  assert.deepEqual(ids(after), ['fmt ', 'id3 ', 'data'])
  assert.deepEqual(blocksOf(after, 'a.wav'), ['ID3v2.4'])
})

test('of two ID3 chunks the first is edited and the second left', () => {
  const second = tag(0, 'Second')
  const before = wave([format, data, ['ID3 ', tag()], ['id3 ', second]])
  const after = setTitle(before, 'a.wav')
  assert.ok(bodyOf(chunksOf(after), 'id3 ')?.equals(second))
  assert.match(open(before, 'a.wav').warnings.join(), /several ID3 chunks/)
})

test('INFO is read behind the tag, kept in step and never given a field that it had not', () => {
  const before = wave([
    format,
    info([
      ['INAM', z('Info title')],
      ['ISFT', z('Lavf')],
    ]),
    data,
    ['id3 ', tag(500)],
  ])
  assert.deepEqual(read(before, 'a.wav').title, ['Old title'])
  const after = edit(before, 'a.wav', { fields: { title: ['Neu ü'], artist: ['Someone'] } })
  const list = bodyOf(chunksOf(after), 'LIST') as Buffer
  const items = findChunks(list, 4, 'riff')
  assert.deepEqual(
    items.map(({ id }) => id),
    ['INAM', 'ISFT'],
  )
  assert.equal(items[0]?.body.toString('utf8').split('\0')[0], 'Neu ü')
  assert.equal(after.length, before.length)
})

test('a first tag takes over what INFO says', () => {
  const items: ChunkSpec[] = [
    ['IART', z('Somebody')],
    ['ICRD', z('2003-01-30T03:28:46')],
    ['IPRT', z('3/12')],
    ['IGNR', z('Jazz')],
  ]
  const after = setTitle(wave([format, info(items), data]), 'a.wav')
  const { artist, date, tracknumber, genre } = read(after, 'a.wav')
  assert.deepEqual(
    { artist, date, tracknumber, genre },
    { artist: ['Somebody'], date: ['2003-01-30'], tracknumber: ['3'], genre: ['Jazz'] },
  )
})

test('INFO keeps its encoding and the total of a track number', () => {
  const before = wave([
    format,
    info([
      ['INAM', z('Größe', 'latin1')],
      ['ITRK', z('3/12')],
    ]),
    data,
    ['id3 ', tag(500)],
  ])
  const after = edit(before, 'a.wav', { fields: { title: ['Süß'], tracknumber: ['4'] } })
  const [name, track] = findChunks(bodyOf(chunksOf(after), 'LIST') as Buffer, 4, 'riff')
  assert.equal(name?.body.toString('latin1').replaceAll('\0', ''), 'Süß')
  assert.equal(track?.body.toString('latin1').replaceAll('\0', ''), '4/12')
})

test('a field that goes leaves INFO as well', () => {
  const before = wave([
    format,
    info([
      ['IGNR', z('Jazz')],
      ['INAM', z('x')],
    ]),
    data,
  ])
  const after = edit(before, 'a.wav', { fields: { genre: [] } })
  assert.equal(read(after, 'a.wav').genre, undefined)
  assert.deepEqual(
    findChunks(bodyOf(chunksOf(after), 'LIST') as Buffer, 4, 'riff').map(({ id }) => id),
    ['INAM'],
  )
})

test('an INFO list whose sizes lie is left alone', () => {
  const broken: ChunkSpec = ['LIST', Buffer.concat([Buffer.from('INFOINAM'), le32(4000), z('x')])]
  const before = wave([format, broken, data])
  assert.match(open(before, 'a.wav').warnings.join(), /LIST\/INFO/)
  assert.ok(bodyOf(chunksOf(setTitle(before, 'a.wav')), 'LIST')?.equals(broken[1]))
})

test('RF64 keeps its size unknown in front and corrects the one in ds64', () => {
  const sizes = (whole: number) => Buffer.concat([le64(whole), le64(101), le64(101), le32(0)])
  const body = (whole: number): Buffer =>
    Buffer.concat([
      riffChunks([['ds64', sizes(whole)], format]),
      Buffer.from('data'),
      le32(0xffffffff),
      data[1],
      Buffer.alloc(1),
    ])
  const length = body(0).length + 4
  const before = Buffer.concat([Buffer.from('RF64'), le32(0xffffffff), Buffer.from('WAVE'), body(length)])
  const after = setTitle(before, 'a.wav')
  assert.equal(after.readUInt32LE(4), 0xffffffff)
  assert.equal(Number(after.readBigUInt64LE(20)), after.length - 8)
  assert.equal(after.toString('latin1', before.length, before.length + 4), 'id3 ')
  assert.ok(after.subarray(28, before.length).equals(before.subarray(28)))
  assert.equal(setTitle(after, 'a.wav', 'Another').length, after.length)
})

test('where the data claims more than the file has, the first tag goes in front of it and the unknown sizes stay', () => {
  const stream = wave([format, data], 0xffffffff).subarray(0, -1)
  stream.writeUInt32LE(0xffffffff, stream.indexOf('data') + 4)
  const after = setTitle(stream, 'a.wav')
  assert.equal(after.readUInt32LE(4), 0xffffffff)
  assert.ok(after.indexOf('id3 ') < after.indexOf('data'))
  assert.ok(after.subarray(after.indexOf('data')).equals(stream.subarray(stream.indexOf('data'))))
  assert.deepEqual(read(after, 'a.wav').title, ['A new title'])
})

test('a padding byte that is missing at the end is added before a first tag', () => {
  const before = wave([format, data]).subarray(0, -1)
  const after = setTitle(before, 'a.wav')
  assert.deepEqual(ids(after), ['fmt ', 'data', 'id3 '])
})

test('a padding byte that is missing in the middle puts the first tag in front of the chunk', () => {
  const before = Buffer.concat([wave([format, data]).subarray(0, -1), riffChunks([info([['INAM', z('x')]])])])
  before.writeUInt32LE(before.length - 8, 4)
  const after = setTitle(before, 'a.wav')
  assert.ok(after.subarray(after.indexOf('data')).equals(before.subarray(before.indexOf('data'))))
  assert.equal(after.readUInt32LE(4), after.length - 8)
})

test('a list and a tag whose padding byte is missing are not changed', () => {
  const list = info([['INAM', z('Old name')]])
  const odd: ChunkSpec = ['LIST', Buffer.concat([list[1], Buffer.alloc(1)])]
  const unpadded = (last: ChunkSpec) => {
    const whole = wave([format, data, last])
    return Buffer.concat([whole.subarray(0, -1), riffChunks([['fact', le32(101)]])])
  }
  const before = unpadded(odd)
  const after = setTitle(before, 'a.wav')
  assert.ok(after.subarray(after.indexOf('LIST')).equals(before.subarray(before.indexOf('LIST'))))
  const oddTag = tag(tag().length % 2 === 0 ? 1 : 0)
  assert.match(refusalOf(unpadded(['id3 ', oddTag]), 'a.wav'), /padding byte is missing/)
})

test('garbage behind the chunks stays behind them', () => {
  const garbage = Buffer.from('\0\0 no chunk at all')
  const after = setTitle(Buffer.concat([wave([format, data]), garbage]), 'a.wav')
  assert.ok(after.subarray(-garbage.length).equals(garbage))
  assert.equal(after.readUInt32LE(4), after.length - garbage.length - 8)
})

test('a WAVE that is called something else is one all the same', () => {
  assert.equal(open(wave([format, data]), 'a.mp3').container, 'WAV')
})

test('what cannot be a WAVE, or not safely be edited, is refused with the reason', () => {
  assert.match(refusalOf(Buffer.from('nothing of the kind'), 'a.wav'), /no WAVE/)
  assert.match(refusalOf(Buffer.from('RIFF\x04\0\0\0AVI LIST'), 'a.mp3'), /no WAVE/)
  assert.match(refusalOf(wave([data]), 'a.wav'), /no usable fmt/)
  assert.match(refusalOf(wave([format]), 'a.wav'), /data chunks/)
  assert.match(refusalOf(wave([format, data, ['id3 ', Buffer.from('no tag of any kind')]]), 'a.wav'), /no ID3v2 tag/)
  assert.match(refusalOf(Buffer.concat([tag(), wave([format, data])]), 'a.wav'), /in front/)
  const rf64 = Buffer.concat([Buffer.from('RF64'), wave([format, data]).subarray(4)])
  assert.match(refusalOf(rf64, 'a.wav'), /ds64/)
})

test('sizes that lie about the tag are refused', () => {
  const outgrown = tag()
  outgrown[9] = 100
  assert.match(refusalOf(wave([format, ['id3 ', outgrown], data]), 'a.wav'), /claims 110 bytes/)
  const cut = wave([format, data, ['id3 ', tag(100)]]).subarray(0, -50)
  assert.match(refusalOf(cut, 'a.wav'), /cut short/)
})

test('a file of nothing but empty chunks is refused before it costs much', () => {
  const many = wave([format, ...Array.from({ length: 70_000 }, (): ChunkSpec => ['PAD ', Buffer.alloc(0)]), data])
  assert.match(refusalOf(many, 'a.wav'), /chunks/)
})
