import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import { type Piece, piecesLength, type Range, splicesFor } from '../../files/splice.ts'
import { type AsfBodies, asfBlock } from '../blocks/asf.ts'
import { type AsfAttributes, type AsfPlace, readAttributes } from '../blocks/asf-attributes.ts'
import {
  type AsfObject,
  asfGuids,
  bodyOf,
  damagedHeader,
  objectAt,
  objectHead,
  objectHeadOf,
  readObjects,
  uint32,
  uint64,
} from './asf-objects.ts'
import type { Container } from './container.ts'

/*
 * ASF (Advanced Systems Format specification §3), the container of WMA: a header of objects, the data, and indexes. What the
 * header loses or gains is taken from or given to its padding, so that the data stays where it is. Where it has to move, the
 * file's size in the File Properties (§3.2) moves by as much; nothing else in the file is an offset from its start: the Simple
 * Index counts packets (§6.1), the other indexes count bytes from the first packet (§6.2 to §6.4).
 */

const headerHead = 30
/** Head, reserved GUID and number, and the size of the objects in it (§3.4). */
const extensionHead = 46
const dataHead = objectHead + 26
const extensionReserved = '11d2d3aba9bacf118ee600c00c2053650600'
const largestHeader = 64 * 1024 * 1024
/** As many as two full objects. */
const mostAttributes = 131_070
/** Remains of an older header may stand before the data; where there is no data within so many bytes, the header's size was a lie. */
const searchLimit = 256 * 1024
/** Padding for a header that outgrew its own, so that the next edits fit (bytes), and the most that is kept when it shrinks. */
const newPadding = 4096
const mostPadding = 64 * 1024

const placeOf: Readonly<Record<string, AsfPlace>> = {
  [asfGuids.contentDescription]: 'content',
  [asfGuids.extendedContent]: 'extended',
  [asfGuids.metadata]: 'metadata',
  [asfGuids.metadataLibrary]: 'library',
}
const guidOf: Readonly<Record<AsfPlace, string>> = {
  content: asfGuids.contentDescription,
  extended: asfGuids.extendedContent,
  metadata: asfGuids.metadata,
  library: asfGuids.metadataLibrary,
}

interface Header {
  readonly objects: readonly AsfObject[]
  /** What stands between the last object and the end of the header. */
  readonly tail: Range
  readonly extension: {
    readonly object: AsfObject
    readonly objects: readonly AsfObject[]
    readonly tail: Range
  } | null
  readonly end: number
  /** Where the Data Object starts. */
  readonly data: number
}

function readHeader(source: ByteSource): Header {
  if (!asf.recognises(source, 0)) {
    throw new CodedError(
      'MALFORMED_FILE',
      'The file does not start with an ASF header; it is damaged or not what its name says.',
    )
  }
  const { size: end } = objectAt(source, 0) ?? { size: 0 }
  if (end < headerHead || end > source.size || end > largestHeader) throw damagedHeader()
  const objects = readObjects(source, headerHead, end, Buffer.from(source.read(objectHead, 4)).readUInt32LE(0))
  if (objects.some(object => object.guid === asfGuids.digitalSignature)) {
    throw new CodedError(
      'UNSUPPORTED_CONTAINER',
      'The header of the file is digitally signed; an edit would break the signature, so it can only be played.',
    )
  }
  const extensions = objects.filter(object => object.guid === asfGuids.headerExtension)
  const files = objects.filter(object => object.guid === asfGuids.fileProperties)
  if (extensions.length > 1 || files.length !== 1 || files.some(({ size }) => size < 104)) throw damagedHeader()
  return {
    objects,
    tail: rest(objects.at(-1), headerHead, end),
    extension: extensions[0] ? readExtension(source, extensions[0]) : null,
    end,
    data: findData(source, end),
  }
}

function readExtension(source: ByteSource, object: AsfObject): NonNullable<Header['extension']> {
  if (object.size < extensionHead) throw damagedHeader()
  const start = object.offset + extensionHead
  const length = Buffer.from(source.read(start - 4, 4)).readUInt32LE(0)
  if (length > object.size - extensionHead) throw damagedHeader()
  const objects = readObjects(source, start, start + length)
  return { object, objects, tail: rest(objects.at(-1), start, object.offset + object.size) }
}

