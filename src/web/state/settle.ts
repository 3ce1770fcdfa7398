import type { Change, ChangeFile } from '../../schemas/change.ts'
import { adoptRevisions } from './drafting.ts'
import { loadHistory, openedChanges } from './history.ts'
import { loadTracks, refreshTracks } from './tracks.ts'

/** Brings lists, selection and history in line with what a change did to files. */
export async function settle(change: Change): Promise<void> {
  const renamed = renamesOf(change.files)
  const changed = change.files.filter(file => file.status === 'applied').map(file => file.path)
  openedChanges.value = new Map()
  // What came, went or came back is in the listing, not in a track.
  const shown = change.files.some(comesOrGoes) ? loadTracks(renamed) : refreshTracks(changed, renamed)
  await Promise.all([shown, loadHistory()])
  adoptRevisions(renamed)
}

/** Whether every file of a change went as it should, its fields too. */
export function wentWell({ files }: Change): boolean {
  return files.every(
    ({ status, problems }) => (status === 'applied' || status === 'unchanged') && problems.length === 0,
  )
}

function comesOrGoes({ status, changes }: ChangeFile): boolean {
  return (
    status === 'applied' && changes.some(({ kind, before, after }) => kind === 'path' && before.length !== after.length)
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
