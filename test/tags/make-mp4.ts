/* MP4 files in memory: atoms, a track of four chunks whose bytes say which they are, and tags as a test wants them. */

export const be = (size: 1 | 2 | 4 | 8, value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes.subarray(8 - size)
}

export const atom = (type: string, ...body: Uint8Array[]): Buffer => {
  const bytes = Buffer.concat(body)
  return Buffer.concat([be(4, bytes.length + 8), Buffer.from(type, 'latin1'), bytes])
}

/** An atom with a 64-bit size. */
export const wideAtom = (type: string, ...body: Uint8Array[]): Buffer => {
  const bytes = Buffer.concat(body)
  return Buffer.concat([be(4, 1), Buffer.from(type, 'latin1'), be(8, bytes.length + 16), bytes])
}

export const free = (length: number, type = 'free'): Buffer => atom(type, Buffer.alloc(length - 8, 0xee))

/** Types of values: 0 none, 1 UTF-8, 2 UTF-16, 13 JPEG, 14 PNG, 21 integer. */
export const data = (type: number, value: Uint8Array | string): Buffer =>
  atom('data', be(4, type), be(4, 0), typeof value === 'string' ? Buffer.from(value) : value)
export const text = (type: string, ...values: string[]): Buffer => atom(type, ...values.map(value => data(1, value)))
export const freeform = (name: string, values: readonly Uint8Array[], mean = 'com.apple.iTunes'): Buffer =>
  atom('----', atom('mean', be(4, 0), Buffer.from(mean)), atom('name', be(4, 0), Buffer.from(name)), ...values)

export const hdlr = (kind: string): Buffer => atom('hdlr', Buffer.alloc(8), Buffer.from(kind), Buffer.alloc(13))
export const ilst = (...items: Uint8Array[]): Buffer => atom('ilst', ...items)
export const meta = (...children: Uint8Array[]): Buffer => atom('meta', be(4, 0), hdlr('mdir'), ...children)
export const udta = (...children: Uint8Array[]): Buffer => atom('udta', ...children)

const chunkLength = 40
export const chunk = (number: number): Buffer => Buffer.alloc(chunkLength, `<chunk ${number}>`)
const chunks = [0, 1, 2, 3].map(chunk)