function allObjects({ objects, extension }: Header): AsfObject[] {
  return [...objects, ...(extension?.objects ?? [])]
}

function rest(last: AsfObject | undefined, start: number, end: number): Range {
  const offset = last ? last.offset + last.size : start
  return { offset, length: end - offset }
}

/** Where the Data Object (§5) starts, at `from` or soon behind it. */
function findData(source: ByteSource, from: number): number {
  const marker = Buffer.from(asfGuids.data, 'hex')
  const find = (length: number): number =>
    Buffer.from(source.read(from, Math.min(source.size - from, length))).indexOf(marker)
  const at = find(marker.length) === 0 ? 0 : find(searchLimit)
  if (at < 0) {
    throw new CodedError('MALFORMED_FILE', 'No audio follows the ASF header of the file; it is damaged or cut short.')
  }
  return from + at
}

export const asf: Container = {
  name: 'ASF',
  extensions: ['wma', 'asf'],
  recognises: (source, start) =>
    start === 0 && source.size >= headerHead && Buffer.from(source.read(0, 16)).toString('hex') === asfGuids.header,
  open(source) {
    const header = readHeader(source)
    const attributes = readAllAttributes(source, header)
    const { block, bodies } = asfBlock(source, [...attributes.values()])
    return {
      container: 'ASF',
      blocks: [block],
      fieldBlock: block,
      pictureBlock: block,
      warnings:
        header.data > header.end
          ? ['Remains of an older header stand before the audio; some players may not find it.']
          : [],
      kept: [
        ...allObjects(header)
          .filter(object => !isChanging(object))
          .map(bodyOf)
          .sort((a, b) => a.offset - b.offset),
        { offset: header.end, length: source.size - header.end },
      ],
      audio: [packetsOf(source, header.data)],
      rebuild(patched) {
        const result = patched.get(block)
        if (!result) return []
        const pieces = rebuildHeader(source, header, attributes, bodies(result))
        return splicesFor(source, { offset: 0, length: header.end }, pieces)
      },
    }
  },
}

/** The packets of the Data Object (§5.1), behind its head, the file's id and the number of packets; to the end of the file where it does not say or is cut short. */
function packetsOf(source: ByteSource, data: number): Range {
  const offset = Math.min(source.size, data + dataHead)
  const claimed = data + objectHead <= source.size ? (objectAt(source, data)?.size ?? 0) : 0
  const end = claimed > dataHead ? Math.min(source.size, data + claimed) : source.size
  return { offset, length: end - offset }
}

function readAllAttributes(source: ByteSource, header: Header): Map<AsfObject, AsfAttributes> {
  const attributes = new Map<AsfObject, AsfAttributes>()
  let count = 0
  for (const object of allObjects(header)) {
    const place = placeOf[object.guid]
    if (!place) continue
    const read = readAttributes(source, place, bodyOf(object))
    count += read.list.length
    if (count > mostAttributes) throw damagedHeader()
    attributes.set(object, read)
  }
  return attributes
}

function isChanging({ guid }: AsfObject): boolean {
  const others: readonly string[] = [asfGuids.padding, asfGuids.headerExtension, asfGuids.fileProperties]
  return guid in placeOf || others.includes(guid)
}

