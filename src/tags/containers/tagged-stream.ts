import { CodedError } from '../../errors.ts'
import { type ByteSource, subSource } from '../../files/source.ts'
import { latin1 } from '../blocks/id3v2/text.ts'
import type { Container } from './container.ts'
import { readSurroundingTags } from './surrounding.ts'

/* Streams that have no place for tags of their own: tags stand in front and behind, and the format's habit says which is the main one. */

export interface TaggedStream {
  readonly name: string
  readonly extensions: readonly string[]
  /** The tag that its readers believe first, and that a file without it gets; `either` keeps to an ID3v2 tag that is there and adds APE. */
  readonly main: 'id3v2' | 'ape' | 'either'
  /** Whether the stream starts at `start`, looking at no more than `end`. */
  recognises(source: ByteSource, start: number, end: number): boolean
  /** For a file that is this by name only: whether a stream is there all the same. */
  isThere?(source: ByteSource, start: number, end: number): boolean
}

/** The container of such a stream. */
export function taggedStream({ name, extensions, main, recognises, isThere = recognises }: TaggedStream): Container {
  return {
    name,
    extensions,
    recognises: (source, start) => recognises(source, start, source.size),
    open(source, options) {
      const tags = readSurroundingTags(source, options)
      const { id3v2, ape, id3v1, newId3v2, newApe, start, end, soundEnd, warnings, rebuild } = tags
      if (!isThere(source, start, end)) {
        throw new CodedError(
          'MALFORMED_FILE',
          `No ${name} audio was found in the file; it is empty, cut short, or not what its name says.`,
        )
      }
      const isApe = main === 'ape' || (main === 'either' && !id3v2)
      const block = isApe ? (ape ?? newApe) : (id3v2 ?? newId3v2)
      const order = isApe ? [ape, id3v2, id3v1] : [id3v2, ape, id3v1]
      return {
        container: name,
        blocks: order.filter(each => each !== null),
        fieldBlock: block,
        pictureBlock: block,
        warnings,
        kept: [{ offset: start, length: end - start }],
        audio: [{ offset: start, length: soundEnd - start }],
        bare: subSource(source, start, end - start),
        rebuild,
      }
    },
  }
}

/** Whether one of the markers stands at `at`, and behind it as many bytes as the shortest header of the format has in all. */
export function hasMarker(
  source: ByteSource,
  at: number,
  end: number,
  markers: readonly string[],
  shortest: number,
): boolean {
  return at + shortest <= end && markers.some(marker => latin1(source.read(at, marker.length)) === marker)
}
