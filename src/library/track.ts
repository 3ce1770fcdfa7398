import { type BigIntStats, statSync } from 'node:fs'
import { platform } from 'node:os'
import { CodedError, toReason } from '../errors.ts'
import { revisionOf } from '../files/revision.ts'
import { type OpenTrack, openTrackToRead } from '../files/write.ts'
import type { Picture } from '../schemas/picture.ts'
import { pictureTypes } from '../schemas/picture-types.ts'
import type { Track, TrackSummary } from '../schemas/track.ts'
import { readAudio } from '../tags/audio.ts'
import type { CodecOptions, TagFile } from '../tags/containers/container.ts'
import { openTags, properExtension } from '../tags/containers/registry.ts'
import { imageInfo, sha256 } from '../tags/images.ts'
import type { EmbeddedPicture } from '../tags/items.ts'
import { disagreementsOf, readFields, readPictures } from '../tags/read.ts'
import { absolute, type LibraryPath, locate, locatedBytes, nameOf } from './paths.ts'
import { noFacts, type PictureFacts, type TrackFacts, type TrackReading } from './reading.ts'

/** A track opened for reading, taken apart where a codec knows how. */
interface ReadTrack {
  readonly track: OpenTrack
  readonly file: TagFile | null
  /** Why it cannot be written, where it cannot. */
  readonly reason: { code: string; detail: string } | null
}

/** Opens a track of the library for the time of `use`. Throws coded and system errors. */
async function withTrack<T>(
  root: Buffer,
  path: LibraryPath,
  options: CodecOptions,
  use: (read: ReadTrack) => Promise<T>,
): Promise<T> {
  const track = openInLibrary(root, path)
  try {
    return await use({ track, ...takeApart(track, nameOf(path), options) })
  } finally {
    track.close()
  }
}

/** Whether an open file tells where it really is; elsewhere links are followed before it is opened. */
const tellsItsPlace = platform() === 'linux'

/** Opens the file that a path leads to. Throws PATH_OUTSIDE_LIBRARY where that is not in the library. */
function openInLibrary(root: Buffer, path: LibraryPath): OpenTrack {
  if (!tellsItsPlace) return openTrackToRead(locatedBytes(locate(root, path)), root)
  try {
    return openTrackToRead(absolute(root, path), root)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOOP') throw error
    return openTrackToRead(locatedBytes(locate(root, path)), root)
  }
}

function takeApart(track: OpenTrack, name: string, options: CodecOptions): Omit<ReadTrack, 'track'> {
  try {
    return { file: openTags(track.source, name, options), reason: null }
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { file: null, reason: toReason(error) }
  }
}

async function summaryOf({ track, file, reason }: ReadTrack, path: LibraryPath): Promise<TrackSummary> {
  const name = nameOf(path)
  const readOnly = (track.stats.mode & 0o222n) === 0n
  return {
    path,
    name,
    revision: track.revision,
    size: Number(track.stats.size),
    modified: new Date(Number(track.stats.mtimeMs)).toISOString(),
    writable: file !== null && !readOnly,
    reason: reason ?? (readOnly ? { code: 'READ_ONLY', detail: 'The file is marked read-only.' } : null),
    audio: await readAudio(track.source, name, file),
    tags: file ? Object.fromEntries([...readFields(file)].map(([field, values]) => [field, [...values]])) : {},
    pictures: file ? readPictures(file).length : 0,
  }
}

/** The summary of a track of which nothing could be read but its name and state. */
export function unreadSummary(path: LibraryPath, stats: BigIntStats, reason: TrackSummary['reason']): TrackSummary {
  return {
    path,
    name: nameOf(path),
    revision: revisionOf(stats),
    size: Number(stats.size),
    modified: new Date(Number(stats.mtimeMs)).toISOString(),
    writable: false,
    reason,
    audio: null,
    tags: {},
    pictures: 0,
  }
}

/** What is known of a track that failed to be read for `error`; null where it is no longer there. */
export function failedReading(root: Buffer, path: LibraryPath, error: unknown): TrackReading | null {
  try {
    const stats = statSync(locatedBytes(locate(root, path)), { bigint: true })
    const denied = ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
    const detail = 'The server may not read the file; check its owner and mode, PUID and PGID.'
    const summary = unreadSummary(path, stats, denied ? { code: 'READ_ONLY', detail } : toReason(error))
    return { summary, facts: noFacts }
  } catch {
    return null
  }
}

/** The summary of a track, and what is noticed in it. */
export function readForCatalogue(root: Buffer, path: LibraryPath, options: CodecOptions): Promise<TrackReading> {
  return withTrack(root, path, options, async read => ({
    summary: await summaryOf(read, path),
    facts: read.file ? factsOf(read.file, nameOf(path)) : noFacts,
  }))
}

function factsOf(file: TagFile, name: string): TrackFacts {
  const pictures = readPictures(file)
  const disagreements = disagreementsOf(file)
  const extension = properExtension(file.container, name)
  if (pictures.length === 0 && disagreements.length === 0 && extension === null) return noFacts
  return { pictures: pictures.map(picture => pictureFacts(picture)), disagreements, extension }
}

/** A track in full: every item, every picture, every warning. */
export function readTrack(root: Buffer, path: LibraryPath, options: CodecOptions): Promise<Track> {
  return withTrack(root, path, options, async read => ({
    ...(await summaryOf(read, path)),
    pictures: read.file ? readPictures(read.file).map(describePicture) : [],
    items: read.file?.blocks.flatMap(block => block.items()) ?? [],
    warnings: [...(read.file?.warnings ?? [])],
  }))
}

function describePicture(picture: EmbeddedPicture, index: number): Picture {
  return { index, ...pictureFacts(picture), description: picture.description }
}

function pictureFacts(picture: EmbeddedPicture): PictureFacts {
  const data = picture.data()
  const info = imageInfo(data)
  return {
    type: pictureTypes[picture.type] ?? 'other',
    mime: info?.mime ?? (picture.mime || 'application/octet-stream'),
    width: info?.width ?? null,
    height: info?.height ?? null,
    bytes: data.length,
    sha256: sha256(data),
  }
}

/** The bytes of an embedded picture and what they are. Throws PICTURE_NOT_FOUND. */
export function readPicture(
  root: Buffer,
  path: LibraryPath,
  options: CodecOptions,
  index: number,
): Promise<{ mime: string; data: Uint8Array }> {
  return withTrack(root, path, options, async ({ file }) => {
    const picture = file && readPictures(file)[index]
    if (!picture) throw new CodedError('PICTURE_NOT_FOUND', 'The track has no picture of this number.')
    const data = picture.data()
    return { mime: imageInfo(data)?.mime ?? 'application/octet-stream', data }
  })
}
