import { CodedError, type ErrorCode, toReason } from '../errors.ts'
import { type Folder, openFolder } from '../files/folder.ts'
import type { Journal, RecordId } from '../files/journal.ts'
import { demandFree } from '../files/rename.ts'
import { decodeToggle, encodeToggle, inverse, type Splice, splicedSource } from '../files/splice.ts'
import { demandWritable, type OpenTrack, type Owner, openTrack, writeTrack } from '../files/write.ts'
import { encodeName, joinPath, type LibraryPath, type Located, locate, nameOf, parentOf } from '../library/paths.ts'
import type { ChangeFile, Difference, FieldProblem, FileStatus } from '../schemas/change.ts'
import { damageJudge } from '../tags/audio.ts'
import type { CodecOptions, TagFile } from '../tags/containers/container.ts'
import { openTags } from '../tags/containers/registry.ts'
import { imageInfo, sha256 } from '../tags/images.ts'
import type { NewPicture } from '../tags/items.ts'
import type { AnyEdit } from './edits/apply-edit.ts'
import { planTrack } from './plan.ts'

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
    | {
        readonly kind: 'splices'
        readonly splices: Uint8Array
        readonly name: string
        readonly differences: readonly Difference[]
      }
  readonly pictures: readonly PictureBytes[]
  readonly owner: Owner
  readonly options: CodecOptions
  readonly dryRun: boolean
  /** Whether it puts back what the history could not record (see WriteRequest). */
  readonly putsBack?: boolean
  /** Names the temporaries of this run (see WriteRequest). */
  readonly session: string
}

export interface TrackOutcome {
  readonly file: ChangeFile
  /** Where a write happened: what the history needs to turn it back. */
  readonly applied: {
    readonly undo: Uint8Array
    readonly revisionBefore: string
    readonly path: LibraryPath
    /** The journal's record of a write in place, to be settled with the history's entry. */
    readonly journalId: RecordId | null
    readonly removed: readonly PictureBytes[]
  } | null
  /** What went wrong inside, for the log. */
  readonly fault?: string
}

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
    return failure(task.path, error)
  }
}

/** The outcome of a track whose task threw. */
export function failure(path: LibraryPath, error: unknown, revision: string | null = null): TrackOutcome {
  const reason = toReason(error)
  const file = { ...emptyFile(path), revision, status: statusOf(reason.code), error: reason }
  const hidden = reason.code === 'INTERNAL' || reason.code === 'IO_ERROR'
  return {
    file,
    applied: null,
    ...(hidden ? { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) } : {}),
  }
}

const emptyFile = (path: LibraryPath): ChangeFile => ({
  path,
  status: 'unchanged',
  revision: null,
  changes: [],
  problems: [],
  warnings: [],
  error: null,
})

const failed: ReadonlySet<string> = new Set<ErrorCode>([
  'IO_ERROR',
  'INTERNAL',
  'NO_SPACE',
  'VERIFY_FAILED',
  'CANCELLED',
])
const conflicts: ReadonlySet<string> = new Set<ErrorCode>(['REVISION_CONFLICT', 'VALUE_CONFLICT'])

function statusOf(code: string): FileStatus {
  return failed.has(code) ? 'failed' : conflicts.has(code) ? 'conflict' : 'refused'
}

/** A track held open for its task. */
interface Held {
  readonly located: Located
  readonly folder: Folder
  readonly track: OpenTrack
  readonly journal: () => Journal | null
}

