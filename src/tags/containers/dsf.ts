import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import { type Splice, splicedSize, splicesFor } from '../../files/splice.ts'
import { assembleId3v2, emptyShape } from '../blocks/id3v2/assemble.ts'
import { emptyId3v2Block, id3v2Block } from '../blocks/id3v2/block.ts'
import { type Id3v2Tag, id3v2LengthAt, readId3v2 } from '../blocks/id3v2/tag.ts'
import { latin1 } from '../blocks/id3v2/text.ts'
import { demandNothingInFront, safeNumber, startsAs } from './chunks.ts'
import type { Container } from './container.ts'

/* DSF (Sony, version 1.01): a header with the file's size and a pointer to an ID3v2 tag at its end, then the chunks `fmt ` and `data`. */

const headerLength = 28
const chunkHeaderLength = 12
/** Of the chunk `fmt `, with its header; the rest of a longer one is unknown. */
const formatLength = 52

function demandDsf(source: ByteSource): void {
  if (startsAs(source, 0, ['DSD ']) && source.size >= headerLength && uint64(source, 4) === headerLength) return
  throw new CodedError('MALFORMED_FILE', 'The file is called a DSF file or starts as one, but it is none.')
}

const uint64 = (source: ByteSource, at: number): number =>
  safeNumber(Buffer.from(source.read(at, 8)).readBigUInt64LE(0))

/** Where the chunk of this name that has to start at `at` ends; its size counts its header. Throws MALFORMED_FILE. */
function endOf(source: ByteSource, id: string, at: number): number {
  const isThere = at + chunkHeaderLength <= source.size && latin1(source.read(at, 4)) === id
  const end = isThere ? at + uint64(source, at + 4) : 0
  if (end >= at + chunkHeaderLength && end <= source.size) return end
  throw new CodedError(
    'MALFORMED_FILE',
    isThere
      ? `Its ${id.trim()} chunk claims more bytes than the file has; the file is damaged or cut short.`
      : `It has no ${id.trim()} chunk where a DSF file must have it; it is damaged or cut short.`,
  )
}

/** The tag that the header points at; null where it points nowhere. Throws MALFORMED_FILE for a pointer that leads astray. */
function readTag(source: ByteSource, pointer: number, dataEnd: number): Id3v2Tag | null {
  if (pointer === 0 || pointer === source.size) return null
  if (pointer < dataEnd || pointer > source.size || id3v2LengthAt(source, pointer) === 0) {
    throw new CodedError(
      'MALFORMED_FILE',
      `Its header says that a tag stands at ${pointer} bytes, where there is none; another program damaged the file.`,
    )
  }
  return readId3v2(source, pointer)
}

export const dsf: Container = {
  name: 'DSF',
  extensions: ['dsf'],
  recognises: (source, start) => startsAs(source, start, ['DSD ']),
  open(source, options) {
    demandNothingInFront(source, 'DSF')
    demandDsf(source)
    const dataStart = endOf(source, 'fmt ', headerLength)
    const dataEnd = endOf(source, 'data', dataStart)
    const format = Uint8Array.from(source.read(headerLength, Math.min(formatLength, dataStart - headerLength)))
    const tag = readTag(source, uint64(source, 20), dataEnd)
    const block = tag ? id3v2Block(tag) : emptyId3v2Block(options.id3Version)
    const region = { offset: tag?.offset ?? source.size, length: tag?.length ?? 0 }
    return {
      container: 'DSF',
      blocks: tag ? [block] : [],
      fieldBlock: block,
      pictureBlock: block,
      warnings: [],
      kept: [{ offset: headerLength, length: dataEnd - headerLength }],
      audio: [format, { offset: dataStart + chunkHeaderLength, length: dataEnd - dataStart - chunkHeaderLength }],
      rebuild(patched) {
        const after = patched.get(block)
        if (!after) return []
        const shape = tag ?? emptyShape(options.id3Version)
        const splices = splicesFor(source, region, assembleId3v2(source, shape, after.content, region.length))
        return [...headerSplices(source, splicedSize(source.size, splices), region.offset), ...splices]
      },
    }
  },
}

/** The size of the whole file and the pointer to the tag, in bytes 12 to 28 of the header. */
function headerSplices(source: ByteSource, size: number, pointer: number): Splice[] {
  const insert = Buffer.alloc(16)
  insert.writeBigUInt64LE(BigInt(size))
  insert.writeBigUInt64LE(BigInt(pointer), 8)
  return splicesFor(source, { offset: 12, length: insert.length }, [insert])
}
