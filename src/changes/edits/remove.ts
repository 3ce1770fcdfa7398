import type { EditOf } from '../../schemas/change.ts'
import { type TrackState, withValues } from './state.ts'

/** Removes a field with all its values. */
export function remove(state: TrackState, { field }: EditOf<'remove'>): TrackState {
  return withValues(state, field, [])
}
