import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import type { Piece, Range } from '../../files/splice.ts'

/* Objects, of which an ASF file is made (Advanced Systems Format specification §2.1): a GUID, a 64-bit size and a body. */

export const objectHead = 24

/** GUIDs as they stand in a file. */
export const asfGuids = {
  header: '3026b2758e66cf11a6d900aa0062ce6c',
  data: '3626b2758e66cf11a6d900aa0062ce6c',
  fileProperties: 'a1dcab8c47a9cf118ee400c00c205365',
  headerExtension: 'b503bf5f2ea9cf118ee300c00c205365',
  contentDescription: '3326b2758e66cf11a6d900aa0062ce6c',
  extendedContent: '40a4d0d207e3d21197f000a0c95ea850',
  metadata: 'eacbf8c5af5b77488467aa8c44fa4cca',
  metadataLibrary: '941c23449894d149a1411d134e457054',
  padding: '74d40618dfca0945a4ba9aabcb96aae8',
  digitalSignature: 'fcb3112223bdd211b4b700a0c955fc6e',
} as const

export interface AsfObject {
  readonly guid: string
  readonly offset: number
  /** Bytes, the head of 24 included. */
  readonly size: number
}

const mostObjects = 10_000

/** Objects from `start`, until `end` or `count` of them. Throws MALFORMED_FILE where one leaves `end`. */
export function readObjects(
  source: ByteSource,
  start: number,
  end: number,
  count = Number.POSITIVE_INFINITY,
): AsfObject[] {
  const objects: AsfObject[] = []
  for (let at = start; at < end && objects.length < count; ) {
    const object = at + objectHead <= end ? objectAt(source, at) : null
    if (!object || object.size > end - at || objects.length === mostObjects) throw damagedHeader()
    objects.push(object)
    at += object.size
  }
  if (Number.isFinite(count) && objects.length < count) throw damagedHeader()
  return objects
}

/** The object at `at`, or null where its size cannot be one. */
export function objectAt(source: ByteSource, at: number): AsfObject | null {
  const head = Buffer.from(source.read(at, objectHead))
  const size = head.readBigUInt64LE(16)
  if (size < objectHead || size > BigInt(Number.MAX_SAFE_INTEGER)) return null
  return { guid: head.toString('hex', 0, 16), offset: at, size: Number(size) }
}

export function bodyOf({ offset, size }: AsfObject): Range {
  return { offset: offset + objectHead, length: size - objectHead }
}

export function damagedHeader(): CodedError {
  return new CodedError(
    'MALFORMED_FILE',
    'The sizes of the objects in its ASF header do not fit together; the file is damaged or cut short.',
  )
}

export function uint64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

export function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** The head of an object whose body has `length` bytes. */
export function objectHeadOf(guid: string, length: number): Piece[] {
  return [Buffer.from(guid, 'hex'), uint64(objectHead + length)]
}
