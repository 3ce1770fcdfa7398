/**
 * The catalogue of coded errors: `code` is stable for scripts; `status` is what a request gets when the error is the
 * whole answer (inside a change the file carries code and detail, and the request is 200).
 */
export const errorCatalogue = {
  BAD_REQUEST: { status: 400, title: 'The request is not valid' },
  CSV_INVALID: { status: 400, title: 'The table is not valid' },
  QUERY_INVALID: { status: 400, title: 'The query is not valid' },
  PATH_INVALID: { status: 400, title: 'The path is not valid' },
  CROSS_SITE: { status: 403, title: 'The request comes from another site' },
  PATH_OUTSIDE_LIBRARY: { status: 403, title: 'The path leaves the library' },
  FOLDER_NOT_FOUND: { status: 404, title: 'No such folder' },
  TRACK_NOT_FOUND: { status: 404, title: 'No such track' },
  PICTURE_NOT_FOUND: { status: 404, title: 'No such picture' },
  PROBLEM_KIND_NOT_FOUND: { status: 404, title: 'No such kind of problem' },
  CHANGE_NOT_FOUND: { status: 404, title: 'No such change' },
  NOT_FOUND: { status: 404, title: 'Not found' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  CHANGE_NOT_UNDOABLE: { status: 409, title: 'The change cannot be undone now' },
  CHANGE_NOT_REDOABLE: { status: 409, title: 'The change cannot be redone now' },
  CHANGE_NOT_RUNNING: { status: 409, title: 'The change is not running' },
  REVISION_CONFLICT: { status: 409, title: 'The file has changed' },
  VALUE_CONFLICT: { status: 409, title: 'The field has another value now' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The media type is not supported' },
  NOT_A_PICTURE: { status: 415, title: 'The body is not a picture' },
  UNSUPPORTED_CONTAINER: { status: 422, title: 'This kind of file cannot be written' },
  MALFORMED_FILE: { status: 422, title: 'The file is damaged or not what its name says' },
  FIELD_UNSUPPORTED: { status: 422, title: 'The file cannot hold this field' },
  VALUE_UNSUPPORTED: { status: 422, title: 'The file cannot hold this value' },
  PICTURE_UNSUPPORTED: { status: 422, title: 'The file cannot hold this picture' },
  NAME_INVALID: { status: 422, title: 'The name is not valid' },
  TARGET_EXISTS: { status: 409, title: 'The name is taken' },
  FOLDER_NOT_EMPTY: { status: 409, title: 'The folder is not empty' },
  TRASHED: { status: 409, title: 'It is in the trash' },
  TRASH_EMPTIED: { status: 410, title: 'The trash was emptied' },
  CROSS_DEVICE: { status: 422, title: 'The two places are on different file systems' },
  READ_ONLY: { status: 403, title: 'The file or folder is read-only' },
  NO_SPACE: { status: 507, title: 'The disk is full' },
  VERIFY_FAILED: { status: 500, title: 'The written file did not pass its check and was discarded' },
  IO_ERROR: { status: 500, title: 'The file system failed' },
  CANCELLED: { status: 409, title: 'The work was cancelled' },
  LIBRARY_MISSING: { status: 503, title: 'The library is not available' },
  LIBRARY_SCANNING: { status: 503, title: 'The library is still being read' },
  OVERLOADED: { status: 503, title: 'The server is busy' },
  INTERNAL: { status: 500, title: 'Something went wrong in the server' },
} as const satisfies Record<string, { status: number; title: string }>

export type ErrorCode = keyof typeof errorCatalogue

/** Where in a text of the request a mistake is, in characters (not code units); the first is 1. */
export interface Place {
  readonly position: number
  readonly length: number
}

/** An error with a code of the catalogue and a sentence that says what a person can do next. Never an absolute path. */
export class CodedError extends Error {
  readonly code: ErrorCode
  readonly at: Place | undefined
  constructor(code: ErrorCode, detail: string, options?: ErrorOptions & { at?: Place }) {
    super(detail, options)
    this.name = 'CodedError'
    this.code = code
    this.at = options?.at
  }
}

/** The code and sentence to show for anything thrown; system errors are translated, unknown ones hidden. */
export function toReason(error: unknown): { code: ErrorCode; detail: string } {
  if (error instanceof CodedError) return { code: error.code, detail: error.message }
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  const known = typeof code === 'string' ? systemErrors[code] : undefined
  if (known) return known
  if (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)) {
    return { code: 'IO_ERROR', detail: `The file system answered ${code}.` }
  }
  return { code: 'INTERNAL', detail: 'The server could not do this; its log says why.' }
}

const systemErrors: Record<string, { code: ErrorCode; detail: string }> = {
  ENOENT: { code: 'TRACK_NOT_FOUND', detail: 'The file is no longer there; list the folder again.' },
  ENOTDIR: { code: 'FOLDER_NOT_FOUND', detail: 'A part of the path is not a folder.' },
  EACCES: { code: 'READ_ONLY', detail: 'The server may not write here; check the owner and mode, PUID and PGID.' },
  EPERM: { code: 'READ_ONLY', detail: 'The system does not permit this write; the file may be marked immutable.' },
  EROFS: { code: 'READ_ONLY', detail: 'The library is mounted read-only.' },
  ENOSPC: { code: 'NO_SPACE', detail: 'There is no room on the disk for a safe copy of the file.' },
  EDQUOT: { code: 'NO_SPACE', detail: 'The quota of the disk is used up.' },
  EEXIST: { code: 'TARGET_EXISTS', detail: 'A file or folder of this name is already there.' },
  ENAMETOOLONG: { code: 'NAME_INVALID', detail: 'The name is too long for the file system.' },
  ELOOP: { code: 'PATH_OUTSIDE_LIBRARY', detail: 'The path runs through too many links.' },
}
