import type { Tags } from '../../schemas/common.ts'
import type { FieldInfo } from '../../schemas/field.ts'

/** The values of a field over a selection: the same on every track (empty: on none), or different ones. */
export type CommonValues =
  | { readonly same: true; readonly values: readonly string[] }
  | { readonly same: false; readonly distinct: readonly DistinctValues[] }

export interface DistinctValues {
  readonly values: readonly string[]
  readonly count: number
}

/** One line of the editor. `info` is null for a custom field. */
export interface FieldLine {
  readonly name: string
  readonly info: FieldInfo | null
  readonly common: CommonValues
}

/** A number and how many there are stand side by side, filled or not. */
const totals: Record<string, string | undefined> = { tracknumber: 'totaltracks', discnumber: 'totaldiscs' }

export function sameValues(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}

/** The values of one field over tracks, the most frequent first. */
export function commonValues(tracks: readonly { tags: Tags }[], field: string): CommonValues {
  const distinct = new Map<string, { values: readonly string[]; count: number }>()
  for (const { tags } of tracks) {
    const values = tags[field] ?? []
    const key = JSON.stringify(values)
    const known = distinct.get(key)
    if (known) known.count += 1
    else distinct.set(key, { values, count: 1 })
  }
  const [first] = distinct.values()
  if (distinct.size <= 1) return { same: true, values: first?.values ?? [] }
  return { same: false, distinct: [...distinct.values()].sort((a, b) => b.count - a.count) }
}

/**
 * The lines of the editor: the common fields, filled or not, then the others that a track of the selection has, in the
 * order of the field table, then custom ones by name, then those just added.
 */
export function fieldLines(
  tracks: readonly { tags: Tags }[],
  fields: readonly FieldInfo[],
  added: readonly string[],
): FieldLine[] {
  const present = new Set<string>()
  for (const { tags } of tracks) for (const name of Object.keys(tags)) present.add(name)
  const known = new Map(fields.map(info => [info.name, info]))
  const common = fields
    .filter(info => info.common)
    .flatMap(({ name }) => {
      const total = totals[name]
      return total !== undefined && known.has(total) ? [name, total] : [name]
    })
  const others = fields.filter(info => present.has(info.name)).map(info => info.name)
  const custom = [...present].filter(name => !known.has(name)).sort((a, b) => a.localeCompare(b))
  const names = new Set([...common, ...others, ...custom, ...added])
  return [...names].map(name => ({ name, info: known.get(name) ?? null, common: commonValues(tracks, name) }))
}

/** The field that a person means: a standard one by label or name whatever the case, or else a custom one as typed. */
export function fieldNamed(typed: string, fields: readonly FieldInfo[]): string | null {
  const text = typed.trim()
  if (text === '') return null
  const lower = text.toLowerCase()
  const match = fields.find(info => info.label.toLowerCase() === lower || info.name.toLowerCase() === lower)
  return match?.name ?? text
}
