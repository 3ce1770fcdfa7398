import type { ServiceEvent } from '../schemas/event.ts'
import type { LibraryPath } from './paths.ts'

/** What happened in the library, as the event channel tells it. */
export interface News {
  readonly added: readonly LibraryPath[]
  readonly changed: readonly LibraryPath[]
  readonly removed: readonly LibraryPath[]
  readonly moved: ReadonlyArray<{ readonly from: LibraryPath; readonly to: LibraryPath }>
}

export const noNews: News = { added: [], changed: [], removed: [], moved: [] }

/** Names that one message holds at the most: who needs more lists the library anew. */
const mostNames = 1000

export function joined(news: readonly News[]): News {
  return {
    added: news.flatMap(({ added }) => added),
    changed: news.flatMap(({ changed }) => changed),
    removed: news.flatMap(({ removed }) => removed),
    moved: news.flatMap(({ moved }) => moved),
  }
}

/** The message, with as many names as it may hold; null where there is nothing to tell. */
export function eventOf(news: News): ServiceEvent | null {
  let room = mostNames
  const cut = <T>(list: readonly T[]): T[] => {
    const kept = list.slice(0, room)
    room -= kept.length
    return kept
  }
  const total = news.added.length + news.changed.length + news.removed.length + news.moved.length
  if (total === 0) return null
  const [moved, removed, changed, added] = [cut(news.moved), cut(news.removed), cut(news.changed), cut(news.added)]
  const paths = [...added, ...changed, ...removed, ...moved.flatMap(({ from, to }) => [from, to])]
  return { type: 'library.changed', paths, added, changed, removed, moved, truncated: total > mostNames }
}
