import { CodedError } from '../errors.ts'
import { type Folder, openFolder } from '../files/folder.ts'
import type { Journal } from '../files/journal.ts'
import type { RecordId } from '../files/journal-record.ts'
import type { Destination } from '../files/moves.ts'
import { decodeToggle, encodeToggle, inverse, type Splice, splicedSource } from '../files/splice.ts'
import { newBatch, prepareTrash } from '../files/trash.ts'
import { demandMovable, demandWritable, type OpenTrack, type Owner, openTrack, writeTrack } from '../files/write.ts'
import { encodeName, joinPath, type LibraryPath, type Located, locate, nameOf, parentOf } from '../library/paths.ts'
import type { ChangeFile, Difference, FieldProblem } from '../schemas/change.ts'
import { damageJudge } from '../tags/audio.ts'
import type { CodecOptions, TagFile } from '../tags/containers/container.ts'
import { openTags } from '../tags/containers/registry.ts'
import { imageInfo, sha256 } from '../tags/images.ts'
import type { NewPicture } from '../tags/items.ts'
import type { AnyEdit } from './edits/apply-edit.ts'
import { emptyFile, failure, isConflict, type Outcome, statusOf } from './outcome.ts'
import { planTrack, type TrackPlan } from './plan.ts'
import {
  companionsOf,
  demandNoLink,
  findSideFiles,
  madeFolders,
  missingFolders,
  openLibraryFolder,
  pathDifferences,
  type SideFile,
  type SideFileRule,
  stemOf,
} from './track-place.ts'
import { emptiedError, isTrashed, splitTrashed, trashPlace, visible } from './trash-place.ts'

