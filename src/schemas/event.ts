import { type Static, Type } from 'typebox'
import { ChangeState, Summary } from './change.ts'
import { PathText } from './common.ts'
import { Hashing } from './duplicate.ts'
import { ScanState } from './service.ts'

/**
 * Tracks that are another than they were. `paths` are all of them; the other lists tell what other programs did to them, or that it
 * was a change of ours where there are none. Names are cut at 1000: then `truncated` says so, and who needs more lists anew.
 */
const LibraryChanged = Type.Object({
  type: Type.Literal('library.changed'),
  paths: Type.Array(PathText),
  added: Type.Optional(Type.Array(PathText)),
  changed: Type.Optional(Type.Array(PathText)),
  removed: Type.Optional(Type.Array(PathText)),
  moved: Type.Optional(Type.Array(Type.Object({ from: PathText, to: PathText }))),
  truncated: Type.Optional(Type.Boolean()),
})

/** A message of the event channel. Progress comes a few times a second at the most; `done` counts tracks, whatever became of them. */
export const ServiceEvent = Type.Union([
  Type.Object({
    type: Type.Literal('change.progress'),
    id: Type.String(),
    done: Type.Integer(),
    total: Type.Integer(),
  }),
  Type.Object({ type: Type.Literal('change.done'), id: Type.String(), state: ChangeState, summary: Summary }),
  Type.Object({ type: Type.Literal('library.scan'), ...ScanState.properties }),
  Type.Object({ type: Type.Literal('duplicates.progress'), ...Hashing.properties }),
  LibraryChanged,
])
export type ServiceEvent = Static<typeof ServiceEvent>
