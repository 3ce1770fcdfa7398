import type { ByteSource } from '../../files/source.ts'
import type { Range } from '../../files/splice.ts'
import type { TagBlock } from '../items.ts'
import { encodeText, readText } from './info.ts'

/**
 * A chunk that is one text, as AIFF has them (AIFF 1.3, text chunks: name, author, copyright, annotation), as a block of one
 * field. Its patched content is the new text; none where the field went.
 */
export function textChunkBlock(source: ByteSource, id: string, field: string, body: Range): TagBlock {
  const text = readText(source, body)
  const label = 'AIFF text'
  return {
    kind: 'info',
    label,
    fields: new Map(text === '' ? [] : [[field, [text]]]),
    pictures: [],
    items: () => [{ block: label, id, field, text: [text], bytes: body.length }],
    patch({ fields }) {
      const value = fields.get(field)?.[0]
      return { content: value === undefined ? [] : [encodeText(source, body, value)], refused: [] }
    },
  }
}
