import { workerData } from 'piscina'
import type { Sum } from '../catalogue/duplicates/sums.ts'
import { type FolderOutcome, type FolderTask, runFolderTask } from '../changes/folder-task.ts'
import { runTrackTask, type TrackOutcome, type TrackTask } from '../changes/track-task.ts'
import { trashOf } from '../changes/trash.ts'
import { splitTrashed } from '../changes/trash-place.ts'
import { type Journal, openJournal } from '../files/journal.ts'
import { type Emptied, emptyTrash as emptyTrashAt, tidyTrash as tidyTrashAt } from '../files/trash.ts'
import { type KnownFolder, listTracks, readFolder } from '../library/browse.ts'
import { encodeName, type LibraryPath } from '../library/paths.ts'
import { type SumsInput, sumTracks } from '../library/payload.ts'
import { packAnswers, type ReadAnswer } from '../library/reading.ts'
import { failedReading, readForCatalogue, readPicture, readTrack } from '../library/track.ts'
import { compareRevisions, folderTimes as lookAtTimes, type WalkedFolder, walkFolders } from '../library/walk.ts'
import type { Folder } from '../schemas/folder.ts'
import type { Track } from '../schemas/track.ts'
import type { CodecOptions } from '../tags/containers/container.ts'

import { type Answer, answer, type Timed } from './answer.ts'

/* What runs in the pool: all work on files, with synchronous reads and writes. Inputs and outputs are plain data. */

/** What every thread of the pool is given. */
export interface ThreadData {
  readonly stateDir: string | null
}

interface Place {
  readonly root: Uint8Array
  readonly path: LibraryPath
}
type TrackPlace = Place & { readonly options: CodecOptions }

export interface ReadInput {
  readonly root: Uint8Array
  readonly options: CodecOptions
  readonly paths: readonly LibraryPath[]
}
interface CompareInput {
  readonly root: Uint8Array
  readonly tracks: ReadonlyArray<{ readonly path: LibraryPath; readonly revision: string }>
}

export const folder = ({ root, path, known }: Place & { known: readonly KnownFolder[] }): Promise<Answer<Folder>> =>
  answer(() => readFolder(Buffer.from(root), path, known))

export const tracks = ({ root, path, recursive }: Place & { recursive: boolean }): Promise<Answer<LibraryPath[]>> =>
  answer(() => listTracks(Buffer.from(root), path, recursive))

async function readTracks({ root, paths, options }: ReadInput): Promise<ReadAnswer[]> {
  const rootBytes = Buffer.from(root)
  const found: ReadAnswer[] = []
  for (const path of paths) {
    try {
      found.push(await readForCatalogue(rootBytes, path, options))
    } catch (error) {
      found.push(failedReading(rootBytes, path, error) ?? 'gone')
    }
  }
  return found
}

/** Readings in the order of the paths. */
export const read = (input: ReadInput & Timed): Promise<Answer<ReadAnswer[]>> => answer(() => readTracks(input), input)

/** The same as text for the catalogue. */
export const readPacked = (input: ReadInput & Timed): Promise<Answer<string>> =>
  answer(async () => packAnswers(input.paths, await readTracks(input)), input)

/** Looks at folders without opening a track. */
export const walk = ({
  root,
  paths,
}: {
  root: Uint8Array
  paths: readonly LibraryPath[]
}): Promise<Answer<WalkedFolder[]>> => answer(() => walkFolders(Buffer.from(root), paths))

/** Modification times of folders (see folderTimes). */
export const folderTimes = ({
  root,
  paths,
}: {
  root: Uint8Array
  paths: readonly LibraryPath[]
}): Promise<Answer<(string | null)[]>> => answer(() => lookAtTimes(Buffer.from(root), paths))

/** Which tracks are still in the revision that is known of them. */
export const compare = ({ root, tracks: known }: CompareInput): Promise<Answer<boolean[]>> =>
  answer(() => compareRevisions(Buffer.from(root), known))

/** The sums of tracks' audio; those that are gone are left out. */
export const sums = (input: SumsInput & Timed): Promise<Answer<Sum[]>> => answer(() => sumTracks(input), input)

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

export const folderWork = (task: FolderTask): Promise<Answer<FolderOutcome>> =>
  answer(() => runFolderTask(task, threadJournal))

interface EmptyInput {
  readonly root: Uint8Array
  /** The folder that holds the trash. */
  readonly top: LibraryPath
  readonly before: number
  readonly limit: number
}

/** A step of emptying a trash. */
export const emptyTrash = ({ root, top, before, limit }: EmptyInput): Promise<Answer<Emptied>> =>
  answer(() => emptyTrashAt(trashOf(Buffer.from(root), top), Buffer.from(root), before, limit))

/** Removes the empty folders from which things came back. */
export const tidyTrash = ({
  root,
  paths,
}: {
  root: Uint8Array
  paths: readonly LibraryPath[]
}): Promise<Answer<void>> =>
  answer(() => {
    for (const path of paths) {
      const { top, names } = splitTrashed(path)
      tidyTrashAt(Buffer.from(root), trashOf(Buffer.from(root), top), names.map(encodeName))
    }
  })
