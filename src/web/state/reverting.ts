import { signal } from '@preact/signals'
import type { ChangeHead } from '../../schemas/change.ts'
import { api, problemText } from '../api.ts'
import { nextRedo, nextUndo } from '../model/history-order.ts'
import { text } from '../text.ts'
import { entries, loadHistory } from './history.ts'
import { showChange } from './questions.ts'
import { settle, wentWell } from './settle.ts'
import { say } from './toasts.ts'

/** The entry that is being undone or redone. */
export const busyEntry = signal<string | null>(null)

export const undo = (entry: ChangeHead) => revert(entry, 'undo')
export const redo = (entry: ChangeHead) => revert(entry, 'redo')

export async function undoLast(): Promise<void> {
  const entry = nextUndo(entries.value)
  if (entry) await undo(entry)
  else say(text.history.nothingToUndo)
}

export async function redoLast(): Promise<void> {
  const entry = nextRedo(entries.value)
  if (entry) await redo(entry)
  else say(text.history.nothingToRedo)
}

const words = {
  undo: { done: text.history.undone, failed: text.history.undoFailed, back: text.history.redo },
  redo: { done: text.history.redone, failed: text.history.redoFailed, back: text.history.undo },
}

async function revert(entry: ChangeHead, way: 'undo' | 'redo'): Promise<void> {
  const { id, label } = entry
  if (id === undefined || busyEntry.value !== null) return
  busyEntry.value = id
  const { done, failed, back } = words[way]
  try {
    const change = await api[way](id)
    await settle(change)
    if (wentWell(change)) {
      const run = () => void revert(entry, way === 'undo' ? 'redo' : 'undo')
      say(done(label), { action: { label: back, run } })
    } else {
      void showChange(change, 'outcome', failed)
    }
  } catch (thrown) {
    say(`${failed}: ${problemText(thrown)}`, { bad: true })
    await loadHistory()
  } finally {
    busyEntry.value = null
  }
}
