import { type Static, Type } from 'typebox'

export const Health = Type.Object({
  status: Type.Literal('healthy'),
  service: Type.Literal('metadata-remote'),
  version: Type.String(),
  timestamp: Type.String(),
})
export type Health = Static<typeof Health>

/**
 * How much the catalogue knows of the library. `walking`: looking at folders, `folders` so far; `reading`: reading tracks, `read` of
 * `tracks`; `ready`: at rest. `missing` tracks are not found where they were. `complete`: nothing is left to be read.
 */
export const ScanState = Type.Object({
  state: Type.Enum(['walking', 'reading', 'ready']),
  folders: Type.Integer(),
  tracks: Type.Integer(),
  read: Type.Integer(),
  missing: Type.Integer(),
  complete: Type.Boolean(),
})
export type ScanState = Static<typeof ScanState>

/** What the page needs to know of the server before anything else. */
export const Library = Type.Object({
  name: Type.String({ description: 'the last part of MUSIC_DIR' }),
  demo: Type.Boolean({ description: 'whether this is the temporary demo library' }),
  durable: Type.Boolean({ description: 'whether the history survives a restart' }),
  version: Type.String(),
  catalogue: ScanState,
})
export type Library = Static<typeof Library>
