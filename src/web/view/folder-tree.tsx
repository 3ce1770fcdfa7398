// biome-ignore-all lint/a11y/useFocusableInteractive: the focus stays on the whole; aria-activedescendant says where
import { ChevronRight, Folder, FolderOpen, LibraryBig } from 'lucide'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type TreeRow, treeRows } from '../model/tree-rows.ts'
import { narrow, touch } from '../state/appearance.ts'
import { children, collapseFolder, expanded, expandFolder, library, listing } from '../state/library.ts'
import { openFolder } from '../state/navigation.ts'
import { place } from '../state/tracks.ts'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'
import { Pane } from './pane.tsx'
import { useRowInView, useRowWindow } from './row-window.ts'

/** The folders of the library: one tab stop, arrows within (the ARIA tree pattern). */
export function FolderTree() {
  const view = useRef<HTMLDivElement>(null)
  const [focus, setFocus] = useState(place.value.folder)
  const rows = treeRows(library.value?.name ?? '', children.value, expanded.value)
  const current = place.value.folder
  useEffect(() => setFocus(current), [current])
  const found = rows.findIndex(row => row.path === focus)
  const at = Math.max(found, 0)
  const rowHeight = narrow.value || touch.value ? 44 : 26
  const { start, end } = useRowWindow(view, rows.length, rowHeight)
  useRowInView(view, at, rowHeight, 0)

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const row = rows[at]
    if (!row) return
    const to = treeKey(event.key, rows, at)
    if (to === null) return
    event.preventDefault()
    if (to === 'open') void openFolder(row.path)
    else if (to === 'expand') void expandFolder(row.path)
    else if (to === 'collapse') collapseFolder(row.path)
    else setFocus(rows[to]?.path ?? focus)
  }
  const onClick = (event: MouseEvent) => {
    const target = event.target as Element
    const row = rows[Number(target.closest('[data-index]')?.getAttribute('data-index') ?? Number.NaN)]
    if (!row) return
    setFocus(row.path)
    if (target.closest('.chevron')) toggle(row)
    else {
      void openFolder(row.path)
      if (row.expandable) void expandFolder(row.path)
    }
  }
  return (
    <Pane name="folders" label={text.folders.label}>
      <div
        class="scroll tree"
        role="tree"
        aria-label={text.folders.label}
        ref={view}
        tabIndex={0}
        aria-activedescendant={at >= start && at < end ? `folder-${at}` : undefined}
        style={{ '--row': `${rowHeight}px` }}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <div
          role="presentation"
          style={{ height: `${rows.length * rowHeight}px`, paddingTop: `${start * rowHeight}px` }}
        >
          {rows.slice(start, end).map((row, i) => (
            <Row key={row.path} row={row} index={start + i} focused={start + i === at} current={row.path === current} />
          ))}
        </div>
      </div>
    </Pane>
  )
}

function Row({ row, index, focused, current }: { row: TreeRow; index: number; focused: boolean; current: boolean }) {
  const icon = row.level === 1 ? LibraryBig : row.expanded ? FolderOpen : Folder
  return (
    <div
      id={`folder-${index}`}
      data-index={index}
      class="tree-row"
      role="treeitem"
      aria-level={row.level}
      aria-setsize={row.setSize}
      aria-posinset={row.position}
      aria-expanded={row.expandable ? row.expanded : undefined}
      aria-selected={current}
      aria-busy={listing.value.has(row.path) || undefined}
      data-focused={focused || undefined}
      style={{ '--level': String(row.level - 1) }}
    >
      <span class="chevron">{row.expandable && <Icon of={ChevronRight} />}</span>
      <Icon of={icon} />
      <span class="name">{row.name}</span>
      {row.tracks ? (
        <span class="count" title={text.folders.count(row.tracks)}>
          {row.tracks}
        </span>
      ) : null}
    </div>
  )
}

function toggle(row: TreeRow): void {
  if (row.expanded) collapseFolder(row.path)
  else void expandFolder(row.path)
}

/** What a key does on the row at `at`: goes to another row, or opens, expands or collapses this one. */
function treeKey(key: string, rows: readonly TreeRow[], at: number): number | 'open' | 'expand' | 'collapse' | null {
  const row = rows[at]
  if (!row) return null
  switch (key) {
    case 'ArrowDown':
      return Math.min(at + 1, rows.length - 1)
    case 'ArrowUp':
      return Math.max(at - 1, 0)
    case 'Home':
      return 0
    case 'End':
      return rows.length - 1
    case 'ArrowRight':
      if (!row.expandable) return at
      return row.expanded ? Math.min(at + 1, rows.length - 1) : 'expand'
    case 'ArrowLeft':
      if (row.expanded) return 'collapse'
      return Math.max(
        rows.findLastIndex((other, i) => i < at && other.level < row.level),
        0,
      )
    case 'Enter':
    case ' ':
      return 'open'
    default:
      return typeAhead(key, rows, at)
  }
}

/** The next row whose name begins with a letter. */
function typeAhead(key: string, rows: readonly TreeRow[], at: number): number | null {
  if ([...key].length !== 1) return null
  const begins = (row: TreeRow) => row.name.toLowerCase().startsWith(key.toLowerCase())
  const after = rows.findIndex((row, i) => i > at && begins(row))
  const found = after < 0 ? rows.findIndex(begins) : after
  return found < 0 ? null : found
}
