import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import type { Range, Splice } from '../../files/splice.ts'
import { latin1 } from '../blocks/id3v2/text.ts'
import { infoBlock } from '../blocks/info.ts'
import { openChunked, sizeSplices, type TextChunk } from './chunked.ts'
import {
  type Chunk,
  demandNothingInFront,
  riffLayout,
  safeNumber,
  startOf,
  startsAs,
  type WalkedChunks,
  walkChunks,
} from './chunks.ts'
import type { Container } from './container.ts'

/*
 * WAVE (Multimedia Programming Interface 1.0, §3) and RF64 (EBU Tech 3306), whose sizes beyond 4 GiB stand in a chunk `ds64`.
 * Tags are ID3v2 in a chunk `id3 ` and, where a file has one, LIST/INFO.
 */

const formHeaderLength = 12
/** What every kind of format chunk starts with; what may follow is an empty size or which speaker is which. */
const formatLength = 16
const unknownSize = 0xffffffff
const largeForms: readonly string[] = ['RF64', 'BW64']

function formOf(source: ByteSource): string {
  if (!startsAs(source, 0, ['RIFF', ...largeForms]) || !startsAs(source, 8, ['WAVE']))
    throw new CodedError('MALFORMED_FILE', 'The file is called a WAVE file or says it is RIFF, but it is no WAVE.')
  return latin1(source.read(0, 4))
}

/** The 64-bit sizes of RF64 (§2): of the whole, of `data`, and of other chunks by their name. */
interface LargeSizes {
  /** Where the size of the whole stands in the file. */
  readonly offset: number
  readonly whole: number
  readonly chunks: ReadonlyMap<string, number>
}

function readLargeSizes(source: ByteSource): LargeSizes {
  const [first] = walkChunks(source, riffLayout, formHeaderLength, 0).chunks
  if (first?.id !== 'ds64' || first.cut || first.body.length < 24) {
    throw new CodedError(
      'MALFORMED_FILE',
      'It says it is RF64, but has no ds64 chunk with its sizes in front; the file is damaged.',
    )
  }
  const body = Buffer.from(source.read(first.body.offset, Math.min(first.body.length, 64 * 1024)))
  const chunks = new Map([['data', safeNumber(body.readBigUInt64LE(8))]])
  const entries = body.length >= 28 ? body.readUInt32LE(24) : 0
  for (let i = 0, at = 28; i < entries && at + 12 <= body.length; i++, at += 12)
    chunks.set(body.toString('latin1', at, at + 4), safeNumber(body.readBigUInt64LE(at + 4)))
  return { offset: first.body.offset, whole: safeNumber(body.readBigUInt64LE(0)), chunks }
}

/** The format chunk, and the sound in all its chunks. Throws MALFORMED_FILE. */
function demandFormat(walked: WalkedChunks): { format: Chunk; sound: Chunk[] } {
  const format = walked.chunks.find(({ id }) => id === 'fmt ')
  const sound = walked.chunks.filter(({ id }) => id === 'data')
  if (format && !format.cut && format.body.length >= 14 && sound.length > 0) return { format, sound }
  throw new CodedError(
    'MALFORMED_FILE',
    'The file has no usable fmt and data chunks, which every WAVE file needs; it is damaged or cut short.',
  )
}

/** The LIST/INFO chunks of a file. One that cannot be read is left alone, which the file's reader should know. */
function infoChunks(source: ByteSource, chunks: readonly Chunk[], warnings: string[]): TextChunk[] {
  const texts: TextChunk[] = []
  for (const chunk of chunks) {
    const { offset, length } = chunk.body
    if (chunk.id !== 'LIST' || chunk.cut || length < 4 || latin1(source.read(offset, 4)) !== 'INFO') continue
    const block = infoBlock(source, { offset: offset + 4, length: length - 4 })
    const type = { offset, length: 4 }
    if (block) texts.push({ chunk, block, body: content => [type, ...content] })
    else warnings.push('Its LIST/INFO chunk is damaged; it is neither read nor kept in step.')
  }
  return texts
}

export const wave: Container = {
  name: 'WAV',
  extensions: ['wav', 'wave', 'bwf', 'rf64'],
  // Whatever RIFF it is: MPEG audio inside another one must not be taken for the file.
  recognises: (source, start) => startsAs(source, start, ['RIFF', ...largeForms]),
  open(source, options) {
    demandNothingInFront(source, 'WAVE')
    const form = formOf(source)
    const large = largeForms.includes(form) ? readLargeSizes(source) : null
    const declared = large?.whole ?? riffLayout.readSize(source.read(0, 8), 4)
    const walked = walkChunks(source, riffLayout, formHeaderLength, 8 + declared, (id, size) =>
      size === unknownSize ? (large?.chunks.get(id) ?? size) : size,
    )
    const { format, sound } = demandFormat(walked)
    const warnings: string[] = []
    const file = openChunked(source, options, {
      container: 'WAV',
      layout: riffLayout,
      walked,
      tagId: 'id3 ',
      tagIds: ['id3 ', 'ID3 '],
      texts: infoChunks(source, walked.chunks, warnings),
      audio: [startOf(source, format, formatLength), ...sound.map(({ body }) => body)],
      warnings,
      declared,
      putSize(size) {
        if (large) return largeSizeSplices(large, size)
        // A stream that was written without knowing its length still does not know it.
        return !walked.endIsSure && declared === unknownSize ? [] : sizeSplices(source, riffLayout, 4, size)
      },
    })
    return large ? { ...file, kept: file.kept.map(range => withoutWhole(range, large)) } : file
  },
}

/** What of a kept range stays although the size of the whole changes. */
function withoutWhole(range: Range, { offset }: LargeSizes): Range {
  return range.offset === offset ? { offset: offset + 8, length: range.length - 8 } : range
}

function largeSizeSplices({ offset }: LargeSizes, size: number): Splice[] {
  // A claim beyond any file stays as untrue as it was.
  if (!Number.isFinite(size)) return []
  const insert = Buffer.alloc(8)
  insert.writeBigUInt64LE(BigInt(size))
  return [{ offset, remove: 8, insert }]
}
