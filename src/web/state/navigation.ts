import { effect } from '@preact/signals'
import { type Address, formatAddress, type Pane, parseAddress } from '../model/address.ts'
import { nameOf } from '../model/file-name.ts'
import { type Selection, samePaths } from '../model/selection.ts'
import { text } from '../text.ts'
import { historyOpen, narrow, pane } from './appearance.ts'
import { clearDraft, dirty, edits } from './drafting.ts'
import { revealFolder } from './library.ts'
import { ask } from './questions.ts'
import { save } from './saving.ts'
import { enterPlace, place, selection } from './tracks.ts'

/** Goes to a folder, unless there are unsaved edits and the person stays with them. */
export async function openFolder(folder: string, recursive = place.value.recursive): Promise<void> {
  if (folder === place.value.folder && recursive === place.value.recursive) {
    showPane('tracks')
    return
  }
  if (!(await mayLeave())) return
  push({ folder, recursive, selected: [], pane: 'tracks' })
  pane.value = 'tracks'
  await enterPlace(folder, recursive, [])
}

/** Chooses tracks, unless there are unsaved edits of others and the person stays with them. */
export async function choose(next: Selection): Promise<void> {
  if (!samePaths(next.paths, selection.value.paths)) {
    if (!(await mayLeave())) return
    clearDraft()
  }
  selection.value = next
}

export function showPane(next: Pane): void {
  if (!narrow.value && next === 'history') historyOpen.value = true
  if (pane.value === next) return
  if (narrow.value) push({ ...currentAddress(), pane: next })
  pane.value = next
}

/** Restores what the address says, follows Back and Forward, and keeps the address in step. */
export function followAddress(): void {
  void enter(parseAddress(location.hash))
  addEventListener('popstate', () => void comeBack())
  addEventListener('beforeunload', event => {
    if (dirty.value) event.preventDefault()
  })
  effect(() => {
    const { folder } = place.value
    document.title = folder === '' ? text.product : `${nameOf(folder)} · ${text.product}`
    const now = formatAddress(currentAddress())
    if (now !== (location.hash || '#')) history.replaceState(null, '', now)
  })
}

async function comeBack(): Promise<void> {
  const address = parseAddress(location.hash)
  const selected = new Set(address.selected)
  const elsewhere = address.folder !== place.value.folder || address.recursive !== place.value.recursive
  if ((elsewhere || !samePaths(selected, selection.value.paths)) && !(await mayLeave())) {
    push(currentAddress())
    return
  }
  await enter(address, elsewhere)
}

async function enter({ folder, recursive, selected, pane: shown }: Address, elsewhere = true): Promise<void> {
  pane.value = shown
  if (!elsewhere) {
    const first = selected[0] ?? null
    if (!samePaths(new Set(selected), selection.value.paths)) {
      clearDraft()
      selection.value = { paths: new Set(selected), focus: first, anchor: first }
    }
    return
  }
  clearDraft()
  await Promise.all([enterPlace(folder, recursive, selected), revealFolder(folder)])
}

/** Whether the selection may change: nothing is unsaved, or the person saved or discarded it. */
async function mayLeave(): Promise<boolean> {
  if (!dirty.value) {
    clearDraft()
    return true
  }
  const answer = await ask({
    title: text.leave.title,
    body: text.leave.body(edits.value.length),
    choices: [
      { id: 'stay', label: text.leave.stay },
      { id: 'discard', label: text.leave.discard },
      { id: 'save', label: text.leave.save, primary: true },
    ],
  })
  if (answer === 'save') return save()
  if (answer !== 'discard') return false
  clearDraft()
  return true
}

function currentAddress(): Address {
  return {
    folder: place.value.folder,
    recursive: place.value.recursive,
    selected: [...selection.value.paths],
    pane: pane.value,
  }
}

/** A new entry for Back to return from. It comes before the change itself, which otherwise would amend the old entry. */
function push(address: Address): void {
  history.pushState(null, '', formatAddress(address))
}
