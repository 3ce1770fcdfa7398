import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  ape,
  application,
  compressed,
  flacPadding,
  flacPicture,
  id3v1,
  id3v2,
  languageFrame,
  makeFlac,
  makePng,
  pictureFrame,
  seekTable,
  textFrame,
  userFrame,
  vorbisComment,
} from '../make-audio.ts'

/* Small sound files of every container, made from the specifications alone, as the ground from which hostile ones grow. */

export interface Seed {
  readonly name: string
  readonly bytes: Buffer
  /** Stretches of audio as they stand in the file; no edit may lose one. */
  readonly audio: readonly Buffer[]
}

const cat = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts)
const text = (value: string): Buffer => Buffer.from(value, 'latin1')
const wide = (value: string): Buffer => Buffer.from(`${value}\0`, 'utf16le')
const number = (width: number, value: number, order: 'be' | 'le'): Buffer => {
  const bytes = Buffer.alloc(width)
  for (let i = 0, rest = value; i < width; i++, rest = Math.floor(rest / 256))
    bytes[order === 'le' ? i : width - 1 - i] = rest % 256
  return bytes
}
const be = (width: number, value: number): Buffer => number(width, value, 'be')
const le = (width: number, value: number): Buffer => number(width, value, 'le')
const hex = (value: string): Buffer => Buffer.from(value.replaceAll(' ', ''), 'hex')

/** Bytes that stand nowhere else, none of them zero or set in full, so that nothing takes them for padding or a frame. */
const sound = (length: number, from: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => 1 + ((from * 31 + i * 37 + (i >> 4) * 11) % 253)))

const cover = makePng(3, 80)
const frames = [
  textFrame('TIT2', 'Old title'),
  textFrame('TPE1', 'Someone', 3),
  textFrame('TCON', '(17)'),
  textFrame('TRCK', '3/12'),
  userFrame('Own', 'words', 'TXXX', 1),
  languageFrame('COMM', 'eng', '', 'a comment'),
  { id: 'PRIV', body: text('owner\0data') },
  { id: 'POPM', body: text('someone@example.org\0\x80\0\0\0\x07') },
  { id: 'TIPL', body: text('\x03producer\0Someone\0engineer\0Another') },
  pictureFrame(cover, 3, 'image/png', 'cover'),
]
const apeItems = [
  { key: 'Title', value: 'Old title' },
  { key: 'Artist', value: 'Someone\0Another' },
  { key: 'Genre', value: 'Rock' },
  { key: 'Cover Art (Front)', value: cat(text('cover.png\0'), cover), kind: 1 },
  { key: 'Link', value: 'http://example.org', kind: 2 },
]
const oldTag = id3v1({ title: 'Old title', artist: 'Someone', track: 3, genre: 17, comment: 'a comment' })
const lyrics = text('LYRICSBEGININD00003110LYR00004word000019LYRICS200')
const tag24 = id3v2({ version: 4, frames, padding: 300 })
const tag23 = id3v2({ version: 3, frames: frames.filter(frame => frame.id !== 'TIPL'), padding: 64 })

function seed(name: string, audio: readonly Buffer[], ...parts: readonly Uint8Array[]): Seed {
  return { name, bytes: cat(...parts), audio }
}

function mpegSeeds(): Seed[] {
  const stream = cat(...Array.from({ length: 6 }, (_, i) => cat(hex('fffb10c4'), sound(100, i))))
  const v22 = id3v2({
    version: 2,
    frames: [textFrame('TT2', 'Old title'), textFrame('TCO', '(17)'), userFrame('Own', 'words', 'TXX')],
    padding: 20,
  })
  const odd = id3v2({
    version: 3,
    frames: [compressed(textFrame('TIT2', 'Old title'), 3), textFrame('TYER', '1999'), textFrame('TDAT', '2403')],
    unsynchronised: true,
    extended: true,
    padding: 30,
  })
  const footed = id3v2({ version: 4, frames, unsynchronised: true, extended: true, footer: true })
  return [
    seed('a24.mp3', [stream], tag24, stream, oldTag),
    seed('a23.mp3', [stream], tag23, stream, ape(apeItems), lyrics, oldTag),
    seed('a22.mp3', [stream], v22, stream, ape(apeItems, false)),
    seed('odd.mp3', [stream], odd, footed, stream),
    seed('bare.mp3', [stream], stream),
  ]
}

