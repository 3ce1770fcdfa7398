// biome-ignore-all lint/a11y/useFocusableInteractive: the focus stays on the whole; aria-activedescendant says where
// biome-ignore-all lint/a11y/useSemanticElements: a grid whose rows are windowed is no table
import { useRef } from 'preact/hooks'
import { nameOf } from '../model/file-name.ts'
import { selectAll, selectAt, selectByKey, selectOnly } from '../model/selection.ts'
import { narrow, touch } from '../state/appearance.ts'
import { library } from '../state/library.ts'
import { choose, openFolder, showPane } from '../state/navigation.ts'
import { listProblem, loading, loadTracks, order, place, selection, total, tracks } from '../state/tracks.ts'
import { text } from '../text.ts'
import { NoTracks } from './no-tracks.tsx'
import { Pane } from './pane.tsx'
import { useRowInView, useRowWindow } from './row-window.ts'
import { columns, TrackRow } from './track-row.tsx'

const headHeight = 28

/** The tracks of a folder: one tab stop, arrows within (the ARIA grid pattern, row by row). */
export function TrackList() {
  const { folder, recursive } = place.value
  const shown = tracks.value.length
  const chosen = selection.value.paths.size
  return (
    <Pane name="tracks" label={text.tracks.label}>
      <div class="pane-head">
        <h2 title={folder}>{folder === '' ? (library.value?.name ?? '') : nameOf(folder)}</h2>
        <span class="quiet" role="status">
          {total.value === null
            ? ''
            : loading.value && shown < total.value
              ? text.tracks.partly(shown, total.value)
              : text.tracks.total(total.value)}
          {chosen > 1 && ` · ${text.tracks.selected(chosen)}`}
        </span>
        <span class="spring" />
        <label class="check">
          <input
            type="checkbox"
            checked={recursive}
            onChange={event => {
              const box = event.currentTarget
              void openFolder(folder, box.checked).then(() => {
                box.checked = place.value.recursive
              })
            }}
          />
          {text.tracks.withSubfolders}
        </label>
        {(narrow.value || touch.value) && shown > 0 && (
          <button type="button" class="select-all" onClick={() => void choose(selectAll(order.value, selection.value))}>
            {text.tracks.selectAll}
          </button>
        )}
      </div>
      {listProblem.value !== null ? (
        <div class="empty" role="alert">
          <p>{text.tracks.failed}</p>
          <p class="quiet">{listProblem.value}</p>
          <button type="button" onClick={() => void loadTracks()}>
            {text.retry}
          </button>
        </div>
      ) : shown === 0 ? (
        <NoTracks />
      ) : (
        <Rows />
      )}
    </Pane>
  )
}

function Rows() {
  const view = useRef<HTMLDivElement>(null)
  const list = tracks.value
  const { paths, focus } = selection.value
  const rowHeight = narrow.value ? 60 : touch.value ? 44 : 27
  const head = narrow.value ? 0 : headHeight
  const at = focus === null ? -1 : order.value.indexOf(focus)
  const { start, end } = useRowWindow(view, list.length, rowHeight)
  useRowInView(view, at, rowHeight, head)

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey) return
    if (event.key === 'Enter' && paths.size > 0) {
      event.preventDefault()
      showPane('edit')
      document.querySelector<HTMLElement>('.edit .field input, .edit .field textarea')?.focus()
      return
    }
    const modifiers = { toggle: event.ctrlKey || event.metaKey, extend: event.shiftKey }
    const page = Math.max(1, Math.floor(((view.current?.clientHeight ?? 0) - head) / rowHeight) - 1)
    const next = selectByKey(selection.value, order.value, event.key, modifiers, page)
    if (!next) return
    event.preventDefault()
    void choose(next)
  }
  const onClick = (event: MouseEvent) => {
    const target = event.target as Element
    const path = order.value[Number(target.closest('[data-index]')?.getAttribute('data-index') ?? Number.NaN)]
    if (path === undefined) return
    const ticked = target.closest('.cell-check') !== null
    const modifiers = { toggle: ticked || event.ctrlKey || event.metaKey, extend: event.shiftKey }
    if (narrow.value && !ticked) void choose(selectOnly(path)).then(() => showPane('edit'))
    else void choose(selectAt(selection.value, order.value, path, modifiers))
  }
  return (
    <div
      class="scroll track-grid"
      role="grid"
      aria-label={text.tracks.label}
      aria-multiselectable="true"
      aria-rowcount={list.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={at >= start && at < end ? `track-${at}` : undefined}
      tabIndex={0}
      ref={view}
      style={{ '--row': `${rowHeight}px`, '--head': `${headHeight}px` }}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <div class="track-row head" role="row" aria-rowindex={1}>
        {columns.map(column => (
          <span key={column} class={`cell-${column}`} role="columnheader">
            <span class={column === 'marks' || column === 'check' ? 'unseen' : ''}>{text.tracks.columns[column]}</span>
          </span>
        ))}
      </div>
      <div role="rowgroup" style={{ height: `${list.length * rowHeight}px`, paddingTop: `${start * rowHeight}px` }}>
        {list.slice(start, end).map((track, i) => (
          <TrackRow
            key={track.path}
            track={track}
            index={start + i}
            selected={paths.has(track.path)}
            focused={start + i === at}
          />
        ))}
      </div>
    </div>
  )
}
