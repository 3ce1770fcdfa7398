import { CodedError } from '../../errors.ts'
import { type LibraryPath, parsePath } from '../../library/paths.ts'
import type { EditOf } from '../../schemas/change.ts'
import type { TrackState } from './state.ts'

/** Moves a track to another folder of the library, under its own name. */
export function move(state: TrackState, { to }: EditOf<'move'>): TrackState {
  return { ...state, folder: parseDestination(to) }
}

/** The folder that a move leads to. Throws PATH_INVALID, also for a hidden one, in which the files would no longer be seen. */
export function parseDestination(to: string): LibraryPath {
  const path = parsePath(to)
  if (path.split('/').some(part => part.startsWith('.'))) {
    throw new CodedError('PATH_INVALID', 'A folder whose name starts with a dot would hide what is in it.')
  }
  return path
}