function aacSeeds(): Seed[] {
  const frame = (i: number): Buffer => {
    const length = 7 + 60
    return cat(
      hex('fff150'),
      Buffer.from([0x80 | (length >> 11), (length >> 3) & 255, ((length & 7) << 5) | 0x1f, 0xfc]),
      sound(60, i),
    )
  }
  const stream = cat(...Array.from({ length: 6 }, (_, i) => frame(i)))
  return [seed('a.aac', [stream], tag23, stream), seed('b.aac', [stream], stream, ape(apeItems))]
}

function flacSeeds(): Seed[] {
  const blocks = [
    seekTable(),
    vorbisComment(['TITLE=Old title', 'ARTIST=Someone', 'artist=Another', 'GENRE=Rock', 'no equals']),
    application('data'),
    flacPicture(cover),
    flacPadding(200),
  ]
  const bytes = makeFlac({ blocks })
  const stream = cat(hex('fff8c90800'), sound(120, 9))
  const demo = readDemo('Otto Farrow/Sketches/01 - Kitchen Tape.ogg')
  return [
    seed('a.flac', [stream], bytes.subarray(0, bytes.indexOf(hex('fff8c908'))), stream),
    seed('b.flac', [stream], tag23, makeFlac({ blocks: blocks.slice(0, 2), frames: 0 }), stream, oldTag),
    seed('demo.ogg', [], demo),
  ]
}

const readDemo = (path: string): Buffer => readFileSync(join(import.meta.dirname, '../../demo', path))

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1
  return value
})

/** Gives every page of an Ogg file its right checksum (RFC 3533 §6), as far as they follow each other. */
export function sealPages(file: Buffer): Buffer {
  for (let at = file.indexOf('OggS'); at >= 0; at = file.indexOf('OggS', at + 1)) {
    const length = pageLength(file, at)
    if (length === 0 || at + length > file.length) continue
    file.fill(0, at + 22, at + 26)
    let crc = 0
    for (let i = at; i < at + length; i++)
      crc = ((crc << 8) ^ (crcTable[((crc >>> 24) ^ (file[i] as number)) & 255] as number)) >>> 0
    file.writeUInt32LE(crc >>> 0, at + 22)
  }
  return file
}

function pageLength(file: Buffer, at: number): number {
  const count = file[at + 26]
  if (count === undefined || at + 27 + count > file.length) return 0
  return 27 + count + file.subarray(at + 27, at + 27 + count).reduce((sum, value) => sum + value, 0)
}

/** Pages of whole packets, one list of packets a page. */
function oggStream(serial: number, pages: readonly (readonly Buffer[])[]): Buffer {
  const bytes = pages.map((packets, i) => {
    const lacing = packets.flatMap(({ length }) => [...Array<number>(Math.floor(length / 255)).fill(255), length % 255])
    const flags = (i === 0 ? 2 : 0) | (i === pages.length - 1 ? 4 : 0)
    return cat(
      text('OggS\0'),
      Buffer.from([flags]),
      le(8, Math.max(0, i - 1) * 960),
      le(4, serial),
      le(4, i),
      le(4, 0),
      Buffer.from([lacing.length, ...lacing]),
      ...packets,
    )
  })
  return sealPages(cat(...bytes))
}