/** A picture with its bytes, as it is stored and travels to the worker that embeds it. */
export interface PictureBytes {
  readonly sha256: string
  readonly mime: string
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** The work on one track: edits to be planned and applied, or splices that turn it back (or forth) byte for byte. */
export interface TrackTask {
  readonly root: Uint8Array
  readonly path: LibraryPath
  /** The revision that the file must have; null accepts any. */
  readonly expected: string | null
  readonly work:
    | { readonly kind: 'edits'; readonly edits: readonly AnyEdit[] }
    | { readonly kind: 'splices'; readonly splices: Uint8Array; readonly differences: readonly Difference[] }
  /** Where the file is to be afterwards, for undo and redo; without it, as the edits say. */
  readonly place?: LibraryPath
  /** Which side files go along; without it, all that no other track shares. */
  readonly sideFiles?: SideFileRule
  /** The folder of the trash in which a delete puts things: one for all that a change deletes. */
  readonly batch?: string
  readonly pictures: readonly PictureBytes[]
  readonly owner: Owner
  readonly options: CodecOptions
  readonly dryRun: boolean
  /** Whether it puts back what the history could not record (see WriteRequest). */
  readonly putsBack?: boolean
  /** Names the temporaries of this run (see WriteRequest). */
  readonly session: string
}

/** Where a write happened: what the history needs to turn it back. */
export interface AppliedTrack {
  readonly undo: Uint8Array
  readonly revisionBefore: string
  readonly revision: string
  /** Where the file is now, in the trash perhaps. */
  readonly path: LibraryPath
  /** The journal's record, to be settled with the history's entry. */
  readonly journalId: RecordId | null
  readonly removed: readonly PictureBytes[]
  /** What ends the names of the side files that went along. */
  readonly sideEnds: readonly string[]
}

export type TrackOutcome = Outcome<AppliedTrack>

/** Plans a track and, unless it is a dry run, writes it. Never throws for what is wrong with the track: the outcome says it. */
export async function runTrackTask(task: TrackTask, journal: () => Journal | null): Promise<TrackOutcome> {
  try {
    const root = Buffer.from(task.root)
    const located = locate(root, task.path)
    const folder = openFolder(located.folder, root)
    try {
      const track = openTrack(folder, located.name)
      try {
        return await runOnTrack(task, { located, folder, track, journal })
      } finally {
        track.close()
      }
    } finally {
      folder.close()
    }
  } catch (error) {
    return isTrashed(task.path) ? failure(task.place ?? task.path, emptiedError(error)) : failure(task.path, error)
  }
}

/** A track held open for its task. */
interface Held {
  readonly located: Located
  readonly folder: Folder
  readonly track: OpenTrack
  readonly journal: () => Journal | null
}

async function runOnTrack(task: TrackTask, held: Held): Promise<TrackOutcome> {
  const { track } = held
  const { path, expected, work } = task
  if (isTrashed(path) && task.place === undefined) throw new CodedError('TRASHED', inTrash)
  if (expected !== null && track.revision !== expected) {
    const error = new CodedError(
      'REVISION_CONFLICT',
      'The file is not the one that was looked at: another program or another change wrote it since.',
    )
    return failure(path, error, track.revision)
  }
  const opened = openForEdits(task, track, nameOf(path))
  const plan = planFor(task, track, opened.file)
  // A tag edit of a file that no codec opened: its reason is the answer. A move needs no codec.
  if (opened.error && (plan.patch || plan.problems.length > 0)) throw opened.error
  const file = {
    ...emptyFile(isTrashed(path) ? (task.place ?? path) : path),
    revision: track.revision,
    changes: work.kind === 'edits' ? [...plan.differences] : [...work.differences],
    problems: [...plan.problems],
    warnings: [...plan.notes],
  }
  if (plan.problems.length > 0) return { file: { ...file, ...problemStatus(plan.problems) }, applied: null, made: [] }
  const newPath = task.place ?? placeOf(task, plan)
  if (newPath === path)
    return plan.splices.length === 0
      ? { file: { ...file, changes: [] }, applied: null, made: [] }
      : finish(task, held, opened.file, { ...plan, file, newPath, sides: [], destination: null })
  return moving(task, held, newPath, (sides, destination, warnings) => {
    const changes = [...file.changes, ...pathDifferences(path, newPath, sides)]
    return finish(task, held, opened.file, {
      ...plan,
      file: { ...file, changes, warnings: [...file.warnings, ...warnings] },
      newPath,
      sides,
      destination,
    })
  })
}

const inTrash = 'It is in the trash; undo what deleted it to have it back.'

function planFor(task: TrackTask, track: OpenTrack, file: TagFile | null): TrackPlan {
  const { path, work, options } = task
  if (work.kind === 'edits') return planTrack(track.source, nameOf(path), file, work.edits, contextOf(task), options)
  const after = { name: nameOf(path), folder: null, deleted: false }
  return {
    differences: [],
    problems: [],
    splices: decodeToggle(track.source, work.splices),
    patch: null,
    notes: [],
    after,
  }
}

/** Where the edits put the track. */
function placeOf({ root, path, batch }: TrackTask, { after }: TrackPlan): LibraryPath {
  if (after.deleted) return trashPlace(Buffer.from(root), path, batch ?? newBatch())
  return joinPath(after.folder ?? parentOf(path), after.name)
}

type Work = (sides: readonly SideFile[], to: Destination | null, warnings: string[]) => Promise<TrackOutcome>

/** Finds what goes along and opens where it goes to, for the time of `work`. Null stands for the track's own folder. */
async function moving(task: TrackTask, held: Held, newPath: LibraryPath, work: Work): Promise<TrackOutcome> {
  const { located, folder } = held
  const { path, sideFiles, owner, dryRun } = task
  const root = Buffer.from(task.root)
  demandNoLink(located.linked, 'file')
  const newName = nameOf(newPath)
  const { sides, warnings } = findSideFiles(folder, nameOf(path), newName, sideFiles ?? { departing: [] })
  const target = parentOf(newPath)
  const asItWas = task.place !== undefined
  if (target === parentOf(path)) {
    const entry = { name: located.name, newName: encodeName(newName) }
    demandMovable({ folder, ...entry, destination: null, asItWas, companions: companionsOf(sides) })
    return work(sides, null, warnings)
  }
  demandWritable(folder, located.name, held.track.stats)
  if (isTrashed(newPath) && !dryRun) {
    const { top } = splitTrashed(newPath)
    warnings.push(...prepareTrash(root, top === '' ? [] : top.split('/').map(encodeName), owner))
  }
  const destination = openLibraryFolder(root, target, asItWas)
  try {
    const missing = missingFolders(target, destination)
    const entry = { name: located.name, newName: encodeName(newName) }
    demandMovable({ folder, ...entry, destination, companions: companionsOf(sides) })
    const outcome = await work(sides, destination, warnings)
    return outcome.file.status === 'applied' ? { ...outcome, made: madeFolders(root, missing, dryRun) } : outcome
  } finally {
    destination.close()
  }
}

interface ApplyPlan {
  readonly splices: readonly Splice[]
  readonly patch: { readonly pictures: { readonly removed: readonly { data(): Uint8Array }[] } | null } | null
  readonly newPath: LibraryPath
  readonly sides: readonly SideFile[]
  readonly destination: Destination | null
  readonly file: ChangeFile
}

/** Says what would be done, or does it. */
async function finish(task: TrackTask, held: Held, opened: TagFile | null, plan: ApplyPlan): Promise<TrackOutcome> {
  const { located, folder, track } = held
  demandWritable(folder, located.name, track.stats)
  if (!task.dryRun) return apply(task, held, opened, plan)
  const linked = track.stats.nlink > 1n && plan.splices.length > 0
  const warnings = linked ? ['The file has several hard links; the other names will keep the old bytes.'] : []
  const file = { ...plan.file, status: 'applied' as const, warnings: [...plan.file.warnings, ...warnings] }
  return { file, applied: null, made: [] }
}

async function apply(task: TrackTask, held: Held, opened: TagFile | null, plan: ApplyPlan): Promise<TrackOutcome> {
  const { located, folder, track } = held
  const { newPath } = plan
  const newName = nameOf(newPath)
  const undo = encodeToggle(splicedSource(track.source, plan.splices), inverse(track.source, plan.splices))
  const removed = plan.patch?.pictures?.removed.map(picture => stored(picture.data())) ?? []
  // Read before the first byte changes: a write in place changes the very file that is open.
  const judge = opened && plan.splices.length > 0 ? await damageJudge(track.source, opened, newName) : null
  const putsBack = task.putsBack ?? false
  const written = await writeTrack({
    folder,
    folderPath: located.folder,
    journal: held.journal(),
    session: task.session,
    putsBack,
    toggle: putsBack ? encodeToggle(track.source, plan.splices) : undo,
    name: located.name,
    newName: newPath === task.path ? located.name : encodeName(newName),
    destination: plan.destination,
    asItWas: task.place !== undefined,
    companions: companionsOf(plan.sides),
    track,
    splices: plan.splices,
    owner: task.owner,
    async check(source) {
      if (!judge) return
      // Our own codec once more, on what is on the disk, and then a reader that shares no code with it.
      openTags(source, newName, task.options)
      const damage = await judge(source)
      if (damage) throw new CodedError('VERIFY_FAILED', `The new file was discarded: ${damage}.`)
    },
  })
  const { revision, journalId } = written
  const file = {
    ...plan.file,
    status: 'applied' as const,
    revision: visible(newPath).length > 0 ? revision : null,
    warnings: [...plan.file.warnings, ...written.warnings],
  }
  const stem = stemOf(nameOf(task.path)).length
  const sideEnds = plan.sides.map(side => side.name.slice(stem))
  const applied = { undo, revisionBefore: track.revision, revision, path: newPath, journalId, removed, sideEnds }
  return { file, applied, made: [] }
}

/** A picture of the file as the history keeps it, for an undo that has to put it back by value. */
function stored(data: Uint8Array): PictureBytes {
  const info = imageInfo(data) ?? { mime: 'application/octet-stream', width: 0, height: 0 }
  return { sha256: sha256(data), ...info, data: Buffer.from(data) }
}

/** The file taken apart, or why it cannot be. */
function openForEdits(
  task: TrackTask,
  track: OpenTrack,
  name: string,
): { file: TagFile | null; error: CodedError | null } {
  if (task.work.kind === 'splices') return { file: null, error: null }
  try {
    return { file: openTags(track.source, name, task.options), error: null }
  } catch (error) {
    if (error instanceof CodedError) return { file: null, error }
    throw error
  }
}

function contextOf({ pictures }: TrackTask) {
  return {
    picture(sha: string, type: number, description: string): NewPicture | undefined {
      const found = pictures.find(picture => picture.sha256 === sha)
      return (
        found && { type, description, mime: found.mime, width: found.width, height: found.height, data: found.data }
      )
    },
  }
}

function problemStatus(problems: readonly FieldProblem[]): Pick<ChangeFile, 'status' | 'error'> {
  const first = problems.find(problem => !isConflict(problem.code)) ?? (problems[0] as FieldProblem)
  return { status: statusOf(first.code), error: { code: first.code, detail: `${first.field}: ${first.detail}` } }
}
