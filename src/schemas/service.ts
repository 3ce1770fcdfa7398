import { type Static, Type } from 'typebox'

export const Health = Type.Object({
  status: Type.Literal('healthy'),
  service: Type.Literal('metadata-remote'),
  version: Type.String(),
  timestamp: Type.String(),
})
export type Health = Static<typeof Health>

/** What the page needs to know of the server before anything else. */
export const Library = Type.Object({
  name: Type.String({ description: 'the last part of MUSIC_DIR' }),
  demo: Type.Boolean({ description: 'whether this is the temporary demo library' }),
  durable: Type.Boolean({ description: 'whether the history survives a restart' }),
  version: Type.String(),
})
export type Library = Static<typeof Library>
