import { type Static, Type } from 'typebox'
import { Nullable, Reason } from './common.ts'

export const Health = Type.Object({
  status: Type.Literal('healthy'),
  service: Type.Literal('metadata-remote'),
  version: Type.String(),
  timestamp: Type.String(),
})
export type Health = Static<typeof Health>

/** Whether the server can do its work, and if not, why. */
export const Ready = Type.Object({ status: Type.Literal('ready') })
export const NotReady = Type.Object({ status: Type.Literal('not ready'), reasons: Type.Array(Reason) })

/** What to do besides looking at all files. `forget`: tracks that are missing are gone for good, however many they are. */
export const ScanRequest = Type.Object({ forget: Type.Optional(Type.Boolean()) }, { additionalProperties: false })

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
  available: Type.Boolean({
    description: 'false while the library cannot be found as it was: nothing is written or forgotten then',
  }),
  reason: Nullable(Reason),
  catalogue: ScanState,
})
export type Library = Static<typeof Library>
