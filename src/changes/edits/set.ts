import type { EditOf } from '../../schemas/change.ts'
import { findField, totals } from '../../tags/fields.ts'
import { type TrackState, withValues } from './state.ts'
import { checkedValues } from './values.ts'

/** Gives a field its values; `3/12` in a number field sets its total too. No value but empty ones removes the field. */
export function set(state: TrackState, { field, values }: EditOf<'set'>): TrackState {
  const checked = checkedValues(field, values)
  const total = totals.get(findField(field)?.name ?? '')
  const pair = total !== undefined && /^(\d+)\/(\d+)$/.exec(checked[0] ?? '')
  if (total === undefined || !pair) return withValues(state, field, checked)
  return withValues(withValues(state, field, [pair[1] as string]), total, [pair[2] as string])
}
