/** Up to this many rows are simply all there; beyond it only those in view and some around them. */
export const allRowsUpTo = 500
const overscan = 12

export interface RowWindow {
  readonly start: number
  readonly end: number
}

/** Which rows to draw (end exclusive) of `count` rows of one height in a view scrolled by `scrollTop` pixels. */
export function windowRows(count: number, rowHeight: number, scrollTop: number, viewHeight: number): RowWindow {
  if (count <= allRowsUpTo) return { start: 0, end: count }
  const first = Math.floor(scrollTop / rowHeight) - overscan
  const last = Math.ceil((scrollTop + viewHeight) / rowHeight) + overscan
  const start = Math.max(0, Math.min(first, count - 1))
  return { start, end: Math.min(count, Math.max(last, start + 1)) }
}

/** Where to scroll so that a row is wholly in view, moving as little as possible. */
export function scrollToRow(index: number, rowHeight: number, scrollTop: number, viewHeight: number): number {
  const top = index * rowHeight
  if (top < scrollTop) return top
  if (top + rowHeight > scrollTop + viewHeight) return top + rowHeight - viewHeight
  return scrollTop
}
