import type { Change, ChangeFile } from '../../schemas/change.ts'
import { type FolderMoves, folderMoves, folderToShow, movedPath } from '../model/folder-moves.ts'
import { adoptRevisions } from './drafting.ts'
import { loadHistory, openedChanges } from './history.ts'
import { refreshFolders, revealFolder } from './library.ts'
import { loadTracks, order, place, refreshTracks } from './tracks.ts'

/** Brings lists, selection and history in line with what a change did to files. */
export async function settle(change: Change): Promise<void> {
  const moves = folderMoves(change.files)
  const renamed = renamesOf(change.files, moves)
  const changed = change.files.filter(file => file.status === 'applied').map(file => file.path)
  openedChanges.value = new Map()
  // What came, went or came back is in the listing, not in a track.
  const shown =
    moves.any || change.files.some(comesOrGoes)
      ? Promise.all([followFolders(moves), loadTracks(renamed)])
      : refreshTracks(changed, renamed)
  await Promise.all([shown, loadHistory()])
  adoptRevisions(renamed)
}

/** The folder that is shown stays in sight, whatever it is called now. */
async function followFolders(moves: FolderMoves): Promise<void> {
  const { folder, recursive } = place.value
  const now = folderToShow(folder, moves)
  if (now !== folder) place.value = { folder: now, recursive }
  await refreshFolders(moves)
  if (now !== folder) await revealFolder(now)
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

/** The new paths of the files that a change renamed, itself or with their folder, by their old ones. */
function renamesOf(files: readonly ChangeFile[], moves: FolderMoves): Map<string, string> {
  const renamed = new Map<string, string>()
  for (const path of order.value) {
    const now = movedPath(path, moves)
    if (now !== path) renamed.set(path, now)
  }
  for (const { status, changes } of files) {
    if (status !== 'applied') continue
    for (const { kind, before, after } of changes) {
      const [from, to] = [before[0], after[0]]
      if (kind === 'path' && from !== undefined && to !== undefined) renamed.set(from, to)
    }
  }
  return renamed
}
