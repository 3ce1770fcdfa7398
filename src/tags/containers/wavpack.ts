import { hasMarker, taggedStream } from './tagged-stream.ts'

/* WavPack 4 and 5: blocks with headers of 32 bytes, and an APEv2 tag behind them. */

export const wavpack = taggedStream({
  name: 'WavPack',
  extensions: ['wv'],
  main: 'ape',
  recognises: (source, start, end) => hasMarker(source, start, end, ['wvpk'], 32),
})
