import { deflateSync } from 'node:zlib'

/* Tiny valid MP3 and FLAC files, made in memory from the specifications alone: nothing of src is used. */

const bytes = (...list: number[]): Buffer => Buffer.from(list)
const be32 = (n: number): Buffer => bytes((n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255)
const be24 = (n: number): Buffer => be32(n).subarray(1)
const le32 = (n: number): Buffer => be32(n).reverse()
export const synchsafe = (n: number): Buffer => bytes((n >>> 21) & 127, (n >>> 14) & 127, (n >>> 7) & 127, n & 127)

/** MPEG-1 layer III, 32 kbit/s, 44.1 kHz, mono: frames of 104 bytes that decode to silence. The last byte of each numbers it. */
export function mpegFrames(count = 8): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, i) => {
      const frame = Buffer.alloc(104)
      frame.set([0xff, 0xfb, 0x10, 0xc4])
      frame[103] = i
      return frame
    }),
  )
}

export interface FrameSpec {
  id: string
  body: Uint8Array
  /** The two flag bytes of ID3v2.3 and 2.4. */
  flags?: number
}

export interface Id3v2Spec {
  version: 2 | 3 | 4
  frames: readonly FrameSpec[]
  unsynchronised?: boolean
  extended?: boolean
  footer?: boolean
  padding?: number
}

/** ID3v2 encodings: 0 Latin-1, 1 UTF-16 with a mark, 2 UTF-16BE, 3 UTF-8. */
export function encodeText(text: string, encoding: number): Buffer {
  if (encoding === 0) return Buffer.from(text, 'latin1')
  if (encoding === 3) return Buffer.from(text, 'utf8')
  const wide = Buffer.from(text, 'utf16le')
  return encoding === 1 ? Buffer.concat([bytes(0xff, 0xfe), wide]) : wide.swap16()
}

export const textFrame = (id: string, text: string, encoding = 0): FrameSpec => ({
  id,
  body: Buffer.concat([bytes(encoding), encodeText(text, encoding)]),
})

const ended = (text: string, encoding: number): Buffer =>
  Buffer.concat([encodeText(text, encoding), Buffer.alloc(encoding === 1 || encoding === 2 ? 2 : 1)])

/** TXXX, or TXX where `id` says so. */
export const userFrame = (description: string, text: string, id = 'TXXX', encoding = 0): FrameSpec => ({
  id,
  body: Buffer.concat([bytes(encoding), ended(description, encoding), encodeText(text, encoding)]),
})

/** COMM or USLT (COM, ULT). */
export const languageFrame = (id: string, language: string, description: string, text: string): FrameSpec => ({
  id,
  body: Buffer.concat([bytes(0), Buffer.from(language), ended(description, 0), encodeText(text, 0)]),
})

export const pictureFrame = (data: Uint8Array, type = 3, mime = 'image/png', description = ''): FrameSpec => ({
  id: 'APIC',
  body: Buffer.concat([bytes(0), ended(mime, 0), bytes(type), ended(description, 0), data]),
})

/** PIC of ID3v2.2. */
export const oldPictureFrame = (data: Uint8Array, type = 3, format = 'PNG'): FrameSpec => ({
  id: 'PIC',
  body: Buffer.concat([bytes(0), Buffer.from(format), bytes(type, 0), data]),
})

/** A frame whose body is compressed, as ID3v2.3 §3.3.1 and ID3v2.4 §4.1.2 have it. */
export function compressed(frame: FrameSpec, version: 3 | 4): FrameSpec {
  const body = deflateSync(frame.body)
  const size = version === 3 ? be32(frame.body.length) : synchsafe(frame.body.length)
  return { id: frame.id, body: Buffer.concat([size, body]), flags: version === 3 ? 0x0080 : 0x0009 }
}

/** $FF before %111xxxxx or $00 gets a zero behind it (ID3v2.3 §5, ID3v2.4 §6.1). */
export function unsynchronise(data: Uint8Array): Buffer {
  const out: number[] = []
  for (const [i, byte] of data.entries()) {
    out.push(byte)
    const next = data[i + 1]
    if (byte === 0xff && (next === undefined || next >= 0xe0 || next === 0)) out.push(0)
  }
  return Buffer.from(out)
}

