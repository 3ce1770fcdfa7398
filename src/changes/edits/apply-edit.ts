import type { Edit } from '../../schemas/change.ts'
import { add } from './add.ts'
import { deleteTrack } from './delete.ts'
import { move } from './move.ts'
import { remove } from './remove.ts'
import { removePicture } from './remove-picture.ts'
import { rename } from './rename.ts'
import { type Restore, restore } from './restore.ts'
import { set } from './set.ts'
import { setPicture } from './set-picture.ts'
import { type EditContext, EditRefused, type TrackState } from './state.ts'

/** Every edit that a plan can be made of: those of the API, and the one of undo. */
export type AnyEdit = Edit | Restore

type EditTable = {
  readonly [Op in AnyEdit['op']]: (
    state: TrackState,
    edit: Extract<AnyEdit, { op: Op }>,
    context: EditContext,
  ) => TrackState
}

const edits: EditTable = {
  set,
  add,
  remove,
  setPicture,
  removePicture,
  rename,
  move,
  delete: deleteTrack,
  createFolder() {
    throw new EditRefused({
      field: 'path',
      code: 'NAME_INVALID',
      detail: 'A folder is made in a folder, not in a track.',
    })
  },
  restore,
}

/** The state after one edit. Throws EditRefused. */
export function applyEdit(state: TrackState, edit: AnyEdit, context: EditContext): TrackState {
  return (edits[edit.op] as (state: TrackState, edit: AnyEdit, context: EditContext) => TrackState)(
    state,
    edit,
    context,
  )
}
