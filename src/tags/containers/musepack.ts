import type { ByteSource } from '../../files/source.ts'
import { hasMarker, taggedStream } from './tagged-stream.ts'

/* Musepack: stream version 8 is packets behind `MPCK`, version 7 frames behind `MP+`; versions 4 to 6 have no marker. APEv2 follows. */

function isMarked(source: ByteSource, start: number, end: number): boolean {
  return hasMarker(source, start, end, ['MPCK'], 7) || hasMarker(source, start, end, ['MP+'], 28)
}

/** Versions 4 to 6 start with 32 bits: 9 of bit rate, 2 of stereo modes, 10 of version, the rest of bands and block size. */
function isUnmarked(source: ByteSource, start: number, end: number): boolean {
  if (start + 32 > end) return false
  const version = (Buffer.from(source.read(start, 4)).readUInt32LE(0) >>> 11) & 0x3ff
  return version >= 4 && version <= 6
}

export const musepack = taggedStream({
  name: 'Musepack',
  extensions: ['mpc', 'mp+', 'mpp'],
  main: 'ape',
  recognises: isMarked,
  isThere: (source, start, end) => isMarked(source, start, end) || isUnmarked(source, start, end),
})