export function encodeFrame({ id, body, flags = 0 }: FrameSpec, version: number, unsynchronised = false): Buffer {
  if (version === 2) return Buffer.concat([Buffer.from(id), be24(body.length), body])
  if (version === 3) return Buffer.concat([Buffer.from(id), be32(body.length), bytes(flags >> 8, flags & 255), body])
  const stored = unsynchronised ? unsynchronise(body) : body
  const all = unsynchronised ? flags | 0x02 : flags
  return Buffer.concat([Buffer.from(id), synchsafe(stored.length), bytes(all >> 8, all & 255), stored])
}

export function id3v2(spec: Id3v2Spec): Buffer {
  const { version, unsynchronised = false, extended = false, footer = false } = spec
  const padding = Buffer.alloc(footer ? 0 : (spec.padding ?? 0))
  const frames = Buffer.concat(spec.frames.map(frame => encodeFrame(frame, version, unsynchronised)))
  const head =
    !extended || version === 2
      ? Buffer.alloc(0)
      : version === 3
        ? Buffer.concat([be32(6), bytes(0, 0), be32(padding.length)])
        : Buffer.concat([synchsafe(6), bytes(1, 0)])
  const inner = Buffer.concat([head, frames, padding])
  const body = unsynchronised && version < 4 ? unsynchronise(inner) : inner
  const flags = (unsynchronised ? 0x80 : 0) | (head.length > 0 ? 0x40 : 0) | (footer && version === 4 ? 0x10 : 0)
  const header = (mark: string) => Buffer.concat([Buffer.from(mark), bytes(version, 0, flags), synchsafe(body.length)])
  return Buffer.concat([header('ID3'), body, ...(flags & 0x10 ? [header('3DI')] : [])])
}

export interface Id3v1Spec {
  title?: string
  artist?: string
  album?: string
  year?: string
  comment?: string
  track?: number
  genre?: number
}

export function id3v1(spec: Id3v1Spec): Buffer {
  const tag = Buffer.alloc(128)
  tag.write('TAG', 0, 'latin1')
  tag.write(spec.title ?? '', 3, 30, 'latin1')
  tag.write(spec.artist ?? '', 33, 30, 'latin1')
  tag.write(spec.album ?? '', 63, 30, 'latin1')
  tag.write(spec.year ?? '', 93, 4, 'latin1')
  tag.write(spec.comment ?? '', 97, 30, 'latin1')
  if (spec.track !== undefined) tag.set([0, spec.track], 125)
  tag[127] = spec.genre ?? 255
  return tag
}

export interface ApeItemSpec {
  key: string
  value: string | Uint8Array
  /** 0 text, 1 binary, 2 a link. */
  kind?: number
}

export const apeItem = ({ key, value, kind = 0 }: ApeItemSpec): Buffer => {
  const data = Buffer.from(value as string)
  return Buffer.concat([le32(data.length), le32(kind << 1), Buffer.from(key), bytes(0), data])
}

/** APEv2, with a header unless `header` is false. */
export function ape(items: readonly ApeItemSpec[], header = true): Buffer {
  const body = Buffer.concat(items.map(apeItem))
  const mark = (flags: number) =>
    Buffer.concat([
      Buffer.from('APETAGEX'),
      le32(2000),
      le32(body.length + 32),
      le32(items.length),
      le32(flags),
      Buffer.alloc(8),
    ])
  const has = header ? 0x80000000 : 0
  return Buffer.concat([...(header ? [mark((has | 0x20000000) >>> 0)] : []), body, mark(has >>> 0)])
}

export interface Mp3Spec {
  id3v2?: Id3v2Spec
  ape?: readonly ApeItemSpec[]
  apeHeader?: boolean
  id3v1?: Id3v1Spec
  frames?: number
}

export function makeMp3(spec: Mp3Spec = {}): Buffer {
  return Buffer.concat([
    ...(spec.id3v2 ? [id3v2(spec.id3v2)] : []),
    mpegFrames(spec.frames),
    ...(spec.ape ? [ape(spec.ape, spec.apeHeader ?? true)] : []),
    ...(spec.id3v1 ? [id3v1(spec.id3v1)] : []),
  ])
}

