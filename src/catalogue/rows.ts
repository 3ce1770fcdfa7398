import { joinPath, type LibraryPath } from '../library/paths.ts'
import { noFacts, type TrackFacts } from '../library/reading.ts'
import type { Tags } from '../schemas/common.ts'
import type { Audio, TrackSummary } from '../schemas/track.ts'

/** A row as SQLite gives it. */
export type Row = Record<string, unknown>

/** The columns that `trackOf` wants, of `track t JOIN folder f`. */
export const trackColumns =
  't.id, f.path AS folder_path, t.name, t.revision, t.size, t.modified, t.read, t.writable, t.reason_code, t.reason_detail, t.audio, t.container, t.codec, t.lossless, t.duration, t.bitrate, t.sample_rate, t.channels, t.bits_per_sample, t.tags, t.pictures'

/** The path of a track, of a row with `folder_path` and `name`. */
export function pathOf(row: Row): LibraryPath {
  return joinPath(row.folder_path as LibraryPath, row.name as string)
}

/** The summary of a track as the catalogue remembers it. */
export function trackOf(row: Row): TrackSummary {
  return {
    path: pathOf(row),
    name: row.name as string,
    revision: row.revision as string,
    size: row.size as number,
    modified: new Date(row.modified as number).toISOString(),
    writable: row.writable === 1,
    reason: row.reason_code === null ? null : { code: row.reason_code as string, detail: row.reason_detail as string },
    audio: row.audio === 1 ? audioOf(row) : null,
    tags: JSON.parse(row.tags as string) as Tags,
    pictures: row.pictures as number,
  }
}

function audioOf(row: Row): Audio {
  return {
    container: row.container as string | null,
    codec: row.codec as string | null,
    lossless: row.lossless === null ? null : row.lossless === 1,
    duration: row.duration as number | null,
    bitrate: row.bitrate as number | null,
    sampleRate: row.sample_rate as number | null,
    channels: row.channels as number | null,
    bitsPerSample: row.bits_per_sample as number | null,
  }
}

/** What was noticed in a track, of a row with `facts`. */
export function factsOf(row: Row): TrackFacts {
  return row.facts === null ? noFacts : (JSON.parse(row.facts as string) as TrackFacts)
}
