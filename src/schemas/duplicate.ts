import { type Static, Type } from 'typebox'
import { ChangeRequest } from './change.ts'
import { Nullable, Page, PathText, Tags } from './common.ts'
import { Audio } from './track.ts'

/** `audio`: what is stored of the sound is the same, byte for byte. `recording`: tags and duration say so. */
export const DuplicateKind = Type.Enum(['audio', 'recording'])
export type DuplicateKind = Static<typeof DuplicateKind>

/** One of several copies. In a tie nothing tells it from the best one. */
export const DuplicateTrack = Type.Object({
  path: PathText,
  folder: PathText,
  revision: Type.String(),
  size: Type.Integer({ description: 'bytes' }),
  modified: Type.String({ description: 'ISO 8601, UTC' }),
  audio: Nullable(Audio),
  /** Artist, title and album, where they are set. */
  tags: Tags,
  fields: Type.Integer({ minimum: 0, description: 'how many fields are set' }),
  pictures: Type.Integer({ minimum: 0, description: 'how many' }),
  verdict: Type.Enum(['best', 'tie', 'worse']),
  reason: Nullable(Type.String({ description: 'why it is worse than the best' })),
  sameFileAs: Nullable(
    Type.String({
      description: 'path of the track of which this is another name (a hard link): deleting it frees nothing',
    }),
  ),
})
export type DuplicateTrack = Static<typeof DuplicateTrack>

/** Several tracks that are the same. `remove` is the body of a POST /changes that leaves the best one alone. */
export const Duplicate = Type.Object({
  tracks: Type.Array(DuplicateTrack),
  more: Type.Integer({ minimum: 0, description: 'how many further copies there are that are not listed' }),
  best: PathText,
  reasons: Type.Array(Type.String({ description: 'a sentence: why it is the best, and what it lacks' })),
  spare: Type.Integer({ minimum: 0, description: 'bytes that the change would free' }),
  remove: ChangeRequest,
})
export type Duplicate = Static<typeof Duplicate>

/** How far the audio of all tracks is compared. `failed` tracks could not be read; starting again tries them again. */
export const Hashing = Type.Object({
  state: Type.Enum(['idle', 'running']),
  done: Type.Integer({ minimum: 0 }),
  total: Type.Integer({ minimum: 0, description: 'grows when tracks turn out to begin alike' }),
  failed: Type.Integer({ minimum: 0 }),
})
export type Hashing = Static<typeof Hashing>

/** `complete`: whether all tracks are read and, by audio, compared; false means that there may be more. */
export const DuplicatePage = Type.Object({
  ...Page(Duplicate).properties,
  complete: Type.Boolean(),
  hashing: Hashing,
})
export type DuplicatePage = Static<typeof DuplicatePage>

export const DuplicatesQuery = Type.Object(
  {
    by: DuplicateKind,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    cursor: Type.Optional(Type.String({ maxLength: 8192 })),
  },
  { additionalProperties: false },
)
export type DuplicatesQuery = Static<typeof DuplicatesQuery>
