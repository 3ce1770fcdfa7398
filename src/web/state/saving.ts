import { signal } from '@preact/signals'
import type { Change, ChangeFile, ChangeRequest } from '../../schemas/change.ts'
import { ApiProblem, api, problemText } from '../api.ts'
import type { Draft } from '../model/draft.ts'
import { text } from '../text.ts'
import { basis, clearDraft, draft, dropSaved, edits, notice, takeBasis } from './drafting.ts'
import { uploadAgain } from './pictures.ts'
import { showChange } from './questions.ts'
import { undo } from './reverting.ts'
import { settle, wentWell } from './settle.ts'
import { say } from './toasts.ts'
import { refreshTracks, selectedTracks } from './tracks.ts'

export const saving = signal(false)

/**
 * Saves the edits of the selection: one file at once, several after their plan was shown. Says whether all is saved;
 * where it is not, the edits stay and `notice` says why.
 */
export async function save(): Promise<boolean> {
  if (saving.value) return false
  const [sent, asked, targets] = [draft.value, edits.value, selectedTracks.value]
  if (asked.length === 0 || targets.length === 0) {
    clearDraft()
    return true
  }
  saving.value = true
  notice.value = null
  try {
    const revisions = Object.fromEntries(
      targets.map(track => [track.path, (basis.value.get(track.path) ?? track).revision]),
    )
    const request = { target: { paths: targets.map(track => track.path) }, edits: asked, revisions }
    const agreed = targets.length === 1 ? request : await agree(sent, request)
    if (!agreed) return false
    const change = await post(sent, agreed)
    await settle(change)
    return conclude(sent, change)
  } catch (thrown) {
    notice.value = { kind: 'error', words: text.saving.failed, details: [problemText(thrown)], showWhy: null }
    return false
  } finally {
    saving.value = false
  }
}

/** Saves over what another program wrote, knowingly: what it says now is on the page. */
export function overwrite(): Promise<boolean> {
  takeBasis()
  return save()
}

/** Shows the plan and gives the request that does what it shows, or null where the person said no. */
async function agree(sent: Draft, request: ChangeRequest): Promise<ChangeRequest | null> {
  const plan = await post(sent, { ...request, dryRun: true })
  const agreed = await showChange(plan, 'plan', text.plan.title(plan.summary.applied))
  const files = plan.files.filter(file => file.status === 'applied')
  if (!agreed || files.length === 0) {
    await showConflicts(plan.files)
    return null
  }
  const revisions = Object.fromEntries(files.flatMap(({ path, revision }) => (revision ? [[path, revision]] : [])))
  return { ...request, target: { paths: files.map(file => file.path) }, revisions }
}

async function post(sent: Draft, request: ChangeRequest): Promise<Change> {
  try {
    return await api.change(request)
  } catch (thrown) {
    if (!(thrown instanceof ApiProblem && thrown.code === 'PICTURE_NOT_FOUND')) throw thrown
    await uploadAgain(sent.newPictures.values())
    return api.change(request)
  }
}

async function conclude(sent: Draft, change: Change): Promise<boolean> {
  const { files, summary } = change
  const left = selectedTracks.value.length - summary.applied - summary.unchanged
  if (wentWell(change) && left <= 0) {
    dropSaved(sent, new Set())
    if (summary.applied > 0) offerUndo(change)
    else say(text.saving.nothing)
    return true
  }
  if (summary.applied > 0) offerUndo(change)
  if (await showConflicts(files)) return false
  const refused = new Set(files.flatMap(file => file.problems.map(problem => problem.field)))
  if (summary.applied > 0 && left <= 0) dropSaved(sent, refused)
  const details = files.flatMap(file => reasonsOf(file)).slice(0, 3)
  const words = files.length > 1 || left > 0 ? text.saving.partial(Math.max(left, 1)) : text.saving.failed
  const showWhy = files.length > 1 ? () => void showChange(change, 'outcome', text.plan.outcome) : null
  notice.value = { kind: 'partial', words, details: details.length > 0 ? details : [text.saving.partialHint], showWhy }
  return false
}

/** Reads again the files that another program changed, and says so beside the edits. Says whether there were any. */
async function showConflicts(files: readonly ChangeFile[]): Promise<boolean> {
  const conflicts = files.filter(file => file.status === 'conflict')
  if (conflicts.length === 0) return false
  await refreshTracks(
    conflicts.map(file => file.path),
    new Map(),
  )
  const single = selectedTracks.value.length === 1
  notice.value = {
    kind: 'conflict',
    words: single ? text.saving.conflict : text.saving.conflicts(conflicts.length),
    details: single ? [] : conflicts.slice(0, 3).map(file => file.path),
    showWhy: null,
  }
  return true
}

function reasonsOf(file: ChangeFile): string[] {
  if (file.status === 'applied' && file.problems.length === 0) return []
  return [...(file.error ? [file.error.detail] : []), ...file.problems.map(problem => problem.detail)]
}

function offerUndo(change: Change): void {
  say(text.saving.saved(change.label), { action: { label: text.history.undo, run: () => void undo(change) } })
}
