import { CodedError } from '../../errors.ts'
import { type ByteSource, readLimit } from '../../files/source.ts'
import { type Piece, piecesBytes, type Range, type Splice, splicedSource, splicesFor } from '../../files/splice.ts'
import { latin1 } from '../blocks/id3v2/text.ts'
import { vorbisBlockOf } from '../blocks/vorbis.ts'
import type { EmbeddedPicture, PatchedBlock, TagBlock } from '../items.ts'
import { removedFrom } from '../items.ts'
import type { CodecOptions, Container, TagFile } from './container.ts'
import { type CommentCodec, commentCodecs, commentsLength, paddedLength } from './ogg-comment.ts'
import * as flac from './ogg-flac.ts'
import { findStream, haveRightChecksums, oggDamage, readHeaders } from './ogg-headers.ts'
import { type PageGroup, replacePackets } from './ogg-layout.ts'
import {
  bodiesFrom,
  encodePage,
  keptBehind,
  lastPage,
  type OggPage,
  pageEnd,
  pageFlags,
  renumberPage,
  renumberPages,
} from './ogg-pages.ts'
import { leadingId3v2 } from './surrounding.ts'

/*
 * Ogg (RFC 3533) with Vorbis, Opus, Speex or FLAC. Only the header packets of the first such stream are ever changed; pages
 * of other streams, beside it or behind it, stay as they are. A new number of header pages changes the number and
 * checksum, eight bytes, of every page behind them.
 */

const capture = 'OggS'

/** The header packets of the stream as groups of pages, and what an edit makes of them. */
interface Headers {
  readonly name: string
  readonly first: OggPage
  readonly groups: readonly PageGroup[]
  readonly comments: Uint8Array
  /** Pictures in packets of their own. */
  readonly pictures: ReadonlyMap<EmbeddedPicture, Uint8Array>
  /** The comment packet without a comment; null where comments are not in a packet of their own. */
  readonly silent: Uint8Array | null
  /** The first packet without what an edit may change in it. */
  identification(packet: Uint8Array): Uint8Array
  /** The packets, by group, with other comments (null: the same) and without the packets of some pictures, and how many more they are. */
  replace(comments: Uint8Array | null, removed: ReadonlySet<Uint8Array>): flac.FlacHeaders
}

function readCommentHeaders(source: ByteSource, first: OggPage, codec: CommentCodec): Headers {
  const groups = readHeaders(source, first, () => true)
  const group = groups[0] as PageGroup
  const packet = group.packets[0] as Uint8Array
  const start = codec.signature.length
  if (latin1(packet.subarray(0, start)) !== codec.signature) throw noComments()
  const length = commentsLength(packet.subarray(start))
  const { fixed, paddable } = codec.tail(packet.subarray(start + length))
  return {
    name: codec.name,
    first,
    groups,
    comments: packet.subarray(start, start + length),
    pictures: new Map(),
    identification: packet => Uint8Array.from(packet),
    silent: Buffer.concat([packet.subarray(0, start), new Uint8Array(emptyComments), fixed]),
    replace(comments) {
      if (!comments) return { packets: groups.map(g => g.packets), added: 0 }
      const bare = Buffer.concat([packet.subarray(0, start), comments, fixed])
      const padding = paddable ? paddedLength(bare.length, packet.length, group) - bare.length : 0
      return { packets: [[Buffer.concat([bare, Buffer.alloc(padding)])]], added: 0 }
    },
  }
}

function readFlacHeaders(source: ByteSource, first: OggPage): Headers {
  const groups = readFlacGroups(source, first)
  const packet = groups[0]?.packets[0]
  if (!packet || !flac.isComment(packet)) throw noComments()
  return {
    name: 'Ogg FLAC',
    first,
    groups,
    comments: flac.commentsOf(packet),
    pictures: flac.picturesIn(groups),
    silent: null,
    identification: flac.withoutHeaderCount,
    replace: (comments, removed) => flac.withComments(groups, comments, removed),
  }
}

/** All header packets; where those behind the comments are damaged, the comments alone. */
function readFlacGroups(source: ByteSource, first: OggPage): PageGroup[] {
  try {
    return readHeaders(source, first, flac.endsHeaders)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return readHeaders(source, first, () => true)
  }
}

/** No vendor and no comment: two lengths of four bytes. */
const emptyComments = 8

function noComments(): CodedError {
  return oggDamage('Its first audio stream has no comment header where one has to be')
}

/** The headers of the first stream that is known. */
function openStream(source: ByteSource, start: number): Headers {
  const stream = findStream(source, start, packet => {
    const isWanted = (identification: string) => latin1(packet.subarray(0, identification.length)) === identification
    return isWanted(flac.flacIdentification)
      ? flac.flacIdentification
      : commentCodecs.find(c => isWanted(c.identification))
  })
  if (!stream) {
    throw new CodedError(
      'UNSUPPORTED_CONTAINER',
      'No Vorbis, Opus, Speex or FLAC stream was found in the Ogg file; other kinds cannot be edited.',
    )
  }
  const { page, found } = stream
  if (page.lacing.filter(value => value < 255).length !== 1 || page.lacing.at(-1) === 255) {
    throw oggDamage('The first packet of its audio does not have a page of its own')
  }
  return typeof found === 'string' ? readFlacHeaders(source, page) : readCommentHeaders(source, page, found)
}

export const ogg: Container = {
  name: 'Ogg',
  extensions: ['ogg', 'oga', 'opus', 'spx'],
  recognises: (source, start) =>
    start + capture.length <= source.size && latin1(source.read(start, capture.length)) === capture,
  open: openOgg,
}