function oggSeeds(): Seed[] {
  const { body } = vorbisComment(['TITLE=Old title', 'ARTIST=Someone', 'GENRE=Rock'])
  const comments = Buffer.from(body)
  const packets = [sound(90, 1), sound(120, 2), sound(80, 3)]
  const opusHead = cat(text('OpusHead\x01\x02'), le(2, 312), le(4, 48000), Buffer.alloc(3))
  const opus = oggStream(7, [[opusHead], [cat(text('OpusTags'), comments, Buffer.alloc(64))], ...packets.map(p => [p])])
  const speexHead = cat(text('Speex   1.2'), Buffer.alloc(17), le(4, 1), le(4, 80), le(4, 8000), Buffer.alloc(32))
  const speex = oggStream(8, [[speexHead], [comments], ...packets.map(p => [p])])
  const flac = makeFlac({ blocks: [] })
  const info = flac.subarray(4, 42)
  const block = (type: number, body: Uint8Array): Buffer => cat(Buffer.from([type]), be(3, body.length), body)
  const flacHead = cat(hex('7f464c4143 0100 0003'), text('fLaC'), Buffer.from([0]), info.subarray(1))
  const picture = Buffer.from(flacPicture(cover).body)
  const audio = packets.map(p => cat(hex('fff8c908'), p))
  const oggFlac = oggStream(9, [
    [flacHead],
    [block(4, comments)],
    [block(6, picture), block(1 | 128, Buffer.alloc(100))],
    ...audio.map(p => [p]),
  ])
  const other = oggStream(99, [[sound(40, 20)], [sound(60, 21)], [sound(60, 22)]])
  // The pages of two streams, one beside the other, and a third behind them.
  const pagesOf = (file: Buffer): Buffer[] => {
    const pages: Buffer[] = []
    for (let at = 0; at < file.length; at += pageLength(file, at))
      pages.push(file.subarray(at, at + pageLength(file, at)))
    return pages
  }
  const mixed = cat(
    ...pagesOf(other).flatMap((page, i) => [page, pagesOf(opus)[i] ?? Buffer.alloc(0)]),
    ...pagesOf(opus).slice(3),
    speex,
  )
  const pictured = vorbisComment([
    'TITLE=Old title',
    `METADATA_BLOCK_PICTURE=${picture.toString('base64')}`,
    `COMMENT=${'long '.repeat(120)}`,
  ])
  const big = oggStream(5, [[opusHead], [cat(text('OpusTags'), Buffer.from(pictured.body))], ...packets.map(p => [p])])
  return [
    // A comment packet may claim the audio behind it as its padding, which means nothing and may go: what is kept is checked alone.
    seed('a.opus', [], opus),
    seed('a.spx', [], speex),
    seed('a.oga', [], oggFlac),
    seed('mixed.ogg', [], mixed),
    seed('big.opus', [], big),
  ]
}

const chunk = (id: string, order: 'be' | 'le', width: number, ...body: readonly Uint8Array[]): Buffer => {
  const inner = cat(...body)
  return cat(text(id), number(width, inner.length, order), inner, Buffer.alloc(inner.length % 2))
}

