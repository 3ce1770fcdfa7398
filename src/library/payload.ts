import type { Sum, SumRequest, SumStage } from '../catalogue/duplicates/sums.ts'
import { CodedError } from '../errors.ts'
import type { ByteSource } from '../files/source.ts'
import { openTrackToRead } from '../files/write.ts'
import type { CodecOptions } from '../tags/containers/container.ts'
import { openTags } from '../tags/containers/registry.ts'
import { type PayloadOptions, payloadHash, wholeHash } from '../tags/payload.ts'
import { type LibraryPath, locate, locatedBytes, nameOf } from './paths.ts'

/** How much of the audio its start is (bytes): where so much is the same, it is mostly one. */
const startLength = 128 * 1024

/** Tracks to be summed. `stop`, in memory shared between threads, is set to 1 to end it. */
export interface SumsInput {
  readonly root: Uint8Array
  readonly options: CodecOptions
  readonly stage: SumStage
  readonly tracks: readonly SumRequest[]
  readonly stop: Int32Array
}

/** Sums the audio of tracks, or its start. What could not be read has no sum; what is gone or was not come to is left out. */
export function sumTracks({ root, options, stage, tracks, stop }: SumsInput): Sum[] {
  const isStopped = (): boolean => Atomics.load(stop, 0) === 1
  const between = (): void => {
    if (isStopped()) throw new CodedError('CANCELLED', 'The audio is no longer to be compared.')
  }
  const how = stage === 'start' ? { between, most: startLength } : { between }
  return tracks.flatMap(({ id, path, revision }) => {
    if (isStopped()) return []
    try {
      const payload = readPayload(Buffer.from(root), path, options, how)
      return { id, revision: payload.revision, sum: payload.sum ?? '' }
    } catch (error) {
      const gone = ['ENOENT', 'CANCELLED', 'TRACK_NOT_FOUND'].includes((error as NodeJS.ErrnoException).code ?? '')
      return gone ? [] : { id, revision, sum: null }
    }
  })
}

/** The sum of a track's audio, in the revision that it was read in; null where it has no sound. */
interface Payload {
  readonly revision: string
  readonly sum: string | null
}

/**
 * Sums the audio of a track, or the first `most` bytes of it. One that no codec can take apart is summed whole, so that at least
 * its copies are found. Throws coded and system errors.
 */
function readPayload(root: Buffer, path: LibraryPath, options: CodecOptions, how: PayloadOptions): Payload {
  const track = openTrackToRead(locatedBytes(locate(root, path)), root)
  try {
    return { revision: track.revision, sum: sumOf(track.source, nameOf(path), options, how) }
  } finally {
    track.close()
  }
}

function sumOf(source: ByteSource, name: string, options: CodecOptions, how: PayloadOptions): string | null {
  let file: ReturnType<typeof openTags>
  try {
    file = openTags(source, name, options)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return wholeHash(source, how)
  }
  return payloadHash(source, file, how)
}
