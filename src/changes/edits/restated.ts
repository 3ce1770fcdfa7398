import type { TagFile } from '../../tags/containers/container.ts'
import { fieldKey } from '../../tags/fields.ts'
import { type BlockDisagreement, disagreementsOf } from '../../tags/read.ts'
import type { AnyEdit } from './apply-edit.ts'
import { type TrackState, valuesOf } from './state.ts'

/**
 * Fields that edits set to the values that they have already, and not only `ifDifferent`, while an older tag of the file says something else: no change of a
 * value, but setting it anew brings all tags in step. `notes` tell a person which tag said what.
 */
export function restated(
  file: TagFile,
  edits: readonly AnyEdit[],
  before: TrackState,
  after: TrackState,
): { fields: Map<string, readonly string[]>; notes: string[] } {
  const fields = new Map<string, readonly string[]>()
  const notes: string[] = []
  const set = new Set(edits.flatMap(edit => (edit.op === 'set' && !edit.ifDifferent ? [fieldKey(edit.field)] : [])))
  if (set.size === 0) return { fields, notes }
  for (const disagreement of disagreementsOf(file)) {
    const { field } = disagreement
    const values = valuesOf(after, field)
    if (!set.has(fieldKey(field)) || !same(values, valuesOf(before, field))) continue
    fields.set(field, values)
    notes.push(noteOf(disagreement))
  }
  return { fields, notes }
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i])

function noteOf({ block, field, values, main }: BlockDisagreement): string {
  return `${block} says “${values.join('; ')}” for ${field} and is brought in step with “${main.join('; ')}”.`
}