function chunkedSeeds(): Seed[] {
  const samples = sound(121, 4)
  const riff = (id: string, ...body: readonly Uint8Array[]) => chunk(id, 'le', 4, ...body)
  const form = (id: string, ...body: readonly Uint8Array[]) => chunk(id, 'be', 4, ...body)
  const large = (id: string, ...body: readonly Uint8Array[]) => chunk(id, 'be', 8, ...body)
  const fmt = riff('fmt ', le(2, 1), le(2, 1), le(4, 44100), le(4, 88200), le(2, 2), le(2, 16))
  const info = riff(
    'LIST',
    text('INFO'),
    riff('INAM', text('Old title\0')),
    riff('IART', text('Someone\0')),
    riff('IGNR', text('Rock\0')),
    riff('ISFT', text('maker')),
  )
  const rf64 = cat(
    text('RF64\xff\xff\xff\xffWAVE'),
    riff('ds64', le(8, 4 + 36 + 24 + 130 + info.length), le(8, 121), le(8, 60), le(4, 0)),
    fmt,
    cat(text('data\xff\xff\xff\xff'), samples, Buffer.alloc(1)),
    info,
  )
  const comm = form('COMM', be(2, 1), be(4, 60), be(2, 16), hex('400eac44000000000000'))
  const ssnd = form('SSND', be(8, 0), samples)
  const dsdSamples = sound(128, 5)
  const prop = large(
    'PROP',
    text('SND '),
    large('FS  ', be(4, 2822400)),
    large('CHNL', be(2, 1), text('C   ')),
    large('CMPR', text('DSD \x0enot compressed\0')),
  )
  const dsf = (pointer: number, tail: Uint8Array) =>
    cat(
      text('DSD '),
      le(8, 28),
      le(8, 28 + 52 + 12 + 128 + tail.length),
      le(8, pointer),
      text('fmt '),
      le(8, 52),
      le(4, 1),
      le(4, 0),
      le(4, 1),
      le(4, 1),
      le(4, 2822400),
      le(4, 1),
      le(8, 1024),
      le(4, 128),
      le(4, 0),
      text('data'),
      le(8, 12 + 128),
      dsdSamples,
      tail,
    )
  return [
    seed(
      'a.wav',
      [samples],
      riff('RIFF', text('WAVE'), fmt, riff('bext', sound(30, 6)), riff('data', samples), info, riff('id3 ', tag23)),
    ),
    seed('b.wav', [samples], riff('RIFF', text('WAVE'), fmt, riff('data', samples), info)),
    seed('rf64.wav', [samples], rf64),
    seed(
      'a.aiff',
      [samples],
      form(
        'FORM',
        text('AIFF'),
        comm,
        form('NAME', text('Old title')),
        form('AUTH', text('Someone')),
        ssnd,
        form('ID3 ', tag24),
      ),
    ),
    seed(
      'b.aifc',
      [samples],
      form(
        'FORM',
        text('AIFC'),
        form('FVER', hex('a2805140')),
        chunk('COMM', 'be', 4, comm.subarray(8), text('NONE\0\0')),
        form('ANNO', text('a comment')),
        ssnd,
      ),
    ),
    seed(
      'a.dff',
      [dsdSamples],
      large(
        'FRM8',
        text('DSD '),
        large('FVER', hex('01050000')),
        prop,
        large('DSD ', dsdSamples),
        large('ID3 ', tag24),
      ),
    ),
    seed('a.dsf', [dsdSamples], dsf(28 + 52 + 12 + 128, tag24)),
    seed('b.dsf', [dsdSamples], dsf(0, Buffer.alloc(0))),
  ]
}

function taggedSeeds(): Seed[] {
  const body = sound(150, 8)
  const wv = cat(
    text('wvpk'),
    le(4, 24 + 150),
    le(2, 0x410),
    le(2, 0),
    le(4, 44100),
    le(4, 0),
    le(4, 44100),
    le(4, 0x04800801),
    le(4, 0),
    body,
  )
  const mac = cat(
    text('MAC '),
    le(2, 3990),
    le(2, 0),
    le(4, 52),
    le(4, 24),
    le(4, 4),
    le(4, 44),
    le(4, 150),
    le(8, 0),
    Buffer.alloc(16),
    le(2, 2000),
    le(2, 0),
    le(4, 73728),
    le(4, 100),
    le(4, 1),
    le(2, 16),
    le(2, 2),
    le(4, 44100),
    body,
  )
  const sv7 = cat(text('MP+\x07'), le(4, 10), le(4, 0x10000000), Buffer.alloc(20), body)
  const sv8 = cat(text('MPCKSH\x10'), Buffer.alloc(13, 8), text('AP\x7f'), body)
  const tta = cat(
    text('TTA1'),
    le(2, 1),
    le(2, 2),
    le(2, 16),
    le(4, 44100),
    le(4, 44100),
    le(4, 0),
    le(4, 150),
    le(4, 0),
    body,
  )
  return [
    seed('a.wv', [body], wv, ape(apeItems), oldTag),
    seed('a.ape', [body], mac, ape(apeItems)),
    seed('a.mpc', [body], sv7, ape(apeItems)),
    seed('b.mpc', [body], sv8),
    seed('a.tta', [body], tag24, tta, oldTag),
  ]
}

