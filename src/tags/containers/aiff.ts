import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import { latin1 } from '../blocks/id3v2/text.ts'
import { textChunkBlock } from '../blocks/text-chunk.ts'
import { openChunked, sizeSplices, type TextChunk } from './chunked.ts'
import { type Chunk, demandNothingInFront, formLayout, startOf, startsAs, walkChunks } from './chunks.ts'
import type { Container } from './container.ts'

/* AIFF 1.3 and AIFF-C: chunks in a FORM, tags as ID3v2 in a chunk `ID3 `; the format's own text chunks are kept in step. */

const formHeaderLength = 12
/** Channels, frames, bits and rate, and in AIFF-C the compression. Its name in words may follow. */
const commonLength = 22
const forms: ReadonlyMap<string, string> = new Map([
  ['AIFF', 'AIFF'],
  ['AIFC', 'AIFF-C'],
])
/** Text chunks and what they hold. A file may have several annotations, of which the first is the comment. */
const textFields: ReadonlyArray<readonly [id: string, field: string]> = [
  ['NAME', 'title'],
  ['AUTH', 'artist'],
  ['(c) ', 'copyright'],
  ['ANNO', 'comment'],
]

function containerOf(source: ByteSource): string {
  const isForm = startsAs(source, 0, ['FORM']) && source.size >= formHeaderLength
  const container = isForm ? forms.get(latin1(source.read(8, 4))) : undefined
  if (container) return container
  throw new CodedError('MALFORMED_FILE', 'The file is called an AIFF file or says it is a FORM, but it is no AIFF.')
}

function textChunks(source: ByteSource, chunks: readonly Chunk[]): TextChunk[] {
  return textFields.flatMap(([id, field]) => {
    const chunk = chunks.find(each => each.id === id && !each.cut)
    if (!chunk) return []
    const block = textChunkBlock(source, id, field, chunk.body)
    return [{ chunk, block, body: content => (content.length > 0 ? content : null) }]
  })
}

export const aiff: Container = {
  name: 'AIFF',
  extensions: ['aif', 'aiff', 'aifc'],
  recognises: (source, start) => startsAs(source, start, ['FORM']),
  open(source, options) {
    demandNothingInFront(source, 'AIFF')
    const container = containerOf(source)
    const declared = formLayout.readSize(source.read(0, 8), 4)
    const walked = walkChunks(source, formLayout, formHeaderLength, 8 + declared)
    const common = walked.chunks.find(({ id }) => id === 'COMM')
    if (!common || common.cut || common.body.length < 18) {
      throw new CodedError(
        'MALFORMED_FILE',
        'The file has no usable COMM chunk, which every AIFF file needs; it is damaged or cut short.',
      )
    }
    const sampleFrames = Buffer.from(source.read(common.body.offset + 2, 4)).readUInt32BE(0)
    const sound = walked.chunks.filter(({ id }) => id === 'SSND')
    if (sampleFrames > 0 && sound.length === 0) {
      throw new CodedError(
        'MALFORMED_FILE',
        'The file says that it has sound, but no SSND chunk is found where it could be; a size in it is wrong, or it is cut short.',
      )
    }
    return openChunked(source, options, {
      container,
      layout: formLayout,
      walked,
      tagId: 'ID3 ',
      tagIds: ['ID3 '],
      texts: textChunks(source, walked.chunks),
      audio: [startOf(source, common, commonLength), ...sound.map(({ body }) => body)],
      warnings: [],
      declared,
      putSize: size => sizeSplices(source, formLayout, 4, size),
    })
  },
}
