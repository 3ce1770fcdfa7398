import { type Static, Type } from 'typebox'
import { Nullable, Page, PageQuery, PathText, Reason, Tags } from './common.ts'
import { Picture } from './picture.ts'
import { QueryText } from './query.ts'

/** Audio properties. duration in seconds, bitrate in bit/s, sampleRate in Hz; null where the file does not say. */
export const Audio = Type.Object({
  container: Nullable(Type.String()),
  codec: Nullable(Type.String()),
  lossless: Nullable(Type.Boolean()),
  duration: Nullable(Type.Number()),
  bitrate: Nullable(Type.Number()),
  sampleRate: Nullable(Type.Number()),
  channels: Nullable(Type.Number()),
  bitsPerSample: Nullable(Type.Number()),
})
export type Audio = Static<typeof Audio>

const summary = {
  path: PathText,
  name: Type.String(),
  revision: Type.String({ description: 'opaque token of the state of the file' }),
  size: Type.Integer({ description: 'bytes' }),
  modified: Type.String({ description: 'ISO 8601, UTC' }),
  writable: Type.Boolean(),
  reason: Nullable(Reason),
  audio: Nullable(Audio),
  tags: Tags,
  pictures: Type.Integer({ minimum: 0, description: 'how many' }),
}
export const TrackSummary = Type.Object(summary)
export type TrackSummary = Static<typeof TrackSummary>
/** A page of tracks. `complete` is false while tracks that were not read yet may be missing in a search or stand in the wrong place. */
export const TrackPage = Type.Object({ ...Page(TrackSummary).properties, complete: Type.Boolean() })
export type TrackPage = Static<typeof TrackPage>

/** One entry of a tag block as the file stores it. `bytes` counts its value as stored. */
export const Item = Type.Object({
  block: Type.String({ description: 'e.g. ID3v2.3, ID3v1, APEv2, Vorbis comment' }),
  id: Type.String({ description: 'native id: a frame, a key, an atom' }),
  field: Type.Optional(Type.String()),
  text: Type.Optional(Type.Array(Type.String())),
  bytes: Type.Integer({ minimum: 0 }),
})
export type Item = Static<typeof Item>

export const Track = Type.Object({
  ...summary,
  pictures: Type.Array(Picture),
  items: Type.Array(Item),
  warnings: Type.Array(Type.String()),
})
export type Track = Static<typeof Track>

/** What a list of tracks is searched by and sorted by. */
export const ListQuery = {
  q: Type.Optional(QueryText),
  sort: Type.Optional(
    Type.String({
      maxLength: 1000,
      description: 'fields or properties, as in artist,-date; path is the natural order',
    }),
  ),
}

export const TracksQuery = Type.Object(
  {
    path: Type.Optional(PathText),
    recursive: Type.Optional(Type.Boolean()),
    ...ListQuery,
    ...PageQuery,
  },
  { additionalProperties: false },
)
export type TracksQuery = Static<typeof TracksQuery>

export const TrackQuery = Type.Object({ path: PathText }, { additionalProperties: false })
export const TrackPictureQuery = Type.Object(
  { path: PathText, index: Type.Integer({ minimum: 0, maximum: 999 }) },
  { additionalProperties: false },
)
