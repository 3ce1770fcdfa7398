import { signal } from '@preact/signals'
import type { Change, ChangeFile, ChangeRequest, FileStatus } from '../../schemas/change.ts'
import { ApiProblem, api, problemText } from '../api.ts'
import type { Draft } from '../model/draft.ts'
import { text } from '../text.ts'
import { basis, clearDraft, draft, dropSaved, edits, notice, takeBasis, touched } from './drafting.ts'
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
  if (targets.length === 0) return !touched.value
  if (asked.length === 0) {
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
    const agreed = targets.length === 1 ? { request, left: [] } : await agree(sent, request)
    if (!agreed) return false
    const change = await post(sent, agreed.request)
    await settle(change)
    return await conclude(sent, change, agreed.left)
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

/**
 * Shows the plan and gives the request that does what it shows, with the conflicts that it leaves; or null where the
 * person said no. What is refused was seen to be refused, and is done with.
 */
async function agree(
  sent: Draft,
  request: ChangeRequest,
): Promise<{ request: ChangeRequest; left: readonly ChangeFile[] } | null> {
  const plan = await post(sent, { ...request, dryRun: true })
  const agreed = await showChange(plan, 'plan', text.plan.title(plan.summary.applied))
  const files = plan.files.filter(file => file.status === 'applied')
  const left = plan.files.filter(file => file.status === 'conflict')
  if (!agreed || files.length === 0) {
    await showConflicts(left)
    return null
  }
  const revisions = Object.fromEntries(files.flatMap(({ path, revision }) => (revision ? [[path, revision]] : [])))
  return { request: { ...request, target: { paths: files.map(file => file.path) }, revisions }, left }
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

/** Says how a change went. Says whether nothing is left to save; otherwise what is left stays in the draft. */
async function conclude(sent: Draft, change: Change, left: readonly ChangeFile[]): Promise<boolean> {
  const { files, summary } = change
  if (summary.applied > 0) offerUndo(change)
  if (await showConflicts([...left, ...files.filter(file => file.status === 'conflict')])) return false
  if (wentWell(change)) {
    dropSaved(sent, new Set())
    if (summary.applied === 0) say(text.saving.nothing)
    return true
  }
  const troubled = files.filter(({ status, problems }) => !isDone(status) || problems.length > 0)
  if (files.every(file => isDone(file.status))) {
    dropSaved(sent, new Set(files.flatMap(file => file.problems.map(problem => problem.field))))
  }
  const details = [...new Set(troubled.flatMap(reasonsOf))].slice(0, 3)
  notice.value = {
    kind: 'partial',
    words: files.length > 1 ? text.saving.partial(troubled.length) : text.saving.failed,
    details: details.length > 0 ? details : [text.saving.partialHint],
    showWhy: files.length > 1 ? () => void showChange(change, 'outcome', text.plan.outcome) : null,
  }
  return false
}

/** Reads again the files that another program changed, and says so beside the edits. Says whether there were any. */
async function showConflicts(conflicts: readonly ChangeFile[]): Promise<boolean> {
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

const isDone = (status: FileStatus) => status === 'applied' || status === 'unchanged'

function reasonsOf({ error, problems }: ChangeFile): string[] {
  return [...(error ? [error.detail] : []), ...problems.map(problem => problem.detail)]
}

function offerUndo(change: Change): void {
  say(text.saving.saved(change.label), { action: { label: text.history.undo, run: () => void undo(change) } })
}
