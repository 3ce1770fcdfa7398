import { CodedError } from '../../errors.ts'
import { type ByteSource, readLimit } from '../../files/source.ts'
import type { PageGroup } from './ogg-layout.ts'
import { hasRightChecksum, isWhole, type OggPage, pageEnd, pageFlags, readPage } from './ogg-pages.ts'

/* From the pages at the start of an Ogg file to the header packets of one stream. Pages of other streams may stand between its own. */

/** Pages to look through for a stream, and for its headers. */
const mostStartPages = 4096
const mostHeaderPages = 1 << 16

export function oggDamage(what: string): CodedError {
  return new CodedError('MALFORMED_FILE', `${what}; the file is damaged or cut short.`)
}

/** The page at an offset, which must be a whole one. */
function demandPage(source: ByteSource, offset: number): OggPage {
  const page = readPage(source, offset)
  if (!page || !isWhole(source, page)) throw oggDamage('Its Ogg pages end before the headers of the audio do')
  return page
}

/** The first page whose first packet `isWanted` recognises, or null where the pages at the start of the file have none. Throws MALFORMED_FILE where they end in the middle. */
export function findStream<T>(
  source: ByteSource,
  start: number,
  isWanted: (packet: Uint8Array) => T | undefined,
): { page: OggPage; found: T } | null {
  let at = start
  for (let i = 0; i < mostStartPages && at < source.size; i++) {
    const page = demandPage(source, at)
    const found =
      page.flags & pageFlags.continued ? undefined : isWanted(source.read(page.body.offset, firstPacketLength(page)))
    if (found !== undefined) return { page, found }
    at = pageEnd(page)
  }
  return null
}

function firstPacketLength({ lacing }: OggPage): number {
  const end = lacing.findIndex(value => value < 255)
  return lacing.subarray(0, end < 0 ? lacing.length : end + 1).reduce((sum, value) => sum + value, 0)
}

/**
 * The packets of a stream behind its first page, up to the one with which `isEnough` is content, as groups of pages. Throws
 * MALFORMED_FILE where a page is missing or the pages do not fit together.
 */
export function readHeaders(
  source: ByteSource,
  first: OggPage,
  isEnough: (packets: readonly Uint8Array[]) => boolean,
): PageGroup[] {
  const groups: PageGroup[] = []
  const packets: Uint8Array[] = []
  let pages: OggPage[] = []
  let grouped = 0
  let parts: Uint8Array[] = []
  let size = 0
  let at = pageEnd(first)
  for (let seen = 0; seen < mostHeaderPages; seen++) {
    const page = demandPage(source, at)
    at = pageEnd(page)
    if (page.serial !== first.serial) continue
    demandSuccessor(pages.at(-1), page, parts.length > 0)
    pages.push(page)
    size += page.body.length
    if (size > readLimit) throw oggDamage('Its headers claim more bytes than any tag needs')
    const body = source.read(page.body.offset, page.body.length)
    let from = 0
    let to = 0
    for (const [i, value] of page.lacing.entries()) {
      to += value
      if (value === 255) continue
      packets.push(Buffer.concat([...parts, body.subarray(from, to)]))
      parts = []
      from = to
      const enough = isEnough(packets)
      if (enough || i === page.lacing.length - 1) {
        groups.push({
          pages,
          packets: packets.slice(grouped),
          restLacing: page.lacing.subarray(i + 1),
          rest: body.subarray(to),
        })
        if (enough) return groups
        pages = []
        grouped = packets.length
      }
    }
    if (to > from) parts.push(body.subarray(from, to))
  }
  throw oggDamage('No end of its headers is in sight')
}

/** A page must follow the one before, and say so, when a packet runs over its start. */
function demandSuccessor(before: OggPage | undefined, page: OggPage, inPacket: boolean): void {
  const follows = !before || page.sequence === (before.sequence + 1) >>> 0
  const starts = page.flags & pageFlags.first
  const continues = (page.flags & pageFlags.continued) !== 0
  if (starts || !follows || (before && continues !== inPacket)) throw oggDamage('A page of its headers is missing')
}

/** Whether all pages of the groups have the checksum that belongs to their bytes. */
export function haveRightChecksums(source: ByteSource, groups: readonly PageGroup[]): boolean {
  return groups.every(group => group.pages.every(page => hasRightChecksum(source, page)))
}