async function runOnTrack(task: TrackTask, held: Held): Promise<TrackOutcome> {
  const { located, folder, track } = held
  const { path, expected, work, options } = task
  if (expected !== null && track.revision !== expected) {
    const error = new CodedError(
      'REVISION_CONFLICT',
      'The file is not the one that was looked at: another program or another change wrote it since.',
    )
    return failure(path, error, track.revision)
  }
  const name = nameOf(path)
  const opened = openForEdits(task, track, name)
  const plan =
    work.kind === 'edits'
      ? planTrack(track.source, name, opened.file, work.edits, contextOf(task), options)
      : {
          differences: work.differences,
          problems: [],
          splices: decodeToggle(track.source, work.splices),
          patch: null,
          name: work.name,
        }
  // A tag edit of a file that no codec opened: its reason is the answer. A rename needs no codec.
  if (opened.error && (plan.patch || plan.problems.length > 0)) throw opened.error
  const newPath = joinPath(parentOf(path), plan.name)
  const renamed: Difference[] =
    newPath === path ? [] : [{ kind: 'path', field: 'path', before: [path], after: [newPath] }]
  const file = {
    ...emptyFile(path),
    revision: track.revision,
    changes: [...plan.differences, ...renamed],
    problems: [...plan.problems],
  }
  if (plan.problems.length > 0) return { file: { ...file, ...problemStatus(plan.problems) }, applied: null }
  if (plan.splices.length === 0 && renamed.length === 0) return { file: { ...file, changes: [] }, applied: null }
  demandRenamable(located, folder, name, plan.name)
  demandWritable(folder, located.name, track.stats)
  const linked = track.stats.nlink > 1n && plan.splices.length > 0
  if (task.dryRun) {
    const warnings = linked ? ['The file has several hard links; the other names will keep the old bytes.'] : []
    return { file: { ...file, status: 'applied', warnings }, applied: null }
  }
  return apply(task, held, opened.file, { ...plan, file, newPath })
}

interface ApplyPlan {
  readonly splices: readonly Splice[]
  readonly patch: { readonly pictures: { readonly removed: readonly { data(): Uint8Array }[] } | null } | null
  readonly name: string
  readonly newPath: LibraryPath
  readonly file: ChangeFile
}

async function apply(task: TrackTask, held: Held, opened: TagFile | null, plan: ApplyPlan): Promise<TrackOutcome> {
  const { located, folder, track } = held
  const undo = encodeToggle(splicedSource(track.source, plan.splices), inverse(track.source, plan.splices))
  const removed = plan.patch?.pictures?.removed.map(picture => stored(picture.data())) ?? []
  // Read before the first byte changes: a write in place changes the very file that is open.
  const judge = opened && plan.splices.length > 0 ? await damageJudge(track.source, opened, plan.name) : null
  const written = await writeTrack({
    folder,
    folderPath: located.folder,
    journal: held.journal(),
    session: task.session,
    putsBack: task.putsBack ?? false,
    name: located.name,
    newName: plan.newPath === task.path ? located.name : encodeName(plan.name),
    track,
    splices: plan.splices,
    owner: task.owner,
    async check(source) {
      if (!judge) return
      // Our own codec once more, on what is on the disk, and then a reader that shares no code with it.
      openTags(source, plan.name, task.options)
      const damage = await judge(source)
      if (damage) throw new CodedError('VERIFY_FAILED', `The new file was discarded: ${damage}.`)
    },
  })
  return {
    file: { ...plan.file, status: 'applied', revision: written.revision, warnings: [...written.warnings] },
    applied: { undo, revisionBefore: track.revision, path: plan.newPath, journalId: written.journalId, removed },
  }
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

function demandRenamable(located: Located, folder: Folder, name: string, newName: string): void {
  if (newName === name) return
  if (located.linked) {
    throw new CodedError('NAME_INVALID', 'The path runs over a symbolic link; rename the file where it really is.')
  }
  demandFree(folder, located.name, encodeName(newName))
}

function problemStatus(problems: readonly FieldProblem[]): Pick<ChangeFile, 'status' | 'error'> {
  const first = problems.find(problem => !conflicts.has(problem.code)) ?? (problems[0] as FieldProblem)
  return { status: statusOf(first.code), error: { code: first.code, detail: `${first.field}: ${first.detail}` } }
}
