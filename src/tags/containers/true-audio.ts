import { hasMarker, taggedStream } from './tagged-stream.ts'

/* TrueAudio: a header of 22 bytes (TTA1) and a seek table; ID3v2 in front is the tag that its players know. */

export const trueAudio = taggedStream({
  name: 'TrueAudio',
  extensions: ['tta'],
  main: 'id3v2',
  recognises: (source, start, end) => hasMarker(source, start, end, ['TTA1', 'TTA2'], 18),
})
