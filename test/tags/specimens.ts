import {
  ape,
  application,
  flacPadding,
  flacPicture,
  id3v2,
  languageFrame,
  makeFlac,
  makeMp3,
  makePng,
  oldPictureFrame,
  pictureFrame,
  textFrame,
  userFrame,
  vorbisComment,
} from '../make-audio.ts'
import { le, makeAsf, picture, types } from './make-asf.ts'
import { be32, be64, formChunks, frm8Chunks, le32, le64, riffChunks } from './make-chunks.ts'
import { atom, data, free, freeform, ilst, makeMp4, meta, udta } from './make-mp4.ts'
import { flacFile, opusFile, speexFile, vorbisFile } from './make-ogg.ts'

/** A container with a version of its tag: a file without fields, and an odd one with entries that no field names. */
export interface Specimen {
  title: string
  name: string
  empty: Buffer
  odd: Buffer
  /** Fields of the table that this version of the block has no place for. */
  lacks?: readonly string[]
  /** Whether music-metadata reads the made stream. */
  plays: boolean
}

const png = makePng(2)
const privateFrame = { id: 'PRIV', body: Buffer.from('owner\0\x01\x02\xff\x00') }

const mp3 = (version: 2 | 3 | 4, lacks: readonly string[] = []): Specimen => ({
  title: `MP3 with ID3v2.${version}`,
  name: 'a.mp3',
  plays: true,
  lacks,
  empty: makeMp3({ id3v2: { version, frames: [], padding: 64 } }),
  odd: makeMp3({
    id3v2: {
      version,
      unsynchronised: true,
      extended: version > 2,
      padding: 32,
      frames: [
        ...(version === 2
          ? [oldPictureFrame(png), { id: 'XYZ', body: Buffer.from([1, 255, 224]) }]
          : [pictureFrame(png), privateFrame, { id: 'XSOP', body: Buffer.from([3, 65]) }]),
        userFrame('Odd', 'thing', version === 2 ? 'TXX' : 'TXXX'),
        languageFrame(version === 2 ? 'COM' : 'COMM', 'deu', 'iTunNORM', ' 00000'),
        textFrame(version === 2 ? 'TLE' : 'TLEN', '1234'),
      ],
    },
  }),
})

const asf: Specimen = {
  title: 'ASF',
  name: 'a.wma',
  plays: true,
  empty: makeAsf(),
  odd: makeAsf({
    content: ['', '', '', '', 'PG'],
    extended: [
      { name: 'WM/MCDI', value: Buffer.from([1, 2, 3]), type: types.bytes },
      { name: 'IsVBR', value: le(4, 1), type: types.bool },
      { name: 'WM/Picture', value: picture(png, 4), type: types.bytes },
      { name: 'wm/picture', value: Buffer.from([9]), type: types.bytes },
    ],
    metadata: [{ name: 'IsVBR', value: le(2, 1), type: types.bool, stream: 1 }],
    library: [{ name: 'WM/WMContentID', value: Buffer.alloc(16, 1), type: types.guid, language: 1 }],
    extensionPadding: 70,
  }),
}

const flac: Specimen = {
  title: 'FLAC',
  name: 'a.flac',
  plays: true,
  empty: makeFlac(),
  odd: makeFlac({
    blocks: [
      application('x'),
      vorbisComment(['no equals', 'odd=thing', 'Odd=another', '=nameless']),
      flacPicture(png, 4),
      flacPadding(50),
    ],
    id3v2: { version: 3, frames: [privateFrame] },
  }),
}

const noise = Buffer.alloc(200, 0x5a)
const keyed = (title: string, name: string, stream: Buffer): Specimen => ({
  title,
  name,
  plays: false,
  empty: stream,
  odd: Buffer.concat([
    id3v2({ version: 4, frames: [privateFrame] }),
    stream,
    ape([
      { key: 'Blob', value: Buffer.from([0, 1, 2]), kind: 1 },
      { key: 'Cover Art (Back)', value: Buffer.concat([Buffer.from('b.png\0'), png]), kind: 1 },
      { key: 'odd', value: 'one\0two' },
    ]),
  ]),
})

const withId3 = (title: string, name: string, stream: Buffer): Specimen => ({
  title,
  name,
  plays: false,
  empty: stream,
  odd: Buffer.concat([
    id3v2({ version: 3, frames: [privateFrame, pictureFrame(png, 4), textFrame('TLEN', '12')], padding: 9 }),
    stream,
  ]),
})

const mp4: Specimen = {
  title: 'MP4',
  name: 'a.m4a',
  plays: true,
  empty: makeMp4(),
  odd: makeMp4({
    between: free(60),
    tags: udta(
      meta(
        ilst(
          freeform('odd', [data(1, 'one'), data(1, 'two')]),
          freeform('bytes', [data(0, Buffer.from([1, 2, 3]))]),
          freeform('NAME', [data(1, 'x')], 'org.example'),
          atom('XXXX', Buffer.from('no data')),
          atom('covr', data(14, png)),
        ),
        free(20),
      ),
      atom('Xtra', Buffer.alloc(12, 7)),
    ),
  }),
}

