import type { ByteSource } from '../../files/source.ts'
import { hasMarker, taggedStream } from './tagged-stream.ts'

/*
 * Bare AAC: ADTS frames (ISO/IEC 14496-3 §1.A.2.2), each with a header, or ADIF (§1.A.2.1), one header for all.
 * A tag in front is ID3v2; a new one is APEv2 behind, as readers that look for AAC at the very start of the file do not know it
 * behind a new ID3v2 tag.
 */

interface AdtsFrame {
  /** Bytes, header included. */
  readonly length: number
  /** What all frames of a stream share: version, profile, sample rate and channels. */
  readonly kind: number
}

const headerLength = 7
const sampleRates = 13
const framesInRow = 3

/** The frame whose header is at `at`: twelve set bits, layer 0 (which tells it from MPEG audio), a sample rate, a length; null where none is. */
function frameAt(source: ByteSource, at: number): AdtsFrame | null {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0] = source.read(at, headerLength)
  if (b0 !== 0xff || (b1 & 0xf6) !== 0xf0 || ((b2 >> 2) & 15) >= sampleRates) return null
  const length = ((b3 & 3) << 11) | (b4 << 3) | (b5 >> 5)
  // The private bit and the two of the copyright may differ from frame to frame.
  return length < headerLength ? null : { length, kind: (b1 << 16) | ((b2 & 0xfd) << 8) | (b3 & 0xc0) }
}

/** Whether three frames follow each other from `first` on, or fewer that end exactly where the stream ends or is cut short. */
function leadsOn(source: ByteSource, first: number, end: number): boolean {
  let at = first
  let kind = -1
  for (let i = 0; i < framesInRow; i++) {
    if (at === end) return i > 0
    if (at + headerLength > end) return i > 1
    const frame = frameAt(source, at)
    if (!frame || (kind >= 0 && frame.kind !== kind)) return false
    kind = frame.kind
    at += frame.length
  }
  return true
}

const searchLimit = 64 * 1024

/** Whether frames start at `start` or, behind the remains of something else, within 64 KiB. */
function findFrames(source: ByteSource, start: number, end: number): boolean {
  const bytes = source.read(start, Math.min(searchLimit, end - start))
  for (let i = bytes.indexOf(0xff); i >= 0; i = bytes.indexOf(0xff, i + 1)) {
    if (start + i + headerLength <= end && frameAt(source, start + i) && leadsOn(source, start + i, end)) return true
  }
  return false
}

const isAdif = (source: ByteSource, start: number, end: number): boolean => hasMarker(source, start, end, ['ADIF'], 8)

export const aac = taggedStream({
  name: 'AAC',
  extensions: ['aac', 'adts', 'adif'],
  main: 'either',
  recognises: (source, start, end) => isAdif(source, start, end) || leadsOn(source, start, end),
  isThere: (source, start, end) => isAdif(source, start, end) || findFrames(source, start, end),
})
