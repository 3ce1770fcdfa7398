import { fieldKey } from '../fields.ts'
import type { Fields } from '../items.ts'

/**
 * Collects the fields of a block as its items are read, in order. Names that differ in case only are one field, spelled as
 * first met; where a field stands in several of its native places, only the best (lowest `alternative`) counts.
 */
export function collectFields(): {
  add(field: string, values: readonly string[], alternative?: number): void
  fields(): Fields
} {
  const found = new Map<string, { name: string; alternative: number; values: string[] }>()
  return {
    add(field, values, alternative = 0) {
      const key = fieldKey(field)
      const before = found.get(key)
      if (!before || alternative < before.alternative)
        found.set(key, { name: before?.name ?? field, alternative, values: [...values] })
      else if (alternative === before.alternative) before.values.push(...values)
    },
    fields() {
      return new Map([...found.values()].filter(f => f.values.length > 0).map(f => [f.name, f.values]))
    },
  }
}
