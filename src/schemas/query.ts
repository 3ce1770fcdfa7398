import { Type } from 'typebox'
import { longestQuery } from './query-length.ts'

/** What to look for among the tracks. */
export const QueryText = Type.String({
  maxLength: longestQuery,
  description: `Words that a track must all have, in any field, its file name or its folder; case and accents do not count.

- \`"so what"\`: these words in this order; \`-live\`: without; \`a OR b\`, \`(a OR b) c\`
- \`artist:miles\`, \`"my field":x\`, \`artist:(miles OR bill)\`: in one field; \`artist="Miles Davis"\`: the whole value
- \`date:1990..1999\`, \`date:1999-05\`, \`year:>=2000\`, \`tracknumber:1..5\`, \`bpm:>120\`
- \`bitrate:<192\` (kbit/s), \`duration:>5:00\`, \`samplerate:96k\`, \`size:>100M\`, \`channels:1\`, \`bits:24\`, \`pictures:>1\`
- \`missing:genre\`, \`has:picture\`, \`format:flac\`, \`is:lossless\`, \`is:readonly\`
- \`changed:7d\` (also h, w, m, y), \`changed:>1y\`, \`changed:2024-01-01..2024-02-01\` (UTC)
- \`filename:demo\`, \`folder:live\`, \`path:"live/01"\`

A mistake is a problem with the code QUERY_INVALID, whose \`position\` and \`length\` tell the piece that is wrong.`,
})
