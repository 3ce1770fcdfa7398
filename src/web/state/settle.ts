import type { Change, ChangeFile } from '../../schemas/change.ts'
import { adoptRevisions } from './drafting.ts'
import { loadHistory, openedChanges } from './history.ts'
import { refreshTracks } from './tracks.ts'

/** Brings lists, selection and history in line with what a change did to files. */
export async function settle(change: Change): Promise<void> {
  const renamed = renamesOf(change.files)
  const changed = change.files.filter(file => file.status === 'applied').map(file => file.path)
  openedChanges.value = new Map()
  await Promise.all([refreshTracks(changed, renamed), loadHistory()])
  adoptRevisions(renamed)
}

/** Whether every file of a change went as it should, its fields too. */
export function wentWell({ files }: Change): boolean {
  return files.every(
    ({ status, problems }) => (status === 'applied' || status === 'unchanged') && problems.length === 0,
  )
}

/** The new paths of the files that a change renamed, by their old ones. */
function renamesOf(files: readonly ChangeFile[]): Map<string, string> {
  const renamed = new Map<string, string>()
  for (const { status, changes } of files) {
    if (status !== 'applied') continue
    for (const { kind, before, after } of changes) {
      const [from, to] = [before[0], after[0]]
      if (kind === 'path' && from !== undefined && to !== undefined) renamed.set(from, to)
    }
  }
  return renamed
}
