import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import { type Piece, piecesLength, type Range, splicesFor } from '../../files/splice.ts'
import type { Audio } from '../../schemas/track.ts'
import { encodeFlacPicture, readFlacPicture } from '../blocks/flac-picture.ts'
import { latin1 } from '../blocks/id3v2/text.ts'
import { emptyVorbisBlock, vorbisBlock } from '../blocks/vorbis.ts'
import { type EmbeddedPicture, type PatchedBlock, type Refusal, removedFrom, type TagBlock } from '../items.ts'
import type { Container } from './container.ts'
import { readSurroundingTags } from './surrounding.ts'

/* Native FLAC (RFC 9639 §8): `fLaC`, metadata blocks of a four-byte header (last flag, type, size) and a body, then frames. */

const marker = 'fLaC'
const blockTypes = { streamInfo: 0, padding: 1, vorbisComment: 4, picture: 6, invalid: 127 } as const
const largestBlock = (1 << 24) - 1
const headerLength = 4
/** Padding for metadata that is written anew, so that the next edits fit (bytes), and the most that is kept when it shrinks. */
const newPadding = 4096
const mostPadding = 64 * 1024

/** More blocks than any real file has; a file of empty blocks must not cost memory without bound. */
const mostBlocks = 65_536

interface MetadataBlock {
  readonly type: number
  readonly body: Range
}

/** The metadata blocks behind the marker at `start`, and where the frames start. */
function readBlocks(source: ByteSource, start: number, end: number): { blocks: MetadataBlock[]; frames: number } {
  const blocks: MetadataBlock[] = []
  let at = start + marker.length
  for (let last = false; !last; ) {
    if (at + headerLength > end) throw damaged()
    const [flags = 0, a = 0, b = 0, c = 0] = source.read(at, headerLength)
    const length = (a << 16) | (b << 8) | c
    const type = flags & 127
    const expectsStreamInfo = blocks.length === 0
    if (
      type === blockTypes.invalid ||
      expectsStreamInfo !== (type === blockTypes.streamInfo) ||
      at + headerLength + length > end ||
      blocks.length === mostBlocks
    ) {
      throw damaged()
    }
    if (expectsStreamInfo && length < 34) throw damaged()
    blocks.push({ type, body: { offset: at + headerLength, length } })
    at += headerLength + length
    last = (flags & 128) !== 0
  }
  if (!framesFollow(source, at, end)) throw damaged()
  return { blocks, frames: at }
}

const searchLimit = 256 * 1024

/**
 * Whether a frame (fourteen set bits and a zero, §9.1) starts at or soon behind `at`. Remains of an older tag may stand before
 * it; where there is no frame at all, the size of a block was a lie.
 */
function framesFollow(source: ByteSource, at: number, end: number): boolean {
  const step = 4096
  for (let from = at; from < Math.min(end, at + searchLimit); from += step) {
    const bytes = source.read(from, Math.min(step + 1, end - from))
    for (let i = bytes.indexOf(0xff); i >= 0; i = bytes.indexOf(0xff, i + 1)) {
      if (((bytes[i + 1] ?? 0) & 0xfe) === 0xf8) return true
    }
  }
  return false
}

function damaged(): CodedError {
  return new CodedError(
    'MALFORMED_FILE',
    'The sizes of its FLAC metadata blocks do not fit together; the file is damaged or cut short.',
  )
}

export const flac: Container = {
  name: 'FLAC',
  extensions: ['flac', 'fla'],
  recognises: (source, start) => start + 4 <= source.size && latin1(source.read(start, 4)) === marker,
  open(source, options) {
    const tags = readSurroundingTags(source, options)
    if (!flac.recognises(source, tags.start)) throw damaged()
    const { blocks, frames } = readBlocks(source, tags.start, tags.end)
    const commentBlocks = blocks.filter(block => block.type === blockTypes.vorbisComment)
    const comment = commentBlocks[0]
    const vorbis = comment ? vorbisBlock(source, comment.body.offset, comment.body.length) : emptyVorbisBlock()
    const pictures = pictureBlock(source, blocks)
    const first = tags.start + marker.length
    const region = { offset: first, length: frames - first }
    return {
      container: 'FLAC',
      blocks: [...(comment ? [vorbis] : []), pictures.block, tags.id3v2, tags.ape, tags.id3v1].filter(b => b !== null),
      fieldBlock: vorbis,
      pictureBlock: pictures.block,
      warnings: [
        ...tags.warnings,
        ...(commentBlocks.length > 1
          ? ['The file has several Vorbis comment blocks; only the first is read and edited.']
          : []),
      ],
      kept: [
        ...blocks.filter(block => !replaceable.has(block.type)).map(block => block.body),
        { offset: frames, length: tags.end - frames },
      ],
      audio: [formatOf(source, blocks), { offset: frames, length: tags.soundEnd - frames }],
      properties: propertiesOf(source, blocks[0] as MetadataBlock, tags.soundEnd - frames),
      rebuild(patched) {
        const after = patched.get(vorbis)
        const images = patched.get(pictures.block)
        const splices = tags.rebuild(patched)
        if (!after && !images) return splices
        const next = rebuildBlocks(blocks, comment, after, images && pictures.patched(images))
        return [...splices, ...splicesFor(source, region, withPadding(next, region.length))]
      },
    }
  },
}

