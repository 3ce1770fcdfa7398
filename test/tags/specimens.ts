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

export const specimens: readonly Specimen[] = [
  mp3(2),
  mp3(3),
  mp3(4),
  flac,
  asf,
  keyed('WavPack', 'a.wv', Buffer.concat([Buffer.from('wvpk'), noise])),
  keyed("Monkey's Audio", 'a.ape', Buffer.concat([Buffer.from('MAC '), noise])),
  keyed('Musepack', 'a.mpc', Buffer.concat([Buffer.from('MPCKSH'), noise])),
  withId3('TrueAudio', 'a.tta', Buffer.concat([Buffer.from('TTA1'), noise])),
]
