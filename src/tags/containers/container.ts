import type { ByteSource } from '../../files/source.ts'
import type { Piece, Range, Splice } from '../../files/splice.ts'
import type { Audio } from '../../schemas/track.ts'
import type { PatchedBlock, TagBlock } from '../items.ts'

/** Settings of the library that a codec needs: the version of ID3v2 for files without a tag. */
export interface CodecOptions {
  readonly id3Version: 3 | 4
}

/** A file taken apart: its tag blocks and how to put changed ones back. */
export interface TagFile {
  /** `MP3`, `FLAC` … */
  readonly container: string
  /** The blocks in the file, the one that a reader believes first coming first. */
  readonly blocks: readonly TagBlock[]
  /** The block that gets new fields; one that is not among `blocks` would be added to the file. */
  readonly fieldBlock: TagBlock
  /** The block that gets new pictures. */
  readonly pictureBlock: TagBlock
  readonly warnings: readonly string[]
  /** The audio and all else that no edit may touch, in order. */
  readonly kept: readonly Range[]
  /**
   * What is heard, in an order that does not depend on how the file is laid out: ranges are sound, bytes say how it is to be
   * understood. Neither tags nor sizes and positions that move with them are among it.
   */
  readonly audio: Iterable<Piece>
  /** Its audio properties, where the codec has come upon them anyway; else music-metadata is asked for them. */
  readonly properties?: Audio | null
  /** The stream without the tags around and in it, where that is simple: its properties are read from it without parsing tags. */
  readonly bare?: ByteSource
  /** Bytes of audio that `bare` leaves out between its start and its end; none where it is not given. */
  readonly leftOut?: number
  /** The splices that put patched blocks in the place of the old ones. Throws a coded error where one is too large for the container. */
  rebuild(patched: ReadonlyMap<TagBlock, PatchedBlock>): Splice[]
}

export interface Container {
  readonly name: string
  /** File name extensions, lower case, without the dot. */
  readonly extensions: readonly string[]
  /** Whether the bytes behind any leading ID3v2 tags, which end at `start`, are of this container. */
  recognises(source: ByteSource, start: number): boolean
  /** Throws MALFORMED_FILE where the file cannot be edited without risk. */
  open(source: ByteSource, options: CodecOptions): TagFile
}
