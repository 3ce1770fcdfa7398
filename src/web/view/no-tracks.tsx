import { Folder } from 'lucide'
import { useEffect } from 'preact/hooks'
import { children, expandFolder } from '../state/library.ts'
import { openFolder } from '../state/navigation.ts'
import { loading, place } from '../state/tracks.ts'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'

const listedUpTo = 200

/** A folder without tracks of its own is a place to go on from: to its folders, or to all that is below. */
export function NoTracks() {
  const { folder, recursive } = place.value
  useEffect(() => void expandFolder(folder), [folder])
  if (loading.value) return <p class="empty quiet late">{text.loading}</p>
  const below = recursive ? [] : (children.value.get(folder) ?? [])
  if (below.length === 0) {
    return (
      <div class="empty">
        <p>{folder === '' ? text.tracks.emptyRoot : text.tracks.empty}</p>
      </div>
    )
  }
  return (
    <div class="scroll below">
      <p class="quiet">{text.tracks.below}</p>
      <ul>
        {below.slice(0, listedUpTo).map(({ path, name, tracks }) => (
          <li key={path}>
            <button
              type="button"
              onClick={() => {
                void expandFolder(path)
                void openFolder(path, false)
              }}
            >
              <Icon of={Folder} />
              <span class="name">{name}</span>
              {tracks > 0 && <span class="count">{tracks}</span>}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => void openFolder(folder, true)}>
        {text.tracks.showAllBelow}
      </button>
    </div>
  )
}
