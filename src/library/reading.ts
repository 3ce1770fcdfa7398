import type { PictureType } from '../schemas/picture.ts'
import type { TrackSummary } from '../schemas/track.ts'
import type { BlockDisagreement } from '../tags/read.ts'
import type { LibraryPath } from './paths.ts'

/** A picture of a track without its bytes. Width and height in pixels, null where it is no image that we know. */
export interface PictureFacts {
  readonly type: PictureType
  readonly mime: string
  readonly width: number | null
  readonly height: number | null
  readonly bytes: number
  readonly sha256: string
}

/** What is noticed in a file while it is read, besides what its summary tells. */
export interface TrackFacts {
  readonly pictures: readonly PictureFacts[]
  /** Where an older tag (ID3v1, or APEv2 beside ID3v2) says something else than the first one. */
  readonly disagreements: readonly BlockDisagreement[]
  /** The extension that its content asks for, where its name has another one. */
  readonly extension: string | null
}

/** All that the catalogue keeps of a track. */
export interface TrackReading {
  readonly summary: TrackSummary
  readonly facts: TrackFacts
}

/** What became of a track that was to be read: what it holds now, or that it is gone. */
export type ReadAnswer = TrackReading | 'gone'

/** The answers of a batch as the catalogue takes them. */
export interface PackedAnswers {
  readonly readings: readonly TrackReading[]
  readonly lost: readonly LibraryPath[]
}

/** Answers in the order of `paths` as one text: it crosses threads at the cost of a copy, where objects are taken apart and put together each time. */
export function packAnswers(paths: readonly LibraryPath[], answers: readonly ReadAnswer[]): string {
  const readings = answers.filter(answer => answer !== 'gone')
  const lost = paths.filter((_, i) => answers[i] === 'gone')
  return JSON.stringify({ readings, lost } satisfies PackedAnswers)
}

export const noFacts: TrackFacts = { pictures: [], disagreements: [], extension: null }
