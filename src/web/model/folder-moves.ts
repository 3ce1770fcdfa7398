import type { ChangeFile } from '../../schemas/change.ts'
import { folderOf } from './file-name.ts'

/** What a change did to folders. */
export interface FolderMoves {
  /** The new paths of folders, by their old ones. */
  readonly moved: ReadonlyMap<string, string>
  readonly gone: readonly string[]
  /** Whether any folder has another place, other children or another number of tracks. */
  readonly any: boolean
}

export function folderMoves(files: readonly ChangeFile[]): FolderMoves {
  const moved = new Map<string, string>()
  const gone: string[] = []
  let any = false
  for (const { status, changes } of files) {
    if (status !== 'applied') continue
    for (const { kind, field, before, after } of changes) {
      if (kind !== 'path') continue
      const [from, to] = [before[0], after[0]]
      if (field === 'folder') {
        any = true
        if (from !== undefined && to !== undefined) moved.set(from, to)
        else if (from !== undefined) gone.push(from)
      } else {
        any ||= from === undefined || to === undefined || folderOf(from) !== folderOf(to)
      }
    }
  }
  return { moved, gone, any }
}

/** Where a file or folder is after folders were moved. */
export function movedPath(path: string, { moved }: FolderMoves): string {
  for (const [from, to] of moved) {
    if (isWithin(path, from)) return to + path.slice(from.length)
  }
  return path
}

/** The folder to show after folders were moved, or went: the nearest that is still there. */
export function folderToShow(folder: string, moves: FolderMoves): string {
  const shown = movedPath(folder, moves)
  const around = moves.gone.find(path => isWithin(shown, path))
  return around === undefined ? shown : folderToShow(folderOf(around), { ...moves, moved: new Map() })
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
