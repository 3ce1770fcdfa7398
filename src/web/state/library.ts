import { signal } from '@preact/signals'
import type { FieldInfo } from '../../schemas/field.ts'
import type { FolderEntry } from '../../schemas/folder.ts'
import type { Library } from '../../schemas/service.ts'
import { api, problemText } from '../api.ts'
import { type FolderMoves, movedPath } from '../model/folder-moves.ts'
import { pathsDownTo } from '../model/tree-rows.ts'
import { text } from '../text.ts'
import { say } from './toasts.ts'

export const library = signal<Library | null>(null)
export const fields = signal<readonly FieldInfo[]>([])
export const startProblem = signal<string | null>(null)
/** The children of each folder that was opened. */
export const children = signal<ReadonlyMap<string, readonly FolderEntry[]>>(new Map())
export const expanded = signal<ReadonlySet<string>>(new Set(['']))
export const listing = signal<ReadonlySet<string>>(new Set())

/** Loads what the page needs before anything else. Says whether it could. */
export async function openLibrary(): Promise<boolean> {
  startProblem.value = null
  try {
    const [about, table] = await Promise.all([api.library(), api.fields()])
    library.value = about
    fields.value = table
    return true
  } catch (thrown) {
    startProblem.value = problemText(thrown)
    return false
  }
}

export function fieldLabel(name: string): string {
  return fields.value.find(info => info.name === name)?.label ?? name
}

/** Opens a folder in the tree, and lists its children if they are not known yet. */
export async function expandFolder(path: string): Promise<void> {
  expanded.value = new Set(expanded.value).add(path)
  if (!children.value.has(path)) await listFolder(path)
}

export function collapseFolder(path: string): void {
  const next = new Set(expanded.value)
  next.delete(path)
  expanded.value = next
}

/** Brings the tree in line with what a change did to folders. What is not open is listed when it is opened. */
export async function refreshFolders(moves: FolderMoves): Promise<void> {
  const before = children.value
  const open = new Set([...expanded.value].map(path => movedPath(path, moves)))
  const lists = await Promise.all(
    [...open].map(async path => {
      try {
        return [path, (await api.folder(path)).folders] as const
      } catch {
        // The root has no row above it that would open it again.
        return path === '' ? ([path, before.get(path) ?? []] as const) : null
      }
    }),
  )
  const listed = new Map(lists.filter(list => list !== null))
  expanded.value = new Set(listed.keys())
  children.value = listed
}

/** Opens the tree down to the parent of a folder, so that its row is there. */
export async function revealFolder(path: string): Promise<void> {
  for (const ancestor of pathsDownTo(path)) {
    if (ancestor !== path || path === '') await expandFolder(ancestor)
  }
}

async function listFolder(path: string): Promise<void> {
  if (listing.value.has(path)) return
  listing.value = new Set(listing.value).add(path)
  try {
    const folder = await api.folder(path)
    children.value = new Map(children.value).set(path, folder.folders)
  } catch (thrown) {
    collapseFolder(path)
    say(text.folders.failed(path === '' ? (library.value?.name ?? '') : path, problemText(thrown)), { bad: true })
  } finally {
    const rest = new Set(listing.value)
    rest.delete(path)
    listing.value = rest
  }
}
