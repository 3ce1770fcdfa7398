import { workerData } from 'piscina'
import { runTrackTask, type TrackOutcome, type TrackTask } from '../changes/track-task.ts'
import { toReason } from '../errors.ts'
import { type Journal, openJournal } from '../files/journal.ts'
import { listTracks, readFolder } from '../library/browse.ts'
import type { LibraryPath } from '../library/paths.ts'
import { failedSummary, readPicture, readSummary, readTrack } from '../library/track.ts'
import type { Folder } from '../schemas/folder.ts'
import type { Track, TrackSummary } from '../schemas/track.ts'
import type { CodecOptions } from '../tags/containers/container.ts'

/* What runs in the pool: all work on files, with synchronous reads and writes. Inputs and outputs are plain data. */

/** What every thread of the pool is given. */
export interface ThreadData {
  readonly stateDir: string | null
}

/** An answer that crosses threads: errors lose their class on the way, so they travel as data. */
export type Answer<T> =
  | { readonly value: T }
  | { readonly error: { code: string; detail: string; stack?: string | undefined } }

interface Place {
  readonly root: Uint8Array
  readonly path: LibraryPath
}
type TrackPlace = Place & { readonly options: CodecOptions }

/** Summaries in the order of the paths: null for a track still in the known revision, absent from the library as `gone`. */
export interface SummariesInput {
  readonly root: Uint8Array
  readonly options: CodecOptions
  readonly tracks: ReadonlyArray<{ readonly path: LibraryPath; readonly known?: string }>
}
export type SummaryAnswer = TrackSummary | 'same' | 'gone'

/** Set, in memory shared with the pool, when a thread takes a task up. */
interface Timed {
  readonly started?: Int32Array
}

async function answer<T>(work: () => T | Promise<T>, { started }: Timed = {}): Promise<Answer<T>> {
  if (started) Atomics.store(started, 0, 1)
  try {
    return { value: await work() }
  } catch (error) {
    return { error: { ...toReason(error), stack: error instanceof Error ? error.stack : undefined } }
  }
}

export const folder = ({ root, path }: Place): Promise<Answer<Folder>> =>
  answer(() => readFolder(Buffer.from(root), path))

export const tracks = ({ root, path, recursive }: Place & { recursive: boolean }): Promise<Answer<LibraryPath[]>> =>
  answer(() => listTracks(Buffer.from(root), path, recursive))

export const summaries = (input: SummariesInput & Timed): Promise<Answer<SummaryAnswer[]>> =>
  answer(async () => {
    const root = Buffer.from(input.root)
    const found: SummaryAnswer[] = []
    for (const { path, known } of input.tracks) {
      try {
        found.push((await readSummary(root, path, input.options, known)) ?? 'same')
      } catch (error) {
        found.push(failedSummary(root, path, error) ?? 'gone')
      }
    }
    return found
  }, input)

export const track = (input: TrackPlace & Timed): Promise<Answer<Track>> =>
  answer(() => readTrack(Buffer.from(input.root), input.path, input.options), input)

export const picture = (
  input: TrackPlace & Timed & { index: number },
): Promise<Answer<{ mime: string; data: Uint8Array }>> =>
  answer(() => readPicture(Buffer.from(input.root), input.path, input.options, input.index), input)

let journal: Journal | null = null

/** The journal of this thread, made when its first write comes; null where the state is not durable. */
function threadJournal(): Journal | null {
  const { stateDir } = workerData as ThreadData
  if (stateDir !== null) journal ??= openJournal(stateDir)
  return journal
}

export const edit = (task: TrackTask): Promise<Answer<TrackOutcome>> => answer(() => runTrackTask(task, threadJournal))
