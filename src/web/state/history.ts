import { signal } from '@preact/signals'
import type { Change, ChangeHead } from '../../schemas/change.ts'
import { api, problemText } from '../api.ts'

export const entries = signal<readonly ChangeHead[]>([])
export const entriesTotal = signal(0)
export const historyProblem = signal<string | null>(null)
const nextCursor = signal<string | null>(null)
/** The files of the entries that were opened. */
export const openedChanges = signal<ReadonlyMap<string, Change | { readonly problem: string } | null>>(new Map())

export async function loadHistory(): Promise<void> {
  try {
    const page = await api.changes(null)
    entries.value = page.items
    entriesTotal.value = page.total
    nextCursor.value = page.nextCursor
    historyProblem.value = null
  } catch (thrown) {
    historyProblem.value = problemText(thrown)
  }
}

export const hasOlder = () => nextCursor.value !== null

export async function loadOlder(): Promise<void> {
  if (nextCursor.value === null) return
  try {
    const page = await api.changes(nextCursor.value)
    const known = new Set(entries.value.map(entry => entry.id))
    entries.value = [...entries.value, ...page.items.filter(entry => !known.has(entry.id))]
    nextCursor.value = page.nextCursor
  } catch (thrown) {
    historyProblem.value = problemText(thrown)
  }
}

export async function toggleEntry(id: string): Promise<void> {
  const next = new Map(openedChanges.value)
  if (next.delete(id)) {
    openedChanges.value = next
    return
  }
  openedChanges.value = next.set(id, null)
  let found: Change | { problem: string }
  try {
    found = await api.changeById(id)
  } catch (thrown) {
    found = { problem: problemText(thrown) }
  }
  if (openedChanges.value.has(id)) openedChanges.value = new Map(openedChanges.value).set(id, found)
}
