import { CodedError } from '../errors.ts'
import { newBatch } from '../files/trash.ts'
import type { Library } from '../library/library.ts'
import { joinPath, type LibraryPath, nameOf, parentOf, parsePath } from '../library/paths.ts'
import type { ChangeRequest, Edit, Target } from '../schemas/change.ts'
import { parseDestination } from './edits/move.ts'
import { checkVisibleName } from './edits/name.ts'
import { describeEdits, describeFolderEdits } from './label.ts'
import { type Pictures, storedPictures } from './pictures.ts'
import type { FolderJob, Task } from './task-runner.ts'
import { stemOf } from './track-place.ts'
import type { PictureBytes } from './track-task.ts'
import { isTrashed } from './trash-place.ts'

/** A request as tasks: on tracks, or on folders. */
export interface Prepared {
  readonly tracks: readonly Task[]
  readonly folders: readonly FolderJob[]
  readonly label: string
}

/** Edits by which a folder that is the target stands for itself, and not for its tracks. */
const ofFolders: ReadonlySet<Edit['op']> = new Set(['rename', 'move', 'delete', 'createFolder'])

/** What a request asks for. Throws BAD_REQUEST and, for paths that no library could have, PATH_INVALID and PATH_OUTSIDE_LIBRARY. */
export async function prepareRequest(request: ChangeRequest, library: Library, pictures: Pictures): Promise<Prepared> {
  const { label } = request
  if ('target' in request && 'folder' in request.target && request.edits.some(({ op }) => ofFolders.has(op))) {
    const { target, edits } = request
    const folders = folderJobs(request.target, edits, request.revisions)
    return { tracks: [], folders, label: label ?? describeFolderEdits(edits, nameOf(parsePath(target.folder))) }
  }
  const asked = await askedEdits(library, request)
  // Edits that many tracks share are looked at, and their pictures fetched, once.
  const used = new Map(asked.map(({ edits }) => [edits, [] as PictureBytes[]]))
  for (const edits of used.keys()) {
    demandSense(edits)
    used.set(edits, picturesOf(edits, pictures))
  }
  const batch = newBatch()
  const departing = departures(asked)
  const tracks = asked.map(
    ({ path, expected, edits }): Task => ({
      path,
      expected,
      work: { kind: 'edits', edits },
      sideFiles: { departing: departing.get(path) ?? [] },
      batch,
      pictures: used.get(edits) ?? [],
    }),
  )
  return { tracks, folders: [], label: label ?? describeEdits([...used.keys()].flat(), tracks.length) }
}

/** Throws for edits of tracks that make no sense, whatever the track. */
function demandSense(edits: readonly Edit[]): void {
  for (const edit of edits) {
    if (edit.op === 'move') parseDestination(edit.to)
    if (edit.op === 'delete' && edits.length > 1)
      throw bad('What is deleted cannot be edited as well: delete is the only edit of its request.')
    if (edit.op === 'createFolder') throw bad('A folder is made in a folder: give that as the target.')
  }
}

/**
 * For each track that goes elsewhere, the ones of the same name but for the extension that go before it: only with the last of them do the
 * files go that share the name. A change looks for itself whether they are gone; a plan has to be told.
 */
function departures(asked: readonly Asked[]): Map<LibraryPath, string[]> {
  const departed = new Map<string, string[]>()
  const before = new Map<LibraryPath, string[]>()
  for (const { path, edits } of asked) {
    if (!edits.some(({ op }) => ofFolders.has(op))) continue
    const key = joinPath(parentOf(path), stemOf(nameOf(path)))
    const names = departed.get(key) ?? []
    before.set(path, [...names])
    departed.set(key, [...names, nameOf(path)])
  }
  return before
}

function folderJobs(
  target: { folder: string; recursive?: boolean },
  edits: readonly Edit[],
  revisions: object | undefined,
): FolderJob[] {
  const path = parsePath(target.folder)
  if (!edits.every(({ op }) => ofFolders.has(op)))
    throw bad('Edits of the folder itself and edits of the tracks in it are two requests: make one after the other.')
  if (revisions) throw bad('Revisions are for tracks: a folder has none.')
  if (target.recursive) throw bad('A folder is moved or deleted with all that is in it; leave recursive out.')
  if (isTrashed(path)) throw new CodedError('TRASHED', 'It is in the trash; undo what deleted it to have it back.')
  if (edits.some(({ op }) => op === 'createFolder')) return newFolders(path, edits)
  if (path === '') throw bad('The library itself cannot be renamed, moved or deleted; name a folder in it.')
  if (edits.some(({ op }) => op === 'delete')) {
    if (edits.length > 1) throw bad('What is deleted cannot be moved as well: delete is the only edit of its request.')
    return [{ path, expected: null, work: { kind: 'delete' }, batch: newBatch() }]
  }
  let to = path
  for (const edit of edits) {
    if (edit.op === 'move') to = joinPath(parseDestination(edit.to), nameOf(to))
    if (edit.op === 'rename') {
      checkVisibleName(edit.to)
      to = joinPath(parentOf(to), edit.to)
    }
  }
  return [{ path, expected: null, work: { kind: 'place', to } }]
}

function newFolders(parent: LibraryPath, edits: readonly Edit[]): FolderJob[] {
  return edits.map(edit => {
    if (edit.op !== 'createFolder') throw bad('A new folder is made in a request of its own.')
    checkVisibleName(edit.name)
    return { path: joinPath(parent, edit.name), expected: null, work: { kind: 'create' } }
  })
}

const bad = (detail: string) => new CodedError('BAD_REQUEST', detail)

/** What is asked of one track. */
interface Asked {
  readonly path: LibraryPath
  readonly edits: readonly Edit[]
  readonly expected: string | null
}

/** The tracks of a request with their edits, each track once. Throws for paths that no library could have. */
async function askedEdits(library: Library, request: ChangeRequest): Promise<Asked[]> {
  if ('files' in request) {
    const asked = request.files.map(({ path, edits, revision }) => ({
      path: parsePath(path),
      edits,
      expected: revision ?? null,
    }))
    if (new Set(asked.map(({ path }) => path)).size < asked.length)
      throw bad('A track is named twice in files; give all its edits in one place.')
    return asked
  }
  const { target, edits, revisions } = request
  const expected = new Map(Object.entries(revisions ?? {}))
  const paths = await targetPaths(library, target)
  return paths.map(path => ({ path, edits, expected: expected.get(path) ?? null }))
}

/** Paths of a target, each once. Throws for a path that no library could have, for a folder that is not there, and for a search while the library is still being read. */
async function targetPaths(library: Library, target: Target): Promise<LibraryPath[]> {
  if ('paths' in target) return [...new Set(target.paths.map(parsePath))]
  if ('q' in target) return library.find(target.q, parsePath(target.path ?? ''))
  return library.trackPaths(parsePath(target.folder), target.recursive ?? false)
}

function picturesOf(edits: readonly Edit[], pictures: Pictures): PictureBytes[] {
  return storedPictures(
    pictures,
    edits.flatMap(edit => (edit.op === 'setPicture' ? [edit.picture] : [])),
  )
}