function asfSeeds(): Seed[] {
  const object = (guid: string, ...body: readonly Uint8Array[]): Buffer => {
    const inner = cat(...body)
    return cat(hex(guid), le(8, 24 + inner.length), inner)
  }
  const sized = (value: Buffer): Buffer => cat(le(2, value.length), value)
  const extended = (name: string, type: number, value: Buffer) => cat(sized(wide(name)), le(2, type), sized(value))
  const library = (name: string, type: number, value: Buffer) =>
    cat(le(2, 0), le(2, 0), le(2, wide(name).length), le(2, type), le(4, value.length), wide(name), value)
  const picture = cat(Buffer.from([3]), le(4, cover.length), wide('image/png'), wide('cover'), cover)
  const texts = ['Old title', 'Someone', '', '', ''].map(value => (value ? wide(value) : Buffer.alloc(0)))
  const packets = sound(200, 12)
  const data = object('3626b2758e66cf11a6d900aa0062ce6c', Buffer.alloc(16, 7), le(8, 1), le(2, 0x101), packets)
  const make = (padding: number) => {
    const properties = object(
      'a1dcab8c47a9cf118ee400c00c205365',
      Buffer.alloc(16, 7),
      le(8, 0),
      le(8, 0),
      le(8, 1),
      le(8, 10_000_000),
      le(8, 10_000_000),
      le(8, 0),
      le(4, 2),
      le(4, 200),
      le(4, 200),
      le(4, 64_000),
    )
    const stream = object(
      '9107dcb7b7a9cf118ee600c00c205365',
      hex('409e69f84d5bcf11a8fd00805f5c442b'),
      Buffer.alloc(16),
      le(8, 0),
      le(4, 18),
      le(4, 0),
      le(2, 1),
      le(4, 0),
      le(2, 0x161),
      le(2, 2),
      le(4, 44100),
      le(4, 8000),
      le(2, 200),
      le(2, 16),
      le(2, 0),
    )
    const inner = cat(
      object(
        '941c23449894d149a1411d134e457054',
        le(2, 2),
        library('WM/Genre', 0, wide('Rock')),
        library('WM/Picture', 1, picture),
      ),
      object('eacbf8c5af5b77488467aa8c44fa4cca', le(2, 1), library('IsVBR', 2, le(2, 1))),
    )
    const objects = [
      properties,
      object(
        'b503bf5f2ea9cf118ee300c00c205365',
        hex('11d2d3aba9bacf118ee600c00c205365'),
        le(2, 6),
        le(4, inner.length),
        inner,
      ),
      object('3326b2758e66cf11a6d900aa0062ce6c', ...texts.map(t => le(2, t.length)), ...texts),
      object(
        '40a4d0d207e3d21197f000a0c95ea850',
        le(2, 3),
        extended('WM/AlbumTitle', 0, wide('Album')),
        extended('WM/TrackNumber', 3, le(4, 3)),
        extended('Own', 0, wide('words')),
      ),
      stream,
      ...(padding ? [object('74d40618dfca0945a4ba9aabcb96aae8', Buffer.alloc(padding))] : []),
    ]
    const header = object('3026b2758e66cf11a6d900aa0062ce6c', le(4, objects.length), Buffer.from([1, 2]), ...objects)
    header.writeBigUInt64LE(BigInt(header.length + data.length), 30 + 40)
    return header
  }
  return [seed('a.wma', [packets], make(400), data), seed('b.wma', [packets], make(0), data)]
}