function crc(data: Uint8Array, polynomial: number, width: 8 | 16): number {
  const top = 1 << (width - 1)
  let value = 0
  for (const byte of data) {
    value ^= byte << (width - 8)
    for (let bit = 0; bit < 8; bit++) value = value & top ? (value << 1) ^ polynomial : value << 1
    value &= width === 8 ? 0xff : 0xffff
  }
  return value
}

/** Frames of 4096 mono samples of one value (RFC 9639 §9: a constant subframe), 16 bit, 44.1 kHz. */
export function flacFrames(count = 3): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, i) => {
      const header = bytes(0xff, 0xf8, 0xc9, 0x08, i)
      const frame = Buffer.concat([header, bytes(crc(header, 0x07, 8)), bytes(0, 0, i)])
      const check = crc(frame, 0x8005, 16)
      return Buffer.concat([frame, bytes(check >> 8, check & 255)])
    }),
  )
}

export interface BlockSpec {
  type: number
  body: Uint8Array
}

export const flacTypes = {
  streamInfo: 0,
  padding: 1,
  application: 2,
  seekTable: 3,
  comment: 4,
  cueSheet: 5,
  picture: 6,
}

export const streamInfo = (frames = 3): BlockSpec => ({
  type: flacTypes.streamInfo,
  body: Buffer.concat([
    bytes(0x10, 0, 0x10, 0, 0, 0, 11, 0, 0, 11, 0x0a, 0xc4, 0x40, 0xf0),
    be32(4096 * frames),
    Buffer.alloc(16),
  ]),
})

export const flacPadding = (length: number): BlockSpec => ({ type: flacTypes.padding, body: Buffer.alloc(length) })
export const application = (data: string): BlockSpec => ({
  type: flacTypes.application,
  body: Buffer.from(`test${data}`),
})
export const seekTable = (): BlockSpec => ({ type: flacTypes.seekTable, body: Buffer.alloc(18) })

export const vorbisComment = (comments: readonly string[], vendor = 'test 1.0'): BlockSpec => {
  const framed = (text: string) => Buffer.concat([le32(Buffer.byteLength(text)), Buffer.from(text)])
  return {
    type: flacTypes.comment,
    body: Buffer.concat([framed(vendor), le32(comments.length), ...comments.map(framed)]),
  }
}

export const flacPicture = (data: Uint8Array, type = 3, mime = 'image/png', description = ''): BlockSpec => ({
  type: flacTypes.picture,
  body: Buffer.concat([
    be32(type),
    be32(mime.length),
    Buffer.from(mime),
    be32(Buffer.byteLength(description)),
    Buffer.from(description),
    Buffer.concat([be32(1), be32(1), be32(24), be32(0), be32(data.length)]),
    data,
  ]),
})

export interface FlacSpec {
  /** What follows STREAMINFO. */
  blocks?: readonly BlockSpec[]
  id3v2?: Id3v2Spec
  id3v1?: Id3v1Spec
  frames?: number
}

export function makeFlac(spec: FlacSpec = {}): Buffer {
  const blocks = [streamInfo(spec.frames), ...(spec.blocks ?? [])]
  return Buffer.concat([
    ...(spec.id3v2 ? [id3v2(spec.id3v2)] : []),
    Buffer.from('fLaC'),
    ...blocks.flatMap(({ type, body }, i) => [
      bytes(type | (i === blocks.length - 1 ? 128 : 0)),
      be24(body.length),
      Buffer.from(body),
    ]),
    flacFrames(spec.frames),
    ...(spec.id3v1 ? [id3v1(spec.id3v1)] : []),
  ])
}

/** A complete PNG of one colour, `size` pixels wide and high. */
export function makePng(size = 1, shade = 0): Buffer {
  const chunk = (name: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(name), data])
    return Buffer.concat([be32(data.length), body, be32(pngCrc(body))])
  }
  const head = Buffer.concat([be32(size), be32(size), bytes(8, 0, 0, 0, 0)])
  const rows = Buffer.concat(Array.from({ length: size }, () => Buffer.concat([bytes(0), Buffer.alloc(size, shade)])))
  return Buffer.concat([
    bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function pngCrc(data: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of data) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return (value ^ 0xffffffff) >>> 0
}
