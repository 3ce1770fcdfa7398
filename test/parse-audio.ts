/* A second, strict reading of MP3 and FLAC files, to judge ours by: it shares no code with src and fails on anything unexpected. */

export interface RawFrame {
  id: string
  /** Header and body as stored, after the unsynchronisation of a whole tag was taken out. */
  raw: Buffer
  body: Buffer
}

export interface RawId3v2 {
  version: number
  flags: number
  extended: Buffer
  frames: RawFrame[]
  padding: number
  length: number
}

const plain = (b: Buffer, at: number): number => b.readUInt32BE(at)
const safe = (b: Buffer, at: number): number =>
  ((b[at] ?? 0) << 21) | ((b[at + 1] ?? 0) << 14) | ((b[at + 2] ?? 0) << 7) | (b[at + 3] ?? 0)

function resynchronise(data: Buffer): Buffer {
  const out: number[] = []
  for (let i = 0; i < data.length; i++) {
    out.push(data[i] as number)
    if (data[i] === 0xff && data[i + 1] === 0) i++
  }
  return Buffer.from(out)
}

export function parseId3v2(file: Buffer): RawId3v2 | null {
  if (file.toString('latin1', 0, 3) !== 'ID3') return null
  const version = file[3] as number
  const flags = file[5] as number
  const size = safe(file, 6)
  const stored = file.subarray(10, 10 + size)
  if (stored.length !== size) throw new Error('the tag is longer than the file')
  const body = version < 4 && flags & 0x80 ? resynchronise(stored) : stored
  const extendedLength = flags & 0x40 ? (version === 4 ? safe(body, 0) : 4 + plain(body, 0)) : 0
  const frames: RawFrame[] = []
  const header = version === 2 ? 6 : 10
  let at = extendedLength
  while (at + header <= body.length && body[at] !== 0) {
    const id = body.toString('latin1', at, at + (version === 2 ? 3 : 4))
    const length =
      version === 2 ? plain(body, at + 2) & 0xffffff : version === 3 ? plain(body, at + 4) : safe(body, at + 4)
    const end = at + header + length
    if (end > body.length) throw new Error(`${id} is longer than the tag`)
    const raw = body.subarray(at, end)
    const content = raw.subarray(header)
    frames.push({ id, raw, body: version === 4 && (raw[9] ?? 0) & 2 ? resynchronise(content) : content })
    at = end
  }
  if (body.subarray(at).some(byte => byte !== 0)) throw new Error('the padding is not empty')
  const footer = version === 4 && flags & 0x10 ? 10 : 0
  if (footer && file.toString('latin1', 10 + size, 13 + size) !== '3DI') throw new Error('the footer is missing')
  if (footer && !file.subarray(13 + size, 20 + size).equals(file.subarray(3, 10))) throw new Error('the footer differs')
  return {
    version,
    flags,
    extended: body.subarray(0, extendedLength),
    frames,
    padding: body.length - at,
    length: 10 + size + footer,
  }
}

export interface RawApe {
  items: { key: string; raw: Buffer; value: Buffer }[]
  length: number
}

export function parseApe(file: Buffer): RawApe | null {
  const footer = file.subarray(-32)
  if (footer.toString('latin1', 0, 8) !== 'APETAGEX') return null
  const size = footer.readUInt32LE(12)
  const hasHeader = (footer.readUInt32LE(20) & 0x80000000) !== 0
  const items: RawApe['items'] = []
  let at = file.length - size
  const end = file.length - 32
  for (let i = 0; i < footer.readUInt32LE(16); i++) {
    const length = file.readUInt32LE(at)
    const keyEnd = file.indexOf(0, at + 8)
    const next = keyEnd + 1 + length
    items.push({
      key: file.toString('latin1', at + 8, keyEnd),
      raw: file.subarray(at, next),
      value: file.subarray(keyEnd + 1, next),
    })
    at = next
  }
  if (at !== end) throw new Error('the APE items do not fill their tag')
  if (hasHeader && file.toString('latin1', file.length - size - 32, file.length - size - 24) !== 'APETAGEX')
    throw new Error('the APE header is missing')
  return { items, length: size + (hasHeader ? 32 : 0) }
}

export interface RawMp3 {
  id3v2: RawId3v2 | null
  audio: Buffer
  ape: RawApe | null
  id3v1: Buffer | null
}

export function parseMp3(file: Buffer): RawMp3 {
  const id3v2 = parseId3v2(file)
  const id3v1 = file.toString('latin1', file.length - 128, file.length - 125) === 'TAG' ? file.subarray(-128) : null
  const untilApe = file.subarray(0, file.length - (id3v1 ? 128 : 0))
  const ape = parseApe(untilApe)
  return { id3v2, ape, id3v1, audio: untilApe.subarray(id3v2?.length ?? 0, untilApe.length - (ape?.length ?? 0)) }
}

export interface RawFlac {
  id3v2: Buffer
  blocks: { type: number; body: Buffer }[]
  vendor: string | null
  comments: { key: string; raw: Buffer }[]
  /** The frames and whatever follows them. */
  audio: Buffer
}

export function parseFlac(file: Buffer): RawFlac {
  const prefix = parseId3v2(file)?.length ?? 0
  if (file.toString('latin1', prefix, prefix + 4) !== 'fLaC') throw new Error('no fLaC marker')
  const blocks: RawFlac['blocks'] = []
  let at = prefix + 4
  for (let last = false; !last; ) {
    const head = file.readUInt32BE(at)
    last = head >>> 31 === 1
    const length = head & 0xffffff
    const body = file.subarray(at + 4, at + 4 + length)
    if (body.length !== length) throw new Error('a block is longer than the file')
    blocks.push({ type: (head >>> 24) & 127, body })
    at += 4 + length
  }
  const comment = blocks.find(block => block.type === 4)
  return { id3v2: file.subarray(0, prefix), blocks, audio: file.subarray(at), ...parseComments(comment?.body) }
}

function parseComments(body: Buffer | undefined): Pick<RawFlac, 'vendor' | 'comments'> {
  if (!body) return { vendor: null, comments: [] }
  const vendorEnd = 4 + body.readUInt32LE(0)
  const comments: RawFlac['comments'] = []
  let at = vendorEnd + 4
  for (let i = 0; i < body.readUInt32LE(vendorEnd); i++) {
    const raw = body.subarray(at + 4, at + 4 + body.readUInt32LE(at))
    comments.push({ key: raw.toString('utf8').split('=', 1)[0] ?? '', raw })
    at += 4 + raw.length
  }
  if (at !== body.length) throw new Error('the comments do not fill their block')
  return { vendor: body.toString('utf8', 4, vendorEnd), comments }
}
