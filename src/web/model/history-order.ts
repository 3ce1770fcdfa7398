import type { ChangeHead } from '../../schemas/change.ts'

const undoable = (entry: ChangeHead) => entry.state === 'applied' || entry.state === 'partial'

/** What Ctrl+Z undoes: the newest change that is in force. `entries` are newest first. */
export function nextUndo(entries: readonly ChangeHead[]): ChangeHead | null {
  return entries.find(undoable) ?? null
}

/** What Ctrl+Shift+Z brings back: the change undone last, of those undone after the newest one in force. */
export function nextRedo(entries: readonly ChangeHead[]): ChangeHead | null {
  const end = entries.findIndex(undoable)
  const head = end < 0 ? entries : entries.slice(0, end)
  return head.findLast(entry => entry.state === 'undone') ?? null
}
