import type { EditOf } from '../../schemas/change.ts'
import { type TrackState, valuesOf, withValues } from './state.ts'
import { checkedValues } from './values.ts'

/** Adds values to a field, behind those that it has; a value that it has already is not added twice. */
export function add(state: TrackState, { field, values }: EditOf<'add'>): TrackState {
  return withValues(state, field, checkedValues(field, [...new Set([...valuesOf(state, field), ...values])]))
}