function openOgg(source: ByteSource, _options: CodecOptions): TagFile {
  const start = leadingId3v2(source).at(-1) ?? 0
  const headers = openStream(source, start)
  const vorbis = vorbisBlockOf(headers.comments)
  const packets = pictureBlock(headers.pictures)
  let found: ReturnType<typeof bareStream> | null = null
  const bare = () => (found ??= bareStream(source, headers))
  return {
    container: headers.name,
    blocks: [vorbis, ...(packets ? [packets.block] : [])],
    fieldBlock: vorbis,
    pictureBlock: vorbis,
    // Asked for only where a person looks: checksums take as long as all the rest.
    get warnings() {
      return [
        ...(start > 0
          ? ['The file has an ID3v2 tag in front, where Ogg has no place for one; it is left as it is.']
          : []),
        ...(haveRightChecksums(source, headers.groups)
          ? []
          : [
              'The checksum of a header page is wrong, so that strict players reject the file; an edit would correct it.',
            ]),
      ]
    },
    get bare() {
      return bare().bare
    },
    get leftOut() {
      return bare().leftOut
    },
    get kept() {
      return keptRanges(source, start, headers)
    },
    get audio() {
      return soundOf(source, headers)
    },
    rebuild(patched) {
      const after = patched.get(vorbis)
      const removed = packets?.removed(patched.get(packets.block)) ?? new Set<Uint8Array>()
      if (!after && removed.size === 0) return []
      const comments = after ? piecesBytes(source, after.content) : null
      if (comments && comments.length > readLimit / 2) {
        throw new CodedError('VALUE_UNSUPPORTED', 'The fields and pictures of an Ogg file may take 32 MiB at most.')
      }
      return replaceHeaders(source, headers, headers.replace(comments, removed))
    },
  }
}

/** The headers without a comment, and the last page, which tells how long the stream is: what is between them is not looked at. */
function bareStream(source: ByteSource, { first, groups, silent }: Headers): { bare: ByteSource; leftOut: number } {
  const [group] = groups
  const splices = silent && group ? replacePackets(source, group, [silent], 0).splices : []
  const end = endOf(groups)
  const last = lastPage(source, end)
  if (last?.serial !== first.serial) return { bare: splicedSource(source, splices), leftOut: 0 }
  const leftOut = last.offset - end
  const flags = Uint8Array.of(last.flags | pageFlags.last)
  splices.push({ offset: end, remove: leftOut, insert: new Uint8Array(0) })
  // Many encoders do not say which page is the last.
  splices.push({ offset: last.offset + 5, remove: 1, insert: flags })
  return { bare: splicedSource(source, splices), leftOut }
}

function replaceHeaders(source: ByteSource, headers: Headers, { packets, added }: flac.FlacHeaders): Splice[] {
  const { first, groups } = headers
  const splices: Splice[] = []
  if (added !== 0) {
    const page = encodePage(first, flac.withHeaderCount(source.read(first.body.offset, first.body.length), added))
    splices.push(...splicesFor(source, { offset: first.offset, length: first.length }, [page]))
  }
  let shift = 0
  for (const [i, group] of groups.entries()) {
    const next = packets[i] ?? group.packets
    if (next.length === group.packets.length && next.every((packet, n) => packet === group.packets[n])) {
      if (shift !== 0) splices.push(...group.pages.map(page => renumberPage(page, shift)))
      continue
    }
    const laid = replacePackets(source, group, next, shift)
    splices.push(...laid.splices)
    shift += laid.added
  }
  return shift === 0 ? splices : [...splices, ...renumberPages(source, endOf(groups), first.serial, shift)]
}

function endOf(groups: readonly PageGroup[]): number {
  return pageEnd(groups.at(-1)?.pages.at(-1) as OggPage)
}

/**
 * The packets without the comments, page by page: joined they are the same however they are laid on pages. All that follows the
 * headers counts, other streams too: behind this one (a recorded radio station) they are heard.
 */
function* soundOf(source: ByteSource, { first, groups, identification }: Headers): Generator<Piece> {
  yield identification(source.read(first.body.offset, first.body.length))
  for (const { rest } of groups) yield rest
  yield* bodiesFrom(source, endOf(groups))
}

/** All but the pages of the headers, and the numbers and checksums of the pages behind them. */
function keptRanges(source: ByteSource, start: number, { first, groups }: Headers): Range[] {
  const kept: Range[] = []
  let at = start
  for (const page of [first, ...groups.flatMap(group => group.pages)]) {
    if (page.offset > at) kept.push({ offset: at, length: page.offset - at })
    at = pageEnd(page)
  }
  return [...kept, ...keptBehind(source, at, first.serial)]
}

/** The pictures in packets of FLAC, together a tag block from which they can be removed; new ones go into the comments, where every reader looks. */
function pictureBlock(
  embedded: ReadonlyMap<EmbeddedPicture, Uint8Array>,
): { block: TagBlock; removed(result: PatchedBlock | undefined): ReadonlySet<Uint8Array> } | null {
  if (embedded.size === 0) return null
  const pictures = [...embedded.keys()]
  const results = new WeakMap<PatchedBlock, ReadonlySet<Uint8Array>>()
  const block: TagBlock = {
    kind: 'picture',
    label: 'FLAC picture',
    fields: new Map(),
    pictures,
    items: () => [...embedded.values()].map(({ length }) => ({ block: 'FLAC picture', id: 'PICTURE', bytes: length })),
    patch({ pictures: patch }) {
      const gone = patch ? removedFrom(pictures, patch) : new Set<EmbeddedPicture>()
      const result: PatchedBlock = { content: [], refused: [] }
      results.set(result, new Set([...gone].map(picture => embedded.get(picture) as Uint8Array)))
      return result
    },
  }
  return { block, removed: result => (result && results.get(result)) ?? new Set() }
}
