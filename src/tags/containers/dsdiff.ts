import { CodedError } from '../../errors.ts'
import { type ByteSource, subSource } from '../../files/source.ts'
import { openChunked, sizeSplices } from './chunked.ts'
import { type Chunk, demandNothingInFront, frm8Layout, startOf, startsAs, walkChunks } from './chunks.ts'
import type { Container } from './container.ts'

/* DSDIFF 1.5: chunks with 64-bit sizes in a FRM8. Taggers agreed on ID3v2 in a chunk `ID3 `; the format's own DIIN stays as it is. */

const formHeaderLength = 16

/** Sample rate, channels and compression, from among the properties (§3.2); some programs put tags there. */
const formatIds = ['FS  ', 'CHNL', 'CMPR']

function formatOf(source: ByteSource, { body }: Chunk): Uint8Array[] {
  const inside = subSource(source, body.offset, body.length)
  const { chunks } = walkChunks(inside, frm8Layout, Math.min(4, body.length), body.length)
  return chunks.filter(({ id }) => formatIds.includes(id)).map(chunk => startOf(inside, chunk, mostFormat))
}

const mostFormat = 4096

export const dsdiff: Container = {
  name: 'DSDIFF',
  extensions: ['dff'],
  recognises: (source, start) => startsAs(source, start, ['FRM8']),
  open(source, options) {
    demandNothingInFront(source, 'DSDIFF')
    if (!startsAs(source, 0, ['FRM8']) || !startsAs(source, 12, ['DSD ']))
      throw new CodedError(
        'MALFORMED_FILE',
        'The file is called a DSDIFF file or says it is FRM8, but it is no DSDIFF.',
      )
    const declared = frm8Layout.readSize(source.read(0, 12), 4)
    const walked = walkChunks(source, frm8Layout, formHeaderLength, 12 + declared)
    const properties = walked.chunks.find(({ id, cut }) => id === 'PROP' && !cut)
    if (!properties) {
      throw new CodedError(
        'MALFORMED_FILE',
        'The file has no PROP chunk, which every DSDIFF file needs; it is damaged or cut short.',
      )
    }
    const sound = walked.chunks.filter(({ id }) => id === 'DSD ' || id === 'DST ')
    if (sound.length === 0) {
      throw new CodedError(
        'MALFORMED_FILE',
        'No sound is found where it could be in the file; a size in it is wrong, or it is cut short.',
      )
    }
    return openChunked(source, options, {
      container: 'DSDIFF',
      layout: frm8Layout,
      walked,
      tagId: 'ID3 ',
      tagIds: ['ID3 '],
      texts: [],
      audio: [...formatOf(source, properties), ...sound.map(({ body }) => body)],
      warnings: [],
      declared,
      putSize: size => sizeSplices(source, frm8Layout, 4, size),
    })
  },
}
