import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'
import { type RowWindow, scrollToRow, windowRows } from '../model/row-window.ts'

/** The rows to draw of a list that scrolls in `view`. */
export function useRowWindow(view: RefObject<HTMLElement | null>, count: number, rowHeight: number): RowWindow {
  const [box, setBox] = useState({ top: 0, height: 0 })
  useLayoutEffect(() => {
    const element = view.current
    if (!element) return
    const measure = () => setBox({ top: element.scrollTop, height: element.clientHeight })
    measure()
    element.addEventListener('scroll', measure, { passive: true })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => {
      element.removeEventListener('scroll', measure)
      observer.disconnect()
    }
  }, [view])
  return windowRows(count, rowHeight, box.top, box.height || 800)
}

/** Scrolls a list so that the row at `index` is in view whenever that changes. `headHeight` is taken by a fixed head. */
export function useRowInView(
  view: RefObject<HTMLElement | null>,
  index: number,
  rowHeight: number,
  headHeight: number,
): void {
  useLayoutEffect(() => {
    const element = view.current
    if (!element || index < 0) return
    element.scrollTop = scrollToRow(index, rowHeight, element.scrollTop, element.clientHeight - headHeight)
  }, [view, index, rowHeight, headHeight])
}
