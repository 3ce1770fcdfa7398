import { hasMarker, taggedStream } from './tagged-stream.ts'

/* Monkey's Audio: `MAC ` (`MACF` for floating-point samples), headers that differ by version, and an APEv2 tag behind the frames. */

export const monkeysAudio = taggedStream({
  name: "Monkey's Audio",
  extensions: ['ape'],
  main: 'ape',
  recognises: (source, start, end) => hasMarker(source, start, end, ['MAC ', 'MACF'], 32),
})
