import type { EditOf } from '../../schemas/change.ts'
import {
  type EditContext,
  EditRefused,
  type PictureState,
  pictureOf,
  sumOf,
  type TrackState,
  typeNumber,
} from './state.ts'

/** Puts a stored picture in the place of all of its type, or behind the others where there is none. */
export function setPicture(state: TrackState, edit: EditOf<'setPicture'>, context: EditContext): TrackState {
  const type = typeNumber(edit.type)
  const current = state.pictures.filter(picture => pictureOf(picture).type === type)
  const [only] = current
  const description = edit.description ?? ''
  if (
    current.length === 1 &&
    only &&
    sumOf(only) === edit.picture &&
    [undefined, pictureOf(only).description].includes(edit.description)
  ) {
    return state
  }
  const added = context.picture(edit.picture, type, description)
  if (!added) {
    throw new EditRefused({
      field: edit.type,
      code: 'PICTURE_NOT_FOUND',
      detail: 'No picture of this sum is stored; upload it to /pictures first.',
    })
  }
  return { ...state, pictures: replaceType(state.pictures, type, [{ added }]) }
}

/** The pictures with others of a type in the place of the first of it. */
export function replaceType(
  pictures: readonly PictureState[],
  type: number,
  fresh: readonly PictureState[],
): PictureState[] {
  const isOfType = (picture: PictureState) => pictureOf(picture).type === type
  const at = pictures.findIndex(isOfType)
  if (at < 0) return [...pictures, ...fresh]
  return [...pictures.slice(0, at), ...fresh, ...pictures.slice(at).filter(picture => !isOfType(picture))]
}