function mp4Seeds(): Seed[] {
  const atom = (type: string, ...body: readonly Uint8Array[]): Buffer => {
    const inner = cat(...body)
    return cat(be(4, 8 + inner.length), text(type), inner)
  }
  const zero = be(4, 0)
  const samples = sound(160, 14)
  const data = (type: number, value: Uint8Array) => atom('data', be(4, type), zero, value)
  const items = [
    atom('\xa9nam', data(1, text('Old title'))),
    atom('\xa9ART', data(1, text('Someone')), data(1, text('Another'))),
    atom('\xa9gen', data(1, text('Rock'))),
    atom('trkn', data(0, hex('0000000300120000'))),
    atom('covr', data(14, cover)),
    atom('----', atom('mean', zero, text('com.apple.iTunes')), atom('name', zero, text('Own')), data(1, text('words'))),
  ]
  const handler = (kind: string) => atom('hdlr', zero, zero, text(kind), Buffer.alloc(13))
  const table = (offset: number, wideOffsets: boolean) =>
    wideOffsets
      ? atom('co64', zero, be(4, 2), be(8, offset), be(8, offset + 80))
      : atom('stco', zero, be(4, 2), be(4, offset), be(4, offset + 80))
  const track = (offset: number, wideOffsets: boolean) => {
    const entry = atom(
      'mp4a',
      Buffer.alloc(6),
      be(2, 1),
      Buffer.alloc(8),
      be(2, 2),
      be(2, 16),
      zero,
      be(4, 44100 * 65536),
    )
    const stbl = atom(
      'stbl',
      atom('stsd', zero, be(4, 1), entry),
      atom('stts', zero, be(4, 1), be(4, 2), be(4, 1024)),
      atom('stsc', zero, be(4, 1), be(4, 1), be(4, 1), be(4, 1)),
      atom('stsz', zero, be(4, 80), be(4, 2)),
      table(offset, wideOffsets),
    )
    const dinf = atom('dinf', atom('dref', zero, be(4, 1), atom('url ', be(4, 1))))
    const minf = atom('minf', atom('smhd', zero, zero), dinf, stbl)
    const mdia = atom('mdia', atom('mdhd', zero, zero, zero, be(4, 44100), be(4, 2048), zero), handler('soun'), minf)
    return atom('trak', atom('tkhd', be(4, 7), Buffer.alloc(80)), mdia)
  }
  const mvhd = atom('mvhd', zero, zero, zero, be(4, 1000), be(4, 46), Buffer.alloc(80))
  const list = (padding: number) =>
    atom(
      'udta',
      atom(
        'meta',
        zero,
        handler('mdir'),
        atom('ilst', ...items),
        ...(padding ? [atom('free', Buffer.alloc(padding))] : []),
      ),
    )
  const ftyp = atom('ftyp', text('M4A \0\0\0\0M4A mp42isom'))
  const mdat = atom('mdat', samples)
  const front = (padding: number, wideOffsets: boolean, ...more: Buffer[]) => {
    const moov = (offset: number) => atom('moov', mvhd, track(offset, wideOffsets), list(padding), ...more)
    return cat(ftyp, moov(ftyp.length + moov(0).length + 8), mdat)
  }
  return [
    seed('a.m4a', [samples], front(300, false)),
    seed('b.m4a', [samples], front(0, true, atom('free', Buffer.alloc(40)))),
    seed('c.m4b', [samples], ftyp, atom('wide'), mdat, atom('moov', mvhd, track(ftyp.length + 16, false))),
    seed(
      'd.m4a',
      [samples],
      ftyp,
      cat(be(4, 1), text('mdat'), be(8, 16 + samples.length), samples),
      atom('moov', mvhd, track(ftyp.length + 16, false), list(0)),
    ),
  ]
}

/** Everything, by family; a family is one test. */
export const families: Readonly<Record<string, readonly Seed[]>> = {
  MP3: mpegSeeds(),
  AAC: aacSeeds(),
  FLAC: flacSeeds().slice(0, 2),
  Ogg: [...oggSeeds(), ...flacSeeds().slice(2)],
  'WAVE, AIFF, DSF and DSDIFF': chunkedSeeds(),
  'WavPack, Monkey’s Audio, Musepack and TrueAudio': taggedSeeds(),
  ASF: asfSeeds(),
  MP4: mp4Seeds(),
}

export const allSeeds: readonly Seed[] = Object.values(families).flat()

/** The bytes of a seed. */
export function seedNamed(name: string): Buffer {
  const found = allSeeds.find(seed => seed.name === name)
  if (!found) throw new Error(`there is no seed ${name}`)
  return found.bytes
}
