import { ChevronDown, ChevronRight, ChevronUp, History, Redo2, Undo2 } from 'lucide'
import type { ChangeHead } from '../../schemas/change.ts'
import { nextRedo, nextUndo } from '../model/history-order.ts'
import { historyOpen, narrow } from '../state/appearance.ts'
import {
  entries,
  entriesTotal,
  hasOlder,
  historyProblem,
  loadHistory,
  loadOlder,
  openedChanges,
  toggleEntry,
} from '../state/history.ts'
import { library } from '../state/library.ts'
import { busyEntry, redo, redoLast, undo, undoLast } from '../state/reverting.ts'
import { text } from '../text.ts'
import { FileChange } from './file-change.tsx'
import { Icon } from './icon.tsx'
import { Pane } from './pane.tsx'

/** What was changed, newest first, each entry to be opened, undone and redone. */
export function HistoryDrawer() {
  const open = historyOpen.value || narrow.value
  return (
    <Pane name="history" label={text.history.label} open={open}>
      <div class="pane-head">
        <button
          type="button"
          class="plain drawer-toggle"
          aria-expanded={open}
          title={text.history.toggle}
          onClick={() => {
            historyOpen.value = !historyOpen.value
          }}
        >
          <Icon of={narrow.value ? History : open ? ChevronDown : ChevronUp} />
          {text.history.label}
          {entriesTotal.value > 0 && <span class="count">{entriesTotal.value}</span>}
        </button>
        {library.value && !library.value.durable && <span class="quiet memory">{text.memoryOnly}</span>}
        <span class="spring" />
        <button
          type="button"
          class="plain"
          title="Ctrl+Z"
          disabled={!nextUndo(entries.value)}
          onClick={() => void undoLast()}
        >
          <Icon of={Undo2} /> {text.history.undo}
        </button>
        <button
          type="button"
          class="plain"
          title="Ctrl+Shift+Z"
          disabled={!nextRedo(entries.value)}
          onClick={() => void redoLast()}
        >
          <Icon of={Redo2} /> {text.history.redo}
        </button>
      </div>
      {open && <Entries />}
    </Pane>
  )
}

function Entries() {
  if (historyProblem.value !== null) {
    return (
      <div class="empty" role="alert">
        <p>{text.history.failed}</p>
        <p class="quiet">{historyProblem.value}</p>
        <button type="button" onClick={() => void loadHistory()}>
          {text.retry}
        </button>
      </div>
    )
  }
  if (entries.value.length === 0) return <p class="empty quiet">{text.history.empty}</p>
  return (
    <div class="scroll">
      <ol class="entries">
        {entries.value.map(entry => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
      {hasOlder() && (
        <button type="button" onClick={() => void loadOlder()}>
          {text.history.older}
        </button>
      )}
    </div>
  )
}

function Entry({ entry }: { entry: ChangeHead }) {
  const { id, label, state, createdAt, summary } = entry
  if (id === undefined) return null
  const open = openedChanges.value.has(id)
  const count = summary.applied + summary.conflict + summary.refused + summary.failed
  const undone = state === 'undone'
  return (
    <li class="entry" data-state={state}>
      <div class="entry-head">
        <button type="button" class="plain entry-toggle" aria-expanded={open} onClick={() => void toggleEntry(id)}>
          <Icon of={ChevronRight} />
          <span class="label">{label}</span>
          <span class="quiet">{text.history.files(count)}</span>
          {text.history.states[state] && <span class={`state ${state}`}>{text.history.states[state]}</span>}
          <time class="quiet" dateTime={createdAt} title={new Date(createdAt).toLocaleString()}>
            {when(createdAt)}
          </time>
        </button>
        {(undone || state === 'applied' || state === 'partial') && (
          <button
            type="button"
            class="plain"
            disabled={busyEntry.value !== null}
            aria-label={undone ? text.history.redoIt(label) : text.history.undoIt(label)}
            onClick={() => void (undone ? redo(entry) : undo(entry))}
          >
            <Icon of={undone ? Redo2 : Undo2} /> {undone ? text.history.redo : text.history.undo}
          </button>
        )}
      </div>
      {open && <Files id={id} />}
    </li>
  )
}

function Files({ id }: { id: string }) {
  const change = openedChanges.value.get(id)
  if (!change) return <p class="quiet late">{text.loading}</p>
  if ('problem' in change) return <p class="warning">{change.problem}</p>
  return (
    <ol class="plan-files">
      {change.files.slice(0, 200).map(file => (
        <FileChange key={file.path} file={file} planned={false} />
      ))}
    </ol>
  )
}

/** The time of day for today, the date and time before. */
function when(iso: string): string {
  const date = new Date(iso)
  const today = date.toDateString() === new Date().toDateString()
  const time = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  return today ? time : `${date.toLocaleDateString([], { day: 'numeric', month: 'short', year: 'numeric' })}, ${time}`
}
