import type { Difference } from '../../schemas/change.ts'
import type { PictureType } from '../../schemas/picture.ts'
import { replaceType } from './set-picture.ts'
import {
  type EditContext,
  EditRefused,
  sumsOfType,
  type TrackState,
  typeNumber,
  valuesOf,
  withValues,
} from './state.ts'

/**
 * The edit of undo and redo where the exact bytes cannot come back because the file moved on: gives a field or picture that
 * still has the value `difference.before` its value `after`. One that has neither is a conflict.
 */
export interface Restore {
  readonly op: 'restore'
  readonly difference: Difference
}

const equal = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((v, i) => v === b[i])

export function restore(state: TrackState, { difference }: Restore, context: EditContext): TrackState {
  const { kind, field, before, after } = difference
  // A path is restored by the rename that comes with the undo.
  if (kind === 'path') return state
  const current = kind === 'field' ? valuesOf(state, field) : sumsOfType(state, typeNumber(field as PictureType))
  if (equal(current, after)) return state
  if (!equal(current, before)) {
    throw new EditRefused({
      field,
      code: 'VALUE_CONFLICT',
      detail: 'Something else changed this since; set it by hand if the older value is the right one.',
      current: [...current],
      expected: before,
    })
  }
  if (kind === 'field') return withValues(state, field, after)
  const type = typeNumber(field as PictureType)
  const added = after.map(sum => {
    const picture = context.picture(sum, type, '')
    if (!picture)
      throw new EditRefused({ field, code: 'PICTURE_NOT_FOUND', detail: 'The older picture is no longer stored.' })
    return { added: picture }
  })
  return { ...state, pictures: replaceType(state.pictures, type, added) }
}
