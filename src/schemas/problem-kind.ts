import { type Static, Type } from 'typebox'
import { Edit } from './change.ts'
import { Page, PageQuery, PathText } from './common.ts'

/** A kind of problem that tracks may have. `server` names the media server that has a difficulty with it. */
export const ProblemKind = Type.Object({
  kind: Type.String({ description: 'stable, for scripts' }),
  label: Type.String(),
  explanation: Type.String({ description: 'what is wrong and why it matters, for a person' }),
  server: Type.Optional(Type.Enum(['Jellyfin', 'Navidrome', 'Emby'])),
  tracks: Type.Integer({ minimum: 0, description: 'how many have it' }),
  mendable: Type.Integer({ minimum: 0, description: 'of how many there are edits that would mend it' }),
})
export type ProblemKind = Static<typeof ProblemKind>

const complete = Type.Boolean({ description: 'whether all tracks are read and looked through' })

/** All kinds, also those that no track has. */
export const ProblemKinds = Type.Object({ items: Type.Array(ProblemKind), complete })
export type ProblemKinds = Static<typeof ProblemKinds>

/** A track with a problem. `edits` would mend it, and are empty where only a person can know how. */
export const TrackProblem = Type.Object({
  path: PathText,
  detail: Type.String(),
  edits: Type.Array(Edit),
})
export type TrackProblem = Static<typeof TrackProblem>

/** In path order. The items that have edits can be posted as `files` of a change, with their path and edits. */
export const TrackProblemPage = Type.Object({ ...Page(TrackProblem).properties, complete })
export type TrackProblemPage = Static<typeof TrackProblemPage>

export const ProblemParams = Type.Object({ kind: Type.String({ maxLength: 100 }) })
export const ProblemsQuery = Type.Object(
  { path: Type.Optional(PathText), limit: PageQuery.limit, cursor: Type.Optional(Type.String({ maxLength: 8192 })) },
  { additionalProperties: false },
)
