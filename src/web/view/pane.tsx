// biome-ignore-all lint/a11y/useAriaPropsSupportedByRole: it always has a role that takes a name
import type { ComponentChildren } from 'preact'
import type { Pane as PaneName } from '../model/address.ts'
import { narrow, pane } from '../state/appearance.ts'

const roles = { folders: 'navigation', tracks: 'main', edit: 'complementary', history: 'region' } as const

/** One of the four parts of the page. The one that has a narrow screen to itself is the main part. */
export function Pane(props: { name: PaneName; label: string; open?: boolean; children: ComponentChildren }) {
  const { name, label, open, children } = props
  const role = narrow.value && pane.value === name ? 'main' : roles[name]
  return (
    <div class={`pane ${name}`} role={role} aria-label={label} data-open={open || undefined}>
      {children}
    </div>
  )
}
