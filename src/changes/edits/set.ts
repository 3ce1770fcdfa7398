import type { EditOf } from '../../schemas/change.ts'
import { findField, totals } from '../../tags/fields.ts'
import { type TrackState, valuesOf, withValues } from './state.ts'
import { checkedValues } from './values.ts'

/**
 * Gives a field its values; `3/12` in a number field sets its total too. No value but empty ones removes the field. Values that
 * the field has already are no change, even those that could not be set: a file may hold them all the same.
 */
export function set(state: TrackState, { field, values }: EditOf<'set'>): TrackState {
  const current = valuesOf(state, field)
  if (current.length === values.length && current.every((value, i) => value === values[i])) return state
  const checked = checkedValues(field, values)
  const total = totals.get(findField(field)?.name ?? '')
  const pair = total !== undefined && /^(\d+)\/(\d+)$/.exec(checked[0] ?? '')
  if (total === undefined || !pair) return withValues(state, field, checked)
  return withValues(withValues(state, field, [pair[1] as string]), total, [pair[2] as string])
}
