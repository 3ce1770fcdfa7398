import assert from 'node:assert/strict'

/* Tiny Ogg files, made and taken apart from RFC 3533 alone: nothing of src is used. */

/** The page checksum: polynomial 0x04c11db7, nothing reflected, nothing inverted; what each first byte does to it is made bit by bit. */
const effects = Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1
  return value
})

function crc(bytes: Uint8Array): number {
  let value = 0
  for (const byte of bytes) value = (value << 8) ^ (effects[(value >>> 24) ^ byte] as number)
  return value >>> 0
}

export const flag = { continued: 1, first: 2, last: 4 } as const

export interface Page {
  flags: number
  granule: bigint
  serial: number
  sequence: number
  lacing: number[]
  body: Buffer
  offset: number
  bytes: Buffer
  /** Whether the checksum is right. */
  sound: boolean
}

export type PageSpec = Partial<Pick<Page, 'flags' | 'granule' | 'serial' | 'sequence'>> & {
  lacing: readonly number[]
  body: Uint8Array
}

export function page({ flags = 0, granule = 0n, serial = 1, sequence = 0, lacing, body }: PageSpec): Buffer {
  const head = Buffer.alloc(27)
  head.write('OggS')
  head[5] = flags
  head.writeBigInt64LE(granule, 6)
  head.writeUInt32LE(serial, 14)
  head.writeUInt32LE(sequence, 18)
  head[26] = lacing.length
  const bytes = Buffer.concat([head, Uint8Array.from(lacing), body])
  bytes.writeUInt32LE(crc(bytes), 22)
  return bytes
}

export const lacingOf = (...packets: readonly Uint8Array[]): number[] =>
  packets.flatMap(({ length }) => [...Array<number>(Math.floor(length / 255)).fill(255), length % 255])

/** Packets on one page of their own. */
export const pageOf = (packets: readonly Uint8Array[], rest: Omit<PageSpec, 'lacing' | 'body'> = {}): Buffer =>
  page({ ...rest, lacing: lacingOf(...packets), body: Buffer.concat(packets) })

/** Packets on pages of `size` lacing values, as an encoder flushes them. */
export function pagesOf(packets: readonly Uint8Array[], size: number, serial: number, sequence: number): Buffer[] {
  const lacing = lacingOf(...packets)
  const body = Buffer.concat(packets)
  let at = 0
  return Array.from({ length: Math.ceil(lacing.length / size) }, (_, i) => {
    const own = lacing.slice(i * size, i * size + size)
    const start = at
    at += own.reduce((sum, value) => sum + value, 0)
    return page({
      flags: lacing[i * size - 1] === 255 ? flag.continued : 0,
      granule: own.some(value => value < 255) ? 0n : -1n,
      serial,
      sequence: sequence + i,
      lacing: own,
      body: body.subarray(start, at),
    })
  })
}

/** The pages of a file, which must be nothing but pages. */
export function pagesIn(file: Buffer): Page[] {
  const pages: Page[] = []
  for (let at = 0; at < file.length; ) {
    assert.equal(file.toString('latin1', at, at + 5), 'OggS\0', `no page at ${at}`)
    const lacing = [...file.subarray(at + 27, at + 27 + file.readUInt8(at + 26))]
    const start = at + 27 + lacing.length
    const end = start + lacing.reduce((sum, value) => sum + value, 0)
    assert.ok(end <= file.length, 'the last page is cut off')
    const bytes = file.subarray(at, end)
    const blank = Buffer.from(bytes)
    blank.fill(0, 22, 26)
    pages.push({
      flags: file.readUInt8(at + 5),
      granule: file.readBigInt64LE(at + 6),
      serial: file.readUInt32LE(at + 14),
      sequence: file.readUInt32LE(at + 18),
      lacing,
      body: file.subarray(start, end),
      offset: at,
      bytes,
      sound: crc(blank) === file.readUInt32LE(at + 22),
    })
    at = end
  }
  return pages
}

/** The packets of a stream, each with the page it ends on. */
export function packetsIn(file: Buffer, serial = 1): { bytes: Buffer; page: Page }[] {
  const packets: { bytes: Buffer; page: Page }[] = []
  let parts: Buffer[] = []
  for (const one of pagesIn(file).filter(p => p.serial === serial)) {
    let at = 0
    for (const value of one.lacing) {
      parts.push(one.body.subarray(at, at + value))
      at += value
      if (value === 255) continue
      packets.push({ bytes: Buffer.concat(parts), page: one })
      parts = []
    }
  }
  return packets
}

/** Fails unless the pages of a stream are what a decoder accepts: sound, numbered in a row, saying where packets run on and end. */
export function assertSound(file: Buffer, serial = 1): void {
  const own = pagesIn(file).filter(p => p.serial === serial)
  let runsOn = false
  for (const [i, one] of own.entries()) {
    assert.ok(one.sound, `the checksum of page ${i} is wrong`)
    assert.equal(one.sequence, i, 'the pages are not numbered in a row')
    assert.equal((one.flags & flag.continued) !== 0, runsOn, `page ${i} lies about how it starts`)
    assert.equal(
      one.granule === -1n,
      one.lacing.every(value => value === 255),
      `page ${i} has a wrong position`,
    )
    assert.ok(one.lacing.length > 0)
    runsOn = one.lacing.at(-1) === 255
  }
}

