import type { EditOf } from '../../schemas/change.ts'
import { EditRefused, pictureOf, type TrackState, typeNumber } from './state.ts'

/** Removes the picture of an index, all of a type, or, with neither, all pictures. */
export function removePicture(state: TrackState, { type, index }: EditOf<'removePicture'>): TrackState {
  const { pictures } = state
  if (index !== undefined) {
    if (index >= pictures.length) {
      throw new EditRefused({
        field: 'picture',
        code: 'PICTURE_NOT_FOUND',
        detail: `The track has no picture ${index}.`,
      })
    }
    return { ...state, pictures: pictures.filter((_, i) => i !== index) }
  }
  const kept = type === undefined ? [] : pictures.filter(picture => pictureOf(picture).type !== typeNumber(type))
  return kept.length === pictures.length ? state : { ...state, pictures: kept }
}
