import { CodedError } from '../../errors.ts'
import { type ByteSource, subSource } from '../../files/source.ts'
import type { Container } from './container.ts'
import { readSurroundingTags } from './surrounding.ts'

/* MPEG-1/2/2.5 audio (ISO/IEC 11172-3 §2.4.1.3): a bare sequence of frames between ID3v2 in front and APE and ID3v1 behind. */

const bitrates: Readonly<Record<string, readonly number[]>> = {
  // kbit/s by version 1 or 2 and layer
  '1.1': [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1.2': [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1.3': [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2.1': [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2.2': [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}
const sampleRates: Readonly<Record<number, readonly number[]>> = {
  3: [44100, 48000, 32000],
  2: [22050, 24000, 16000],
  0: [11025, 12000, 8000],
}

interface MpegFrame {
  /** Bytes, header included. */
  readonly length: number
  /** What all frames of a stream share: version, layer and sample rate. */
  readonly kind: number
}

/** The frame whose header is the four bytes at `at`, or null where they are none. */
function frameAt(b: Uint8Array, at: number): MpegFrame | null {
  const [b0 = 0, b1 = 0, b2 = 0] = [b[at], b[at + 1], b[at + 2]]
  if (b0 !== 0xff || (b1 & 0xe0) !== 0xe0) return null
  const version = (b1 >> 3) & 3
  const layer = 4 - ((b1 >> 1) & 3)
  const rates = sampleRates[version]
  const sampleRate = rates?.[(b2 >> 2) & 3]
  if (!rates || layer === 4 || sampleRate === undefined) return null
  const table = bitrates[version === 3 ? `1.${layer}` : layer === 1 ? '2.1' : '2.2']
  const bitrate = table?.[(b2 >> 4) - 1]
  if (bitrate === undefined) return null
  const padding = (b2 >> 1) & 1
  const samples = layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152
  const length =
    layer === 1
      ? (Math.floor((12_000 * bitrate) / sampleRate) + padding) * 4
      : Math.floor((samples * 125 * bitrate) / sampleRate) + padding
  return { length, kind: (version << 8) | (layer << 4) | ((b2 >> 2) & 3) }
}

const searchLimit = 256 * 1024
const window = 16 * 1024

/** Offset of the first of three frames in a row (fewer where the stream ends), or -1 where `from` is followed by none within 256 KiB. */
export function findFrames(source: ByteSource, from: number, end: number): number {
  const limit = Math.min(end, from + searchLimit)
  for (let at = from; at + 4 <= limit; at += window) {
    const bytes = source.read(at, Math.min(window + 3, end - at))
    for (let i = bytes.indexOf(0xff); i >= 0 && i < window; i = bytes.indexOf(0xff, i + 1)) {
      if (i + 4 <= bytes.length && frameAt(bytes, i) && leadsOn(source, at + i, end)) return at + i
    }
  }
  return -1
}

function leadsOn(source: ByteSource, first: number, end: number): boolean {
  let at = first
  let kind = -1
  for (let i = 0; i < 3; i++) {
    // A stream cut off in its last frame is still a stream, if it had one before.
    if (at + 4 > end) return i > 0
    const frame = frameAt(source.read(at, 4), 0)
    if (!frame || (kind >= 0 && frame.kind !== kind)) return false
    kind = frame.kind
    at += frame.length
  }
  return true
}

export const mpeg: Container = {
  name: 'MP3',
  extensions: ['mp3', 'mp2', 'mp1', 'mpga'],
  recognises: (source, start) => findFrames(source, start, source.size) >= 0,
  open(source, options) {
    const tags = readSurroundingTags(source, options)
    const firstFrame = findFrames(source, tags.start, tags.end)
    if (firstFrame < 0) {
      throw new CodedError(
        'MALFORMED_FILE',
        'No MPEG audio was found in the file; it is empty, cut short, or not what its name says.',
      )
    }
    const { id3v2, ape, id3v1, newId3v2 } = tags
    const block = id3v2 ?? newId3v2
    return {
      container: 'MP3',
      blocks: [id3v2, ape, id3v1].filter(b => b !== null),
      fieldBlock: block,
      pictureBlock: block,
      warnings: tags.warnings,
      kept: [{ offset: tags.start, length: tags.end - tags.start }],
      // What stands before the first frame is what is left of another tag.
      audio: [{ offset: firstFrame, length: tags.soundEnd - firstFrame }],
      bare: subSource(source, tags.start, tags.end - tags.start),
      rebuild: tags.rebuild,
    }
  },
}