const tag = id3v2({ version: 3, frames: [privateFrame, pictureFrame(png, 4), textFrame('TLEN', '12')], padding: 9 })
const samples = Buffer.alloc(101, 0x69)

function wave(...more: Array<readonly [string, Buffer]>): Buffer {
  const format = Buffer.concat([Buffer.from([1, 0, 1, 0]), le32(8000), le32(8000), Buffer.from([1, 0, 8, 0])])
  const body = riffChunks([['fmt ', format], ['data', samples], ...more])
  return Buffer.concat([Buffer.from('RIFF'), le32(body.length + 4), Buffer.from('WAVE'), body])
}

function aiff(...more: Array<readonly [string, Buffer]>): Buffer {
  const common = Buffer.from('0001000000640010400eac44000000000000', 'hex')
  const body = formChunks([['COMM', common], ['SSND', Buffer.alloc(208, 3)], ...more])
  return Buffer.concat([Buffer.from('FORM'), be32(body.length + 4), Buffer.from('AIFF'), body])
}

function dsdiff(...more: Array<readonly [string, Buffer]>): Buffer {
  const properties = Buffer.concat([Buffer.from('SND '), frm8Chunks([['FS  ', Buffer.from([0, 43, 17, 0])]])])
  const body = frm8Chunks([['PROP', properties], ['DSD ', samples], ...more])
  return Buffer.concat([Buffer.from('FRM8'), be64(body.length + 4), Buffer.from('DSD '), body])
}

function dsf(behind = Buffer.alloc(0)): Buffer {
  const stream = [Buffer.from('fmt '), le64(52), Buffer.alloc(40, 1), Buffer.from('data'), le64(112), Buffer.alloc(100)]
  const end = 28 + 52 + 112
  const head = [Buffer.from('DSD '), le64(28), le64(end + behind.length), le64(behind.length > 0 ? end : 0)]
  return Buffer.concat([...head, ...stream, behind])
}

const chunked = (title: string, name: string, empty: Buffer, odd: Buffer): Specimen => ({
  title,
  name,
  plays: false,
  empty,
  odd,
})

/** ADTS frames of 40 bytes: MPEG-4, AAC LC, 44.1 kHz, stereo. */
const adts = Buffer.concat(
  Array.from({ length: 5 }, () =>
    Buffer.concat([Buffer.from([0xff, 0xf1, 0x50, 0x80, 0x05, 0x1f, 0xfc]), Buffer.alloc(33, 0x21)]),
  ),
)

const comments = ['no equals', 'odd=thing', 'Odd=another', '=nameless', `COVERART=${png.toString('base64')}`]
const ogg = (title: string, name: string, plays: boolean, empty: Buffer, odd: Buffer): Specimen => ({
  title,
  name,
  plays,
  empty,
  odd,
})

export const specimens: readonly Specimen[] = [
  mp3(2),
  mp3(3),
  mp3(4),
  flac,
  ogg('Ogg Vorbis', 'a.ogg', true, vorbisFile(), vorbisFile(comments, 40)),
  ogg('Ogg Opus', 'a.opus', true, opusFile(), opusFile(comments, Buffer.from([1, 2, 3]))),
  ogg('Ogg Speex', 'a.spx', true, speexFile(), speexFile(comments, 40)),
  // music-metadata reads its stream, but no comments.
  ogg('Ogg FLAC', 'a.oga', false, flacFile(), flacFile(comments, [[6, Buffer.from(flacPicture(png, 4).body)]])),
  asf,
  keyed('WavPack', 'a.wv', Buffer.concat([Buffer.from('wvpk'), noise])),
  keyed("Monkey's Audio", 'a.ape', Buffer.concat([Buffer.from('MAC '), noise])),
  keyed('Musepack', 'a.mpc', Buffer.concat([Buffer.from('MPCKSH'), noise])),
  mp4,
  chunked(
    'WAVE',
    'a.wav',
    wave(),
    wave(['bext', Buffer.alloc(602, 7)], ['LIST', Buffer.from('INFOISFT\x02\0\0\0x\0')], ['id3 ', tag]),
  ),
  chunked('AIFF', 'a.aiff', aiff(), aiff(['ID3 ', tag], ['APPL', Buffer.alloc(8, 7)])),
  chunked('DSDIFF', 'a.dff', dsdiff(), dsdiff(['ID3 ', tag], ['COMT', Buffer.alloc(8, 7)])),
  chunked('DSF', 'a.dsf', dsf(), dsf(Buffer.from(tag))),
  { ...keyed('AAC', 'a.aac', adts), odd: Buffer.concat([adts, ape([{ key: 'Blob', value: png, kind: 1 }])]) },
  withId3('TrueAudio', 'a.tta', Buffer.concat([Buffer.from('TTA1'), noise])),
]
