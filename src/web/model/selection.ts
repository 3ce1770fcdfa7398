/** What is chosen in a list: the chosen paths, the one with the cursor, and the one that a range starts from. */
export interface Selection {
  readonly paths: ReadonlySet<string>
  readonly focus: string | null
  readonly anchor: string | null
}

/** How a pointer or key changes a selection: alone, kept beside (Ctrl) or as a range from the anchor (Shift). */
export interface Modifiers {
  readonly toggle: boolean
  readonly extend: boolean
}

export const nothingSelected: Selection = { paths: new Set(), focus: null, anchor: null }

export function selectOnly(path: string): Selection {
  return { paths: new Set([path]), focus: path, anchor: path }
}

export function selectAll(order: readonly string[], selection: Selection): Selection {
  const focus = selection.focus ?? order[0] ?? null
  return { paths: new Set(order), focus, anchor: focus }
}

export function selectAt(
  selection: Selection,
  order: readonly string[],
  path: string,
  { toggle, extend }: Modifiers,
): Selection {
  if (extend) {
    const anchor = selection.anchor ?? selection.focus ?? path
    const range = rangeOf(order, anchor, path)
    return { paths: new Set(toggle ? [...selection.paths, ...range] : range), focus: path, anchor }
  }
  if (!toggle) return selectOnly(path)
  const paths = new Set(selection.paths)
  if (!paths.delete(path)) paths.add(path)
  return { paths, focus: path, anchor: path }
}

/** The selection after a key, or null where the key means nothing to a list. `page` is how many rows fit the view. */
export function selectByKey(
  selection: Selection,
  order: readonly string[],
  key: string,
  modifiers: Modifiers,
  page: number,
): Selection | null {
  if (order.length === 0) return null
  if (key === ' ') {
    return selection.focus === null ? null : selectAt(selection, order, selection.focus, { ...modifiers, toggle: true })
  }
  if (key === 'a' && modifiers.toggle) return selectAll(order, selection)
  const from = selection.focus === null ? -1 : order.indexOf(selection.focus)
  const to = destination(key, from, order.length, page)
  const path = to === null ? undefined : order[to]
  if (path === undefined) return null
  if (modifiers.toggle && !modifiers.extend) return { ...selection, focus: path }
  return selectAt(selection, order, path, modifiers)
}

/** The selection with the paths that are gone left out, and renamed ones under their new path. */
export function carrySelection(
  selection: Selection,
  order: readonly string[],
  renamed: ReadonlyMap<string, string>,
): Selection {
  const present = new Set(order)
  const carry = (path: string | null): string | null => {
    if (path === null) return null
    const now = renamed.get(path) ?? path
    return present.has(now) ? now : null
  }
  const paths = new Set([...selection.paths].map(carry).filter(path => path !== null))
  return { paths, focus: carry(selection.focus), anchor: carry(selection.anchor) }
}

export function samePaths(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && a.isSubsetOf(b)
}

function rangeOf(order: readonly string[], a: string, b: string): readonly string[] {
  const from = order.indexOf(a)
  const to = order.indexOf(b)
  if (from < 0) return [b]
  return order.slice(Math.min(from, to), Math.max(from, to) + 1)
}

function destination(key: string, from: number, count: number, page: number): number | null {
  const clamp = (index: number) => Math.max(0, Math.min(count - 1, index))
  switch (key) {
    case 'ArrowDown':
      return clamp(from + 1)
    case 'ArrowUp':
      return clamp(from < 0 ? count - 1 : from - 1)
    case 'PageDown':
      return clamp(Math.max(from, 0) + page)
    case 'PageUp':
      return clamp(from - page)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
