import { type CodedError, type ErrorCode, toReason } from '../errors.ts'
import type { LibraryPath } from '../library/paths.ts'
import type { ChangeFile, FileStatus } from '../schemas/change.ts'

export interface MadeFolder {
  readonly path: LibraryPath
  /** Empty in a plan. */
  readonly inode: string
}

/** What became of a task, on a track or a folder. */
export interface Outcome<Applied> {
  readonly file: ChangeFile
  /** Where something happened: what the history needs to turn it back. */
  readonly applied: Applied | null
  /** Folders that were made for it, or would be, from the top. */
  readonly made: readonly MadeFolder[]
  /** What went wrong inside, for the log. */
  readonly fault?: string
}

export const emptyFile = (path: LibraryPath): ChangeFile => ({
  path,
  status: 'unchanged',
  revision: null,
  changes: [],
  problems: [],
  warnings: [],
  error: null,
})

/** The outcome of a task that threw. */
export function failure(path: LibraryPath, error: unknown, revision: string | null = null): Outcome<never> {
  const reason = toReason(error)
  const file = { ...emptyFile(path), revision, status: statusOf(reason.code), error: reason }
  const hidden = reason.code === 'INTERNAL' || reason.code === 'IO_ERROR'
  return {
    file,
    applied: null,
    made: [],
    ...(hidden ? { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) } : {}),
  }
}

const failed: ReadonlySet<string> = new Set<ErrorCode>([
  'IO_ERROR',
  'INTERNAL',
  'NO_SPACE',
  'VERIFY_FAILED',
  'CANCELLED',
])
const conflicts: ReadonlySet<string> = new Set<ErrorCode>([
  'REVISION_CONFLICT',
  'VALUE_CONFLICT',
  'FOLDER_NOT_EMPTY',
  'TRASHED',
  'TRASH_EMPTIED',
])

export const isConflict = (code: string): boolean => conflicts.has(code)

/** The status of a file that was left alone for a reason of this code. */
export function statusOf(code: CodedError['code'] | string): FileStatus {
  return failed.has(code) ? 'failed' : isConflict(code) ? 'conflict' : 'refused'
}
