/* Small ASF files, made in memory from the specification alone, and a strict reading of them: nothing of src is used. */

export const guids = {
  header: '75B22630-668E-11CF-A6D9-00AA0062CE6C',
  data: '75B22636-668E-11CF-A6D9-00AA0062CE6C',
  simpleIndex: '33000890-E5B1-11CF-89F4-00A0C90349CB',
  fileProperties: '8CABDCA1-A947-11CF-8EE4-00C00C205365',
  streamProperties: 'B7DC0791-A9B7-11CF-8EE6-00C00C205365',
  extension: '5FBF03B5-A92E-11CF-8EE3-00C00C205365',
  reserved: 'ABD3D211-A9BA-11CF-8EE6-00C00C205365',
  content: '75B22633-668E-11CF-A6D9-00AA0062CE6C',
  extended: 'D2D0A440-E307-11D2-97F0-00A0C95EA850',
  metadata: 'C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA',
  library: '44231C94-9498-49D1-A141-1D134E457054',
  padding: '1806D474-CADF-4509-A4BA-9AABCB96AAE8',
  signature: '2211B3FC-BD23-11D2-B4B7-00A0C955FC6E',
  compatibility: '26F18B5D-4584-47EC-9F5F-0E651F0452C9',
  audio: 'F8699E40-5B4D-11CF-A8FD-00805F5C442B',
} as const

export const types = { unicode: 0, bytes: 1, bool: 2, dword: 3, qword: 4, word: 5, guid: 6 } as const

export const le = (size: 1 | 2 | 4 | 8, value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes.subarray(0, size)
}

/** A GUID as files hold it: three numbers little-endian, the rest as written. */
export const guid = (text: string): Buffer => {
  const [a = '', b = '', c = '', ...others] = text.split('-')
  const reversed = [a, b, c].map(part => Buffer.from(part, 'hex').reverse())
  return Buffer.concat([...reversed, Buffer.from(others.join(''), 'hex')])
}

export const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le')

export const object = (id: string, ...body: Uint8Array[]): Buffer => {
  const bytes = Buffer.concat(body)
  return Buffer.concat([guid(id), le(8, 24 + bytes.length), bytes])
}

export interface AttributeSpec {
  name: string
  value: string | Uint8Array
  type?: number
  language?: number
  stream?: number
}

const storedValue = ({ value }: AttributeSpec): Buffer => (typeof value === 'string' ? wide(value) : Buffer.from(value))

const extended = (spec: AttributeSpec): Buffer => {
  const [name, value] = [wide(spec.name), storedValue(spec)]
  return Buffer.concat([le(2, name.length), name, le(2, spec.type ?? 0), le(2, value.length), value])
}

const metadata = (spec: AttributeSpec): Buffer => {
  const [name, value] = [wide(spec.name), storedValue(spec)]
  const head = [le(2, spec.language ?? 0), le(2, spec.stream ?? 0), le(2, name.length), le(2, spec.type ?? 0)]
  return Buffer.concat([...head, le(4, value.length), name, value])
}

export const picture = (data: Uint8Array, type = 3, mime = 'image/png', description = ''): Buffer =>
  Buffer.concat([le(1, type), le(4, data.length), wide(mime), wide(description), data])

export interface AsfSpec {
  /** Title, Author, Copyright, Description, Rating; null leaves the object out, an empty text has no bytes. */
  content?: readonly string[] | null
  extended?: readonly AttributeSpec[] | null
  metadata?: readonly AttributeSpec[] | null
  library?: readonly AttributeSpec[] | null
  /** Bytes of padding in the header or in its extension, heads included. */
  padding?: number
  extensionPadding?: number
  extension?: boolean
  /** More objects of the header, before the padding. */
  others?: readonly Uint8Array[]
  /** What stands between header and data. */
  remains?: Uint8Array
  /** What the File Properties say of the file's size, where they lie. */
  claimedSize?: number
}

const paddingObject = (size = 0): Buffer[] => (size > 0 ? [object(guids.padding, Buffer.alloc(size - 24, 0x50))] : [])

const list = (id: string, specs: readonly AttributeSpec[] | null | undefined, encode: typeof extended): Buffer[] =>
  specs ? [object(id, le(2, specs.length), ...specs.map(encode))] : []

/** One audio stream (44.1 kHz, two channels), 32 packets of 64 bytes, and an index. */
export const data = object(
  guids.data,
  Buffer.alloc(16, 7),
  le(8, 32),
  le(2, 0x0101),
  Buffer.from(Array.from({ length: 32 * 64 }, (_, i) => (i * 7) & 255)),
)
const index = object(guids.simpleIndex, Buffer.alloc(32, 9))

