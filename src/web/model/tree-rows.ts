import type { FolderEntry } from '../../schemas/folder.ts'

/** One visible row of the folder tree. `setSize` and `position` count its siblings, from 1. */
export interface TreeRow {
  readonly path: string
  readonly name: string
  readonly level: number
  readonly setSize: number
  readonly position: number
  readonly expandable: boolean
  readonly expanded: boolean
  readonly tracks: number | null
}

/** The rows of the tree that can be seen, top to bottom: the root, then the children of every open folder. */
export function treeRows(
  rootName: string,
  children: ReadonlyMap<string, readonly FolderEntry[]>,
  expanded: ReadonlySet<string>,
): TreeRow[] {
  const top = children.get('')
  const rows: TreeRow[] = [
    {
      path: '',
      name: rootName,
      level: 1,
      setSize: 1,
      position: 1,
      expandable: top === undefined || top.length > 0,
      expanded: expanded.has(''),
      tracks: null,
    },
  ]
  const visit = (path: string, level: number) => {
    const entries = children.get(path)
    if (!entries || !expanded.has(path)) return
    entries.forEach((entry, i) => {
      rows.push({
        path: entry.path,
        name: entry.name,
        level,
        setSize: entries.length,
        position: i + 1,
        expandable: entry.folders > 0,
        expanded: entry.folders > 0 && expanded.has(entry.path),
        tracks: entry.tracks,
      })
      visit(entry.path, level + 1)
    })
  }
  visit('', 2)
  return rows
}

/** The folders from the root down to a path, itself included: `A`, `A/B`, `A/B/C`. */
export function pathsDownTo(path: string): string[] {
  if (path === '') return ['']
  const parts = path.split('/')
  return ['', ...parts.map((_, i) => parts.slice(0, i + 1).join('/'))]
}