const matrix = Buffer.concat([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map(n => be(4, n)))
const mvhd = atom('mvhd', Buffer.alloc(12), be(4, 44100), be(4, 4096), be(4, 0x10000), be(2, 0x100), Buffer.alloc(10), matrix, Buffer.alloc(24), be(4, 2)) // biome-ignore format: §8.2.2
const tkhd = atom('tkhd', be(4, 7), Buffer.alloc(8), be(4, 1), be(4, 0), be(4, 4096), Buffer.alloc(16), matrix, Buffer.alloc(8)) // biome-ignore format: §8.3.2
const mdhd = atom('mdhd', Buffer.alloc(12), be(4, 44100), be(4, 4096), be(2, 0x55c4), be(2, 0))
const alac = atom(
  'alac',
  Buffer.alloc(6),
  be(2, 1),
  Buffer.alloc(8),
  be(2, 2),
  be(2, 16),
  be(4, 0),
  be(4, 44100 * 65536),
)
const counts = (...numbers: number[]): Buffer => Buffer.concat([0, ...numbers].map(n => be(4, n)))

export interface TrackSpec {
  /** `co64` rather than `stco`. */
  wide?: boolean
  /** Further atoms in the sample table and in the data information. */
  table?: Uint8Array
  reference?: Uint8Array
  /** Where the chunks are. */
  offsets: readonly number[]
}

export function track({ wide = false, table = Buffer.alloc(0), reference, offsets }: TrackSpec): Buffer {
  const places = Buffer.concat(offsets.map(offset => be(wide ? 8 : 4, offset)))
  const stbl = atom(
    'stbl',
    atom('stsd', counts(1), alac),
    atom('stts', counts(1, 4, 1024)),
    atom('stsc', counts(1, 1, 1, 1)),
    atom('stsz', counts(chunkLength, 4)),
    atom(wide ? 'co64' : 'stco', counts(offsets.length), places),
    table,
  )
  const dref = atom('dref', counts(1), reference ?? atom('url ', be(4, 1)))
  const minf = atom('minf', atom('smhd', Buffer.alloc(8)), atom('dinf', dref), stbl)
  return atom('trak', tkhd, atom('mdia', mdhd, hdlr('soun'), minf))
}

export interface Mp4Spec extends Partial<Omit<TrackSpec, 'offsets'>> {
  /** What stands in `moov` behind the track. */
  tags?: Uint8Array
  /** What stands in it before the track. */
  ahead?: Uint8Array
  /** Whether the index is behind the data. */
  last?: boolean
  /** What stands between `moov` and `mdat`, and at the end of the file. */
  between?: Uint8Array
  behind?: Uint8Array
  /** 64-bit sizes for `moov` and `mdat`. */
  wideSizes?: boolean
  /** Added to every chunk offset. */
  shift?: number
  brand?: string
}

const none = Buffer.alloc(0)

export function makeMp4(spec: Mp4Spec = {}): Buffer {
  const { tags = none, ahead = none, last = false, between = none, behind = none, wideSizes = false, shift = 0 } = spec
  const make = wideSizes ? wideAtom : atom
  const ftyp = atom('ftyp', Buffer.from(spec.brand ?? 'M4A '), be(4, 0), Buffer.from('mp42'))
  const mdat = make('mdat', ...chunks)
  const moov = (first: number) =>
    make(
      'moov',
      mvhd,
      ahead,
      track({ ...spec, offsets: chunks.map((_, i) => Math.max(0, first + shift) + i * chunkLength) }),
      tags,
    )
  const head = mdat.length - chunks.length * chunkLength
  const size = moov(0).length
  const start = ftyp.length + head + (last ? 0 : size + between.length)
  const parts = last ? [ftyp, mdat, between, moov(start), behind] : [ftyp, moov(start), between, mdat, behind]
  return Buffer.concat(parts)
}

/** Where an atom is: `moov/udta/meta/ilst`; its header included. Undefined where there is none. */
export function find(file: Buffer, path: string): { offset: number; bytes: Buffer; body: Buffer } | undefined {
  let found: { offset: number; bytes: Buffer; body: Buffer } | undefined
  let [from, end] = [0, file.length]
  for (const type of path.split('/')) {
    found = undefined
    for (const one of atomsIn(file, from, end)) {
      if (one.type === type && !found) found = one
    }
    if (!found) return undefined
    end = found.offset + found.bytes.length
    from = end - found.body.length + (type === 'meta' ? 4 : 0)
  }
  return found
}

export function atomsIn(file: Buffer, from = 0, end = file.length) {
  const list: Array<{ type: string; offset: number; bytes: Buffer; body: Buffer }> = []
  for (let at = from; at + 8 <= end; ) {
    const short = file.readUInt32BE(at)
    const length = short === 1 ? Number(file.readBigUInt64BE(at + 8)) : short === 0 ? end - at : short
    const bytes = file.subarray(at, at + length)
    list.push({
      type: file.toString('latin1', at + 4, at + 8),
      offset: at,
      bytes,
      body: bytes.subarray(short === 1 ? 16 : 8),
    })
    at += length
  }
  return list
}

/** The types of the items of a list, and their bytes. */
export function itemsOf(file: Buffer): Array<{ type: string; bytes: Buffer }> {
  const list = find(file, 'moov/udta/meta/ilst')
  const end = (list?.offset ?? 0) + (list?.bytes.length ?? 0)
  return list ? atomsIn(file, end - list.body.length, end).map(({ type, bytes }) => ({ type, bytes })) : []
}

/** What a player finds where the chunks are said to be. */
export function played(file: Buffer): string {
  const table = 'moov/trak/mdia/minf/stbl'
  const short = find(file, `${table}/stco`)
  const body = (short ?? find(file, `${table}/co64`))?.body ?? none
  const width = short ? 4 : 8
  let heard = ''
  for (let at = 8; at < body.length; at += width) {
    const offset = Number(width === 4 ? body.readUInt32BE(at) : body.readBigUInt64BE(at))
    heard += file.toString('latin1', offset, offset + chunkLength)
  }
  return heard
}

export const allPlayed = Buffer.concat(chunks).toString('latin1')
