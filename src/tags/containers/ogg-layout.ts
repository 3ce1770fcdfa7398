import type { ByteSource } from '../../files/source.ts'
import { type Splice, splicesFor } from '../../files/splice.ts'
import { encodePage, mostSegments, type OggPage, pageFlags } from './ogg-pages.ts'

/*
 * Packets to pages and back (RFC 3533 §5). Header packets are replaced in groups: pages that no packet leaves or enters,
 * but for what may follow the packets on the last page (a Vorbis setup header). A page takes up to 65,025 bytes, though
 * encoders end it at 4 to 8 KiB, so a packet can nearly always grow within as many pages as it had, and then no page
 * behind it needs another number.
 */

export interface PageGroup {
  readonly pages: readonly OggPage[]
  readonly packets: readonly Uint8Array[]
  /** The lacing values on the last page behind the packets, and their bytes. */
  readonly restLacing: Uint8Array
  readonly rest: Uint8Array
}

/** Lacing values of a packet: 255 as often as it goes, and one below that ends it. */
export function segmentsOf(length: number): number {
  return Math.floor(length / mostSegments) + 1
}

const segmentsOfAll = (packets: readonly Uint8Array[]): number =>
  packets.reduce((sum, packet) => sum + segmentsOf(packet.length), 0)

/** Pages for `segments` of packets and `rest` behind them: as many as there were, if they can be filled, or as few as will do. */
function pageCount(segments: number, rest: number, before: number): number {
  const least = Math.max(1, Math.ceil((segments + rest) / mostSegments))
  return least <= before && before <= segments ? before : least
}

/** Bytes that a group takes in the file with other packets, and its number of pages. */
export function laidSize(group: PageGroup, packets: readonly Uint8Array[]): { bytes: number; pages: number } {
  const segments = segmentsOfAll(packets)
  const pages = pageCount(segments, group.restLacing.length, group.pages.length)
  const content = packets.reduce((sum, packet) => sum + packet.length, group.rest.length)
  return { bytes: pages * 27 + segments + group.restLacing.length + content, pages }
}

/** The least and most bytes of the only packet of a group with which it keeps its number of pages. */
export function sizesThatFit(group: PageGroup): { least: number; most: number } {
  const most = group.pages.length * mostSegments - group.restLacing.length
  return { least: (group.pages.length - 1) * 255, most: most * 255 - 1 }
}

/** How many lacing values go on each page: as before where nothing forbids it, else the same on each. Some of the packets and the whole rest go on the last. */
function distribute(group: PageGroup, segments: number): number[] {
  const rest = group.restLacing.length
  const total = segments + rest
  const before = group.pages.map(page => page.lacing.length)
  if (before.reduce((sum, count) => sum + count, 0) === total) return before
  const pages = pageCount(segments, rest, before.length)
  const others = pages - 1
  const fewest = Math.max(1, segments - others * mostSegments)
  const even = Math.round(total / pages) - rest
  const onLast = Math.min(Math.max(even, fewest), mostSegments - rest, segments - others)
  const spread = segments - onLast
  const counts = Array.from(
    { length: others },
    (_, i) => Math.floor((spread * (i + 1)) / others) - Math.floor((spread * i) / others),
  )
  return [...counts, onLast + rest]
}

const noPacketEnds = new Uint8Array(8).fill(255)
const endsPacket = (lacing: Uint8Array): boolean => lacing.some(value => value < 255)

/** The pages of a group with other packets, numbered from `sequence` on. The flags and positions of the old ones are kept where they still fit. */
function layPages(group: PageGroup, packets: readonly Uint8Array[], sequence: number): Uint8Array[] {
  const lacing = Buffer.concat([...packets.map(({ length }) => lacingOf(length)), group.restLacing])
  const content = Buffer.concat([...packets, group.rest])
  const counts = distribute(group, lacing.length - group.restLacing.length)
  const last = group.pages.at(-1) as OggPage
  let segment = 0
  let at = 0
  return counts.map((count, i) => {
    const own = lacing.subarray(segment, segment + count)
    const length = own.reduce((sum, value) => sum + value, 0)
    const old = i === counts.length - 1 ? last : i < group.pages.length - 1 ? group.pages[i] : undefined
    const continued = i === 0 ? (group.pages[0]?.flags ?? 0) & pageFlags.continued : Number(lacing[segment - 1] === 255)
    const ends = endsPacket(own)
    const page = {
      flags: ((old?.flags ?? 0) & ~pageFlags.continued) | continued,
      granule: old && endsPacket(old.lacing) === ends ? old.granule : ends ? new Uint8Array(8) : noPacketEnds,
      serial: last.serial,
      sequence: (sequence + i) >>> 0,
      lacing: own,
    }
    const bytes = encodePage(page, content.subarray(at, at + length))
    segment += count
    at += length
    return bytes
  })
}

function lacingOf(length: number): Uint8Array {
  const lacing = new Uint8Array(segmentsOf(length)).fill(255)
  lacing[lacing.length - 1] = length % 255
  return lacing
}

/** The splices that lay other packets on the pages of a group, and by how many pages there are more or fewer. `shift` is added to the numbers. */
export function replacePackets(
  source: ByteSource,
  group: PageGroup,
  packets: readonly Uint8Array[],
  shift: number,
): { splices: Splice[]; added: number } {
  const pages = layPages(group, packets, (group.pages[0]?.sequence ?? 0) + shift)
  // Pages of other streams may stand between the old ones, so each takes the place of one; the last, of all that are left.
  const splices = group.pages.flatMap((old, i) => {
    const own = pages.slice(i, i === group.pages.length - 1 ? pages.length : i + 1)
    return splicesFor(source, { offset: old.offset, length: old.length }, own)
  })
  return { splices, added: pages.length - group.pages.length }
}
