import type { IconNode } from 'lucide'
import { h } from 'preact'

/** A lucide icon, as large as the text around it by style. It says nothing: what it is on has the words. */
export function Icon({ of }: { of: IconNode }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      {of.map(([tag, attributes], i) => h(tag, { key: i, ...attributes }))}
    </svg>
  )
}