export function makeAsf(spec: AsfSpec = {}): Buffer {
  const format = Buffer.concat([le(2, 0x161), le(2, 2), le(4, 44100), le(4, 16000), le(2, 742), le(2, 16), le(2, 0)])
  const stream = [Buffer.alloc(16), le(8, 0), le(4, format.length), le(4, 0), le(2, 1), le(4, 0), format]
  const texts = spec.content?.map(text => (text === '' ? Buffer.alloc(0) : wide(text)))
  const inner = Buffer.concat([
    object(guids.compatibility, Buffer.from([2, 1])),
    ...list(guids.metadata, spec.metadata, metadata),
    ...paddingObject(spec.extensionPadding),
    ...list(guids.library, spec.library, metadata),
  ])
  const objects = (size: number): Buffer[] => [
    ...(texts ? [object(guids.content, ...texts.map(text => le(2, text.length)), ...texts)] : []),
    object(guids.fileProperties, Buffer.alloc(16, 5), le(8, spec.claimedSize ?? size), Buffer.alloc(56, 3)),
    object(guids.streamProperties, guid(guids.audio), ...stream),
    ...(spec.extension === false
      ? []
      : [object(guids.extension, guid(guids.reserved), le(2, 6), le(4, inner.length), inner)]),
    ...list(guids.extended, spec.extended, extended),
    ...(spec.others ?? []).map(other => Buffer.from(other)),
    ...paddingObject(spec.padding),
  ]
  const file = (size: number): Buffer => {
    const header = Buffer.concat(objects(size))
    return Buffer.concat([
      guid(guids.header),
      le(8, 30 + header.length),
      le(4, objects(size).length),
      Buffer.from([1, 2]),
      header,
      spec.remains ?? Buffer.alloc(0),
      data,
      index,
    ])
  }
  return file(file(0).length)
}

export interface RawObject {
  id: string
  body: Buffer
}

export interface RawAttribute {
  place: 'content' | 'extended' | 'metadata' | 'library'
  name: string
  type: number
  language: number
  stream: number
  value: Buffer
}

export interface RawAsf {
  objects: RawObject[]
  extension: RawObject[]
  attributes: RawAttribute[]
  fileSize: number
  padding: number
  /** Everything behind the header. */
  rest: Buffer
}

const nameOf = (id: Buffer): string =>
  Object.entries(guids).find(([, text]) => guid(text).equals(id))?.[0] ?? id.toString('hex')

/** Takes a file apart; throws where a size or a count is not exactly what it should be. */
export function parseAsf(file: Buffer): RawAsf {
  if (nameOf(file.subarray(0, 16)) !== 'header') throw new Error('no header')
  const end = Number(file.readBigUInt64LE(16))
  const objects = parseObjects(file.subarray(30, end))
  if (objects.length !== file.readUInt32LE(24)) throw new Error('the header counts other objects than it has')
  const found = objects.find(({ id }) => id === 'extension')?.body
  if (found && found.readUInt32LE(18) !== found.length - 22) throw new Error('the extension has another size')
  const extension = found ? parseObjects(found.subarray(22)) : []
  const properties = objects.find(({ id }) => id === 'fileProperties')?.body
  if (!properties) throw new Error('no file properties')
  const all = [...objects, ...extension]
  const places = ['content', 'extended', 'metadata', 'library'] as const
  return {
    objects,
    extension,
    attributes: places.flatMap(place =>
      all.filter(({ id }) => id === place).flatMap(({ body }) => parseAttributes(place, body)),
    ),
    fileSize: Number(properties.readBigUInt64LE(16)),
    padding: all.filter(({ id }) => id === 'padding').reduce((sum, { body }) => sum + body.length + 24, 0),
    rest: file.subarray(end),
  }
}

function parseObjects(bytes: Buffer): RawObject[] {
  const objects: RawObject[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = Number(bytes.readBigUInt64LE(at + 16))
    if (size < 24 || at + size > bytes.length) throw new Error('an object is longer than its parent')
    objects.push({ id: nameOf(bytes.subarray(at, at + 16)), body: bytes.subarray(at + 24, at + size) })
    at += size
  }
  return objects
}

function parseAttributes(place: RawAttribute['place'], body: Buffer): RawAttribute[] {
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > body.length) throw new Error('an attribute is longer than its object')
    at += length
    return body.subarray(at - length, at)
  }
  const number = (): number => take(2).readUInt16LE(0)
  const text = (bytes: Buffer): string => bytes.toString('utf16le').replace(/\0$/, '')
  const attributes: RawAttribute[] = []
  if (place === 'content') {
    const lengths = [number(), number(), number(), number(), number()]
    for (const [i, name] of ['Title', 'Author', 'Copyright', 'Description', 'Rating'].entries()) {
      const value = take(lengths[i] ?? 0)
      if (value.length > 0) attributes.push({ place, name, type: 0, language: 0, stream: 0, value })
    }
  } else {
    for (let i = number(); i > 0; i--) {
      if (place === 'extended') {
        const name = text(take(number()))
        attributes.push({ place, name, type: number(), language: 0, stream: 0, value: take(number()) })
      } else {
        const [language, stream, nameLength, type] = [number(), number(), number(), number()]
        const length = take(4).readUInt32LE(0)
        attributes.push({ place, name: text(take(nameLength)), type, language, stream, value: take(length) })
      }
    }
  }
  if (at !== body.length) throw new Error('an object is longer than its attributes')
  return attributes
}
