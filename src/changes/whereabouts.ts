import type { DatabaseSync } from 'node:sqlite'
import type { LibraryPath } from '../library/paths.ts'

/** What the history has to do with paths when a folder gets another one, or goes. */
export interface Whereabouts {
  /** Gives all that the history knows below a folder its new path, the places to which undo leads, too. To be called in a transaction. */
  moveBelow(from: LibraryPath, to: LibraryPath): void
  /** Whether undo of an entry that stands would bring something back below a folder. */
  isAwaited(folder: LibraryPath): boolean
}

/** All paths below a folder are one range: '0' comes right behind '/'. */
export const below = (column: string, folder: string) => `${column} > ${folder} || '/' AND ${column} < ${folder} || '0'`

export function createWhereabouts(database: DatabaseSync): Whereabouts {
  // Whatever has been there is gone: the place was free.
  const free = database.prepare(`UPDATE file SET path = NULL WHERE path = :to OR (${below('path', ':to')})`)
  const moves = [
    ['file', 'path'],
    ['change_file', 'left_at'],
    ['change_file', 'place'],
  ].map(([table, column = '']) =>
    database.prepare(
      `UPDATE ${table} SET ${column} = :to || substr(${column}, length(:from) + 1) WHERE ${below(column, ':from')}`,
    ),
  )
  const awaited = database.prepare(
    `SELECT 1 FROM change_file WHERE undone = 0 AND ${below('place', ':folder')} LIMIT 1`,
  )
  return {
    moveBelow(from, to) {
      free.run({ to })
      for (const move of moves) move.run({ from, to })
    },
    isAwaited: folder => awaited.get({ folder }) !== undefined,
  }
}