/**
 * Sample rate, channels and bits of STREAMINFO (§8.2), the only things in it that frames refer to. Not its MD5, nor its counts: programs fill them in
 * later.
 */
function formatOf(source: ByteSource, blocks: readonly MetadataBlock[]): Uint8Array {
  const { body } = blocks[0] as MetadataBlock
  const format = Uint8Array.from(source.read(body.offset + 10, 4))
  format[3] = (format[3] as number) & 0xf0
  return format
}

/** What STREAMINFO (RFC 9639 §8.2) says of `bytes` bytes of frames; null where it is none. */
function propertiesOf(source: ByteSource, { type, body }: MetadataBlock, bytes: number): Audio | null {
  if (type !== blockTypes.streamInfo || body.length !== 34) return null
  const info = source.read(body.offset + 10, 8)
  const bits = info.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n)
  const sampleRate = Number(bits >> 44n)
  const samples = Number(bits & 0xf_ffff_ffffn)
  const duration = samples > 0 && sampleRate > 0 ? samples / sampleRate : null
  return {
    container: 'FLAC',
    codec: 'FLAC',
    lossless: true,
    duration,
    bitrate: duration === null ? null : (8 * bytes) / duration,
    sampleRate,
    channels: Number((bits >> 41n) & 7n) + 1,
    bitsPerSample: Number((bits >> 36n) & 31n) + 1,
  }
}

const replaceable: ReadonlySet<number> = new Set([blockTypes.padding, blockTypes.vorbisComment, blockTypes.picture])

interface BlockToWrite {
  readonly type: number
  readonly body: readonly Piece[]
}

function rebuildBlocks(
  blocks: readonly MetadataBlock[],
  comment: MetadataBlock | undefined,
  after: PatchedBlock | undefined,
  pictures: PatchedPictures | undefined,
): BlockToWrite[] {
  const out: BlockToWrite[] = []
  const added = pictures?.added.map(body => ({ type: blockTypes.picture, body: [body] })) ?? []
  for (const block of blocks) {
    if (block.type === blockTypes.padding) continue
    if (pictures?.removed.has(block)) out.push(...added.splice(0))
    else if (block === comment && after) out.push({ type: block.type, body: after.content })
    else out.push({ type: block.type, body: [block.body] })
  }
  if (!comment && after) {
    // Where libFLAC puts it: behind what describes the stream, before the pictures.
    const at = out.findIndex(block => block.type === blockTypes.picture)
    out.splice(at < 0 ? out.length : at, 0, { type: blockTypes.vorbisComment, body: after.content })
  }
  return [...out, ...added]
}

/** Blocks with their headers, and padding that makes them as long as the old ones where it can. */
function withPadding(blocks: readonly BlockToWrite[], room: number): Piece[] {
  const bare = blocks.reduce((sum, block) => sum + headerLength + piecesLength(block.body), 0)
  const spare = room - bare - headerLength
  const exact = spare === -headerLength
  const padding = spare >= 0 && spare <= mostPadding ? spare : newPadding
  const all = exact ? blocks : [...blocks, { type: blockTypes.padding, body: [new Uint8Array(padding)] }]
  return all.flatMap((block, i) => {
    const length = piecesLength(block.body)
    if (length > largestBlock) {
      throw new CodedError('VALUE_UNSUPPORTED', 'FLAC holds at most 16 MiB of fields in a file.')
    }
    const last = i === all.length - 1 ? 128 : 0
    return [Uint8Array.of(block.type | last, length >> 16, (length >> 8) & 255, length & 255), ...block.body]
  })
}

interface PatchedPictures {
  readonly removed: ReadonlySet<MetadataBlock>
  readonly added: readonly Uint8Array[]
}

/** The picture blocks of a FLAC file, together a tag block that holds pictures only. */
function pictureBlock(
  source: ByteSource,
  blocks: readonly MetadataBlock[],
): { block: TagBlock; patched(result: PatchedBlock): PatchedPictures | undefined } {
  const embedded = new Map<EmbeddedPicture, MetadataBlock>()
  for (const block of blocks) {
    if (block.type === blockTypes.picture)
      embedded.set(readFlacPicture(source, block.body.offset, block.body.length), block)
  }
  const pictures = [...embedded.keys()]
  const results = new WeakMap<PatchedBlock, PatchedPictures>()
  const block: TagBlock = {
    kind: 'picture',
    label: 'FLAC picture',
    fields: new Map(),
    pictures,
    items: () =>
      [...embedded.values()].map(({ body }) => ({ block: 'FLAC picture', id: 'PICTURE', bytes: body.length })),
    patch({ pictures: patch }) {
      const refused: Refusal[] = []
      const removed = patch ? removedFrom(pictures, patch) : new Set<EmbeddedPicture>()
      const added = patch?.added.map(encodeFlacPicture) ?? []
      if (added.some(body => body.length > largestBlock)) {
        refused.push({
          field: 'picture',
          code: 'PICTURE_UNSUPPORTED',
          detail: 'FLAC holds pictures of at most 16 MiB.',
        })
      }
      const result: PatchedBlock = { content: [], refused }
      results.set(result, {
        removed: new Set([...removed].map(picture => embedded.get(picture) as MetadataBlock)),
        added,
      })
      return result
    },
  }
  return { block, patched: result => results.get(result) }
}
