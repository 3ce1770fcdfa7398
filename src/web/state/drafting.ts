import { computed, signal } from '@preact/signals'
import type { TrackSummary } from '../../schemas/track.ts'
import { type Draft, emptyDraft, isTouched, overtakenFields, toEdits } from '../model/draft.ts'
import { text } from '../text.ts'
import { say } from './toasts.ts'
import { selectedTracks } from './tracks.ts'

export interface Notice {
  readonly kind: 'error' | 'conflict' | 'partial'
  readonly words: string
  readonly details: readonly string[]
  readonly showWhy: (() => void) | null
}

export const draft = signal<Draft>(emptyDraft)
/** Fields that a person added to the editor and has not filled yet, or has. */
export const addedFields = signal<readonly string[]>([])
/** What the last attempt to save came to, where it did not succeed. */
export const notice = signal<Notice | null>(null)
/** The tracks as they were when the person began to edit them: a save asks for these revisions. */
export const basis = signal<ReadonlyMap<string, TrackSummary>>(new Map())

export const touched = computed(() => isTouched(draft.value))
export const edits = computed(() => (touched.value ? toEdits(draft.value, selectedTracks.value) : []))
export const dirty = computed(() => edits.value.length > 0)
export const overtaken = computed(() => overtakenFields(draft.value, basis.value, selectedTracks.value))

export function changeDraft(change: (draft: Draft) => Draft): void {
  if (!touched.value) takeBasis()
  draft.value = change(draft.value)
}

export function takeBasis(): void {
  basis.value = new Map(selectedTracks.value.map(track => [track.path, track]))
}

export function clearDraft(): void {
  draft.value = emptyDraft
  addedFields.value = []
  notice.value = null
}

/** Discards the edits, and offers them back for as long as the toast is there and nothing else was chosen. */
export function revertDraft(): void {
  const [thrown, added, paths] = [draft.value, addedFields.value, selectedTracks.value.map(track => track.path)]
  const worth = dirty.value
  clearDraft()
  if (!worth) return
  const run = () => {
    const now = selectedTracks.value
    if (touched.value || now.length !== paths.length || now.some((track, i) => track.path !== paths[i])) return
    changeDraft(() => thrown)
    addedFields.value = added
  }
  say(text.editor.reverted, { action: { label: text.editor.bringBack, run } })
}

/** Takes out of the draft what was saved, and leaves what was typed meanwhile and the fields that were refused. */
export function dropSaved(sent: Draft, refused: ReadonlySet<string>): void {
  const now = draft.value
  const fields = [...now.fields].filter(([name, entry]) => entry !== sent.fields.get(name) || refused.has(name))
  const newPictures = [...now.newPictures].filter(([type, picture]) => picture !== sent.newPictures.get(type))
  draft.value = {
    fields: new Map(fields),
    newPictures: new Map(newPictures),
    goneIndexes: now.goneIndexes === sent.goneIndexes ? new Set() : now.goneIndexes,
    goneTypes: now.goneTypes === sent.goneTypes ? new Set() : now.goneTypes,
    name: now.name === sent.name ? null : now.name,
  }
  addedFields.value = addedFields.value.filter(name => draft.value.fields.has(name))
  takeBasis()
}

/**
 * After a change of our own, the edits still open go on from the new revisions, unless it changed the very fields being
 * edited: that stays a conflict, to be seen and decided.
 */
export function adoptRevisions(renamed: ReadonlyMap<string, string>): void {
  if (!touched.value) return
  const before = new Map([...basis.value].map(([path, track]) => [renamed.get(path) ?? path, track]))
  if (overtakenFields(draft.value, before, selectedTracks.value).size > 0) {
    basis.value = before
    return
  }
  const now = new Map(selectedTracks.value.map(track => [track.path, track]))
  basis.value = new Map([...before].map(([path, track]) => [path, now.get(path) ?? track]))
}
