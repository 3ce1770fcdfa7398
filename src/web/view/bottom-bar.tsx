import { Folder, History, ListMusic, Pencil } from 'lucide'
import { type Pane, panes } from '../model/address.ts'
import { narrow, pane } from '../state/appearance.ts'
import { edits } from '../state/drafting.ts'
import { showPane } from '../state/navigation.ts'
import { selection } from '../state/tracks.ts'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'

const icons: Record<Pane, typeof Folder> = { folders: Folder, tracks: ListMusic, edit: Pencil, history: History }

/** On a narrow screen: one pane at a time. */
export function BottomBar() {
  if (!narrow.value) return null
  const chosen = selection.value.paths.size
  return (
    <nav class="bottom-bar" aria-label={text.product}>
      {panes.map(name => (
        <button
          key={name}
          type="button"
          class="plain"
          aria-current={pane.value === name ? 'page' : undefined}
          onClick={() => showPane(name)}
        >
          <Icon of={icons[name]} />
          {text.panes[name]}
          {name === 'edit' && chosen > 0 && (
            <span class="badge" data-dirty={edits.value.length > 0 || undefined}>
              {chosen}
            </span>
          )}
        </button>
      ))}
    </nav>
  )
}