/** The header with new bodies for some of its attribute objects, as long as before where its padding allows. */
function rebuildHeader(
  source: ByteSource,
  header: Header,
  attributes: ReadonlyMap<AsfObject, AsfAttributes>,
  bodies: AsfBodies,
): Piece[] {
  const paddings = allObjects(header).filter(object => object.guid === asfGuids.padding)
  const padding = paddings.toSorted((a, b) => b.size - a.size)[0] ?? null
  const added = [...bodies].filter(([object]) => ![...attributes.values()].includes(object))
  const write = (paddingSize: number, moved: number): { objects: Piece[][]; length: number } => {
    const render = (object: AsfObject): Piece[] => {
      const known = attributes.get(object)
      const body = known && bodies.get(known)
      if (body) return [...objectHeadOf(object.guid, piecesLength(body)), ...body]
      if (object.guid === asfGuids.padding) return object === padding ? paddingOf(object, paddingSize) : []
      const whole = { offset: object.offset, length: object.size }
      return object.guid === asfGuids.fileProperties ? withFileSize(source, whole, moved) : [whole]
    }
    const inExtension = added.filter(([{ place }]) => place === 'metadata' || place === 'library').map(newObject)
    const inHeader = added.filter(([{ place }]) => place === 'content' || place === 'extended').map(newObject)
    const { extension } = header
    const extended = (): Piece[] => {
      const old = extension?.objects ?? []
      const inner = withNew(old, placeForNew(old), inExtension, render).flat()
      return extensionOf(extension, inner)
    }
    const objects = withNew(
      header.objects,
      placeForNew(header.objects),
      [...inHeader, ...(!extension && inExtension.length > 0 ? [extended()] : [])],
      object => (object === extension?.object ? extended() : render(object)),
    )
    if (!padding && paddingSize > 0) objects.push(paddingOf(null, paddingSize))
    const written = objects.filter(pieces => pieces.length > 0)
    return { objects: written, length: headerHead + piecesLength(written.flat()) + header.tail.length }
  }
  const old = paddings.reduce((sum, object) => sum + object.size, 0)
  const bare = write(0, 0).length
  const paddingSize = paddingFor(header.end - bare, old)
  const next = write(paddingSize, bare + paddingSize - header.end)
  return [
    { offset: 0, length: 16 },
    uint64(next.length),
    uint32(next.objects.length),
    { offset: objectHead + 4, length: 2 },
    ...next.objects.flat(),
    header.tail,
  ]
}

/** Size of the padding object for `room` bytes, of which it needs 24 for itself; 0 where there is to be none. */
function paddingFor(room: number, old: number): number {
  if (room === 0) return 0
  return room >= objectHead && room <= Math.max(mostPadding, old) ? room : newPadding
}

/** Padding of `size` bytes; its last ones stay those of the old one, so that they need not be written. */
function paddingOf(old: AsfObject | null, size: number): Piece[] {
  if (size === 0) return []
  const length = size - objectHead
  const kept = old ? Math.min(length, old.size - objectHead) : 0
  return [
    ...objectHeadOf(asfGuids.padding, length),
    new Uint8Array(length - kept),
    { offset: old ? old.offset + old.size - kept : 0, length: kept },
  ]
}

function newObject([object, body]: readonly [AsfAttributes, readonly Piece[]]): Piece[] {
  return [...objectHeadOf(guidOf[object.place], piecesLength(body)), ...body]
}

/** Objects as pieces, new ones before the one at `at`. */
function withNew(
  objects: readonly AsfObject[],
  at: number,
  fresh: readonly Piece[][],
  render: (object: AsfObject) => Piece[],
): Piece[][] {
  return [...objects.slice(0, at).map(render), ...fresh, ...objects.slice(at).map(render)]
}

/** Where new objects go: before the extension, whose values readers in the order of the file take for the later ones, or a padding at the end. */
function placeForNew(objects: readonly AsfObject[]): number {
  const extension = objects.findIndex(object => object.guid === asfGuids.headerExtension)
  return extension >= 0 ? extension : objects.length - (objects.at(-1)?.guid === asfGuids.padding ? 1 : 0)
}

function extensionOf(extension: Header['extension'], inner: readonly Piece[]): Piece[] {
  const tail = extension?.tail ?? { offset: 0, length: 0 }
  const length = piecesLength(inner)
  return [
    ...objectHeadOf(asfGuids.headerExtension, extensionHead - objectHead + length + tail.length),
    extension ? { offset: extension.object.offset + objectHead, length: 18 } : Buffer.from(extensionReserved, 'hex'),
    uint32(length),
    ...inner,
    tail,
  ]
}

/** The File Properties with the file's size `moved` by as many bytes as the file; a claim that never was true stays as untrue. */
function withFileSize(source: ByteSource, properties: Range, moved: number): Piece[] {
  const at = properties.offset + 40
  const claimed = Buffer.from(source.read(at, 8)).readBigUInt64LE(0)
  const size = claimed + BigInt(moved)
  if (moved === 0 || claimed === 0n || size < 0n || size >= 1n << 64n) return [properties]
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(size)
  return [{ offset: properties.offset, length: 40 }, bytes, { offset: at + 8, length: properties.length - 48 }]
}
