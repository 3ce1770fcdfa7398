import { type Static, Type } from 'typebox'
import { ChangeState, Summary } from './change.ts'
import { PathText } from './common.ts'
import { Hashing } from './duplicate.ts'
import { ScanState } from './service.ts'

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
  Type.Object({ type: Type.Literal('library.changed'), paths: Type.Array(PathText) }),
])
export type ServiceEvent = Static<typeof ServiceEvent>
