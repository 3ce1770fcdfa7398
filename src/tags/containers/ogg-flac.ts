import { CodedError } from '../../errors.ts'
import { bufferSource } from '../../files/source.ts'
import { readFlacPicture } from '../blocks/flac-picture.ts'
import type { EmbeddedPicture } from '../items.ts'
import { mostPadding, newPadding } from './ogg-comment.ts'
import { laidSize, type PageGroup, segmentsOf } from './ogg-layout.ts'

/*
 * FLAC in Ogg (RFC 9639 §10.1): the first packet is 0x7f, `FLAC`, a version, the number of header packets behind it (zero:
 * unknown), `fLaC` and the stream information; each header packet is a metadata block, the comments first.
 */

export const flacIdentification = '\x7fFLAC'
const blockTypes = { padding: 1, comment: 4, picture: 6 } as const
const headerLength = 4
const largestBlock = (1 << 24) - 1
const lastFlag = 128
const mostBlocks = 1024

const typeOf = (packet: Uint8Array): number => (packet[0] ?? 0) & 127
const bodyLength = (packet: Uint8Array): number => Buffer.from(packet).readUIntBE(1, 3)

export function isComment(packet: Uint8Array): boolean {
  return packet.length > headerLength && typeOf(packet) === blockTypes.comment
}

/** Whether a packet is a metadata block and nothing else: a frame starts with fourteen set bits. */
function isBlock(packet: Uint8Array): boolean {
  return packet.length >= headerLength && packet[0] !== 0xff && bodyLength(packet) === packet.length - headerLength
}

/** Whether the last of the packets ends the headers. */
export function endsHeaders(packets: readonly Uint8Array[]): boolean {
  const packet = packets.at(-1)
  return !packet || !isBlock(packet) || ((packet[0] ?? 0) & lastFlag) !== 0 || packets.length >= mostBlocks
}

/** Whether the headers are what they should be, so that more of them may be changed than the comments. */
function areWhole(groups: readonly PageGroup[]): boolean {
  const packets = groups.flatMap(group => group.packets)
  const isLast = (packet: Uint8Array, i: number) => (((packet[0] ?? 0) & lastFlag) !== 0) === (i === packets.length - 1)
  return packets.every((packet, i) => isBlock(packet) && isLast(packet, i))
}

/** The comments in the packet that holds them. */
export function commentsOf(packet: Uint8Array): Uint8Array {
  return packet.subarray(headerLength)
}

/** The pictures in packets of their own, by packet. */
export function picturesIn(groups: readonly PageGroup[]): Map<EmbeddedPicture, Uint8Array> {
  const pictures = new Map<EmbeddedPicture, Uint8Array>()
  for (const packet of groups.flatMap(group => group.packets)) {
    if (typeOf(packet) !== blockTypes.picture) continue
    try {
      pictures.set(readFlacPicture(bufferSource(packet), headerLength, packet.length - headerLength), packet)
    } catch {
      // Not a picture after all: the packet stays as it is.
    }
  }
  return pictures
}

function block(flags: number, body: Uint8Array): Uint8Array {
  if (body.length > largestBlock) {
    throw new CodedError('VALUE_UNSUPPORTED', 'FLAC holds at most 16 MiB of fields and pictures in its comments.')
  }
  const header = Buffer.alloc(headerLength)
  header.writeUInt8(flags)
  header.writeUIntBE(body.length, 1, 3)
  return Buffer.concat([header, body])
}

/** A metadata block of so many bytes, header included, that is skipped. */
function paddingBlock(length: number, last: number): Uint8Array {
  return block(blockTypes.padding | last, new Uint8Array(length - headerLength))
}

export interface FlacHeaders {
  /** The packets of each group, in the order of the groups. */
  readonly packets: readonly (readonly Uint8Array[])[]
  /** Header packets more than before. */
  readonly added: number
}

/**
 * The header packets with other comments (null: the same) and without some pictures. A picture becomes padding in its place,
 * so that no other packet has to change; padding that is there takes up what the comments grow or shrink by.
 */
export function withComments(
  groups: readonly PageGroup[],
  comments: Uint8Array | null,
  removed: ReadonlySet<Uint8Array>,
): FlacHeaders {
  const packets = groups.map(group => group.packets.map(packet => withoutPicture(packet, removed)))
  const first = packets[0] as Uint8Array[]
  const old = first[0] as Uint8Array
  if (comments) first[0] = block(old[0] as number, comments)
  if (!areWhole(groups)) return { packets, added: 0 }
  if (balance(groups, packets)) return { packets, added: 0 }
  return { packets, added: addPadding(groups[0] as PageGroup, old, first) ? 1 : 0 }
}

function withoutPicture(packet: Uint8Array, removed: ReadonlySet<Uint8Array>): Uint8Array {
  if (!removed.has(packet)) return packet
  return paddingBlock(Math.min(packet.length, newPadding), (packet[0] as number) & lastFlag)
}

const totalSize = (groups: readonly PageGroup[], packets: readonly (readonly Uint8Array[])[]): number =>
  groups.reduce((sum, group, i) => sum + laidSize(group, packets[i] ?? []).bytes, 0)

/** Gives the first padding the size with which the headers are as long as before, if it can. False where there is no padding. */
function balance(groups: readonly PageGroup[], packets: Uint8Array[][]): boolean {
  for (const list of packets) {
    const at = list.findIndex(packet => typeOf(packet) === blockTypes.padding)
    const padding = list[at]
    if (!padding) continue
    const before = groups.reduce((sum, group) => sum + group.pages.reduce((n, page) => n + page.length, 0), 0)
    const excess = totalSize(groups, packets) - before
    if (excess === 0) return true
    // A packet and its lacing values take one byte in 256 more than the packet: the inverse of that.
    const room = padding.length + segmentsOf(padding.length) - excess
    const length = room - Math.ceil(room / 256)
    const fits = length >= headerLength && length - headerLength <= Math.max(mostPadding, padding.length)
    list[at] = paddingBlock(fits ? length : headerLength + newPadding, (padding[0] as number) & lastFlag)
    return true
  }
  return false
}

/** Puts padding behind comments that change their length, unless that alone would take another page. */
function addPadding(group: PageGroup, old: Uint8Array, packets: Uint8Array[]): boolean {
  const comments = packets[0] as Uint8Array
  if (comments.length === old.length) return false
  const last = (comments[0] as number) & lastFlag
  const padded = [
    Buffer.concat([Uint8Array.of((comments[0] as number) & ~lastFlag), comments.subarray(1)]),
    paddingBlock(headerLength + newPadding, last),
    ...packets.slice(1),
  ]
  if (laidSize(group, padded).pages > laidSize(group, packets).pages) return false
  packets.splice(0, packets.length, ...padded)
  return true
}

/** The first packet with a number of header packets that says nothing. */
export function withoutHeaderCount(packet: Uint8Array): Uint8Array {
  return Buffer.from(packet).fill(0, 7, 9)
}

/** The first packet with another number of header packets; the same where it does not say, or has no room to. */
export function withHeaderCount(packet: Uint8Array, added: number): Uint8Array {
  const bytes = Buffer.from(packet)
  const count = bytes.readUInt16BE(7)
  if (count > 0 && count + added <= 0xffff) bytes.writeUInt16BE(count + added, 7)
  return bytes
}