const le32 = (n: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(n)
  return bytes
}

export function comments(list: readonly string[], vendor = 'test'): Buffer {
  const texts = [vendor, ...list].map(text => Buffer.concat([le32(Buffer.byteLength(text)), Buffer.from(text)]))
  return Buffer.concat([texts[0] as Buffer, le32(list.length), ...texts.slice(1)])
}

const cat = (...parts: (Uint8Array | string)[]): Buffer =>
  Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))

/** The three header packets of a Vorbis stream: 44.1 kHz, stereo, with codebooks of noise. */
export const vorbis = {
  identification: cat('\x01vorbis', le32(0), Uint8Array.of(2), le32(44100), Buffer.alloc(12), Uint8Array.of(0xb8, 1)),
  comment: (list: readonly string[], padding = 0): Buffer =>
    cat('\x03vorbis', comments(list), Uint8Array.of(1), Buffer.alloc(padding)),
  setup: cat('\x05vorbis', Buffer.alloc(3000, 0x5a), Uint8Array.of(1)),
}

export const opus = {
  identification: cat('OpusHead', Uint8Array.of(1, 2, 0x38, 1), le32(48000), Uint8Array.of(0, 0, 0)),
  comment: (list: readonly string[], tail: Uint8Array = Buffer.alloc(0)): Buffer =>
    cat('OpusTags', comments(list), tail),
}

export const speex = {
  identification: cat(
    'Speex   ',
    Buffer.from('1.2').subarray(0, 3),
    Buffer.alloc(17),
    ...[1, 80, 16000, 1, 4, 1, 0xffffffff, 320, 0, 1, 0, 0, 0].map(le32),
  ),
  comment: (list: readonly string[], padding = 0): Buffer => cat(comments(list), Buffer.alloc(padding)),
}

export const flac = {
  /** `count` is the number of header packets that it announces; zero says nothing. */
  identification: (count: number): Buffer =>
    cat('\x7fFLAC\x01\0', Uint8Array.of(count >> 8, count & 255), 'fLaC', Uint8Array.of(0, 0, 0, 34), streamInfo),
  block: (type: number, body: Uint8Array, last = false): Buffer =>
    cat(Uint8Array.of(type | (last ? 128 : 0), body.length >> 16, (body.length >> 8) & 255, body.length & 255), body),
}

const streamInfo = cat(
  Uint8Array.of(0x10, 0, 0x10, 0),
  Buffer.alloc(6),
  Uint8Array.of(0x0a, 0xc4, 0x42, 0xf0),
  Buffer.alloc(20),
)

const sound = (n: number, start: number): Buffer =>
  Buffer.concat([Uint8Array.of(start), Buffer.from(Array.from({ length: 399 }, (_, i) => (i * 7 + n * 13) & 255))])

/** Pages of sound, two packets on each, the last one saying that it is. */
export function soundPages(count: number, sequence: number, serial = 1, start = 0xfc): Buffer[] {
  return Array.from({ length: count }, (_, i) =>
    pageOf([sound(2 * i, start), sound(2 * i + 1, start)], {
      serial,
      sequence: sequence + i,
      granule: BigInt((i + 1) * 960),
      flags: i === count - 1 ? flag.last : 0,
    }),
  )
}

/** A whole stream: its first packet, its other headers in groups that share pages, and sound. */
export function stream(
  first: Uint8Array,
  groups: readonly (readonly Uint8Array[])[],
  { sounds = 4, serial = 1, start = 0xfc, size = 255 } = {},
): Buffer[] {
  const pages = [pageOf([first], { flags: flag.first, serial })]
  for (const group of groups) pages.push(...pagesOf(group, size, serial, pages.length))
  return [...pages, ...soundPages(sounds, pages.length, serial, start)]
}

export const vorbisFile = (list: readonly string[] = [], padding = 0): Buffer =>
  Buffer.concat(stream(vorbis.identification, [[vorbis.comment(list, padding), vorbis.setup]]))
export const opusFile = (list: readonly string[] = [], tail: Uint8Array = Buffer.alloc(0)): Buffer =>
  Buffer.concat(stream(opus.identification, [[opus.comment(list, tail)]]))
export const speexFile = (list: readonly string[] = [], padding = 0): Buffer =>
  Buffer.concat(stream(speex.identification, [[speex.comment(list, padding)]]))

/** Ogg FLAC with the given blocks behind the comments, each on a page of its own. */
export function flacFile(
  list: readonly string[] = [],
  blocks: readonly (readonly [number, Uint8Array])[] = [],
): Buffer {
  const all = [[4, comments(list)] as const, ...blocks]
  const packets = all.map(([type, body], i) => [flac.block(type, body, i === all.length - 1)])
  return Buffer.concat(stream(flac.identification(all.length), packets, { start: 0xff }))
}
