import { lstatSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { absolute, type LibraryPath, parentOf } from '../library/paths.ts'
import { transaction } from './database.ts'
import { below } from './whereabouts.ts'

export interface Move {
  readonly from: LibraryPath
  readonly to: LibraryPath
}

/**
 * Takes note of tracks to which other programs gave other places, so that what was changed in them can still be undone. `root` is
 * where the library is: a folder that is no longer there, and whose tracks are elsewhere, has moved with all that it held.
 */
export function createFollower(database: DatabaseSync, root: Buffer): (moved: readonly Move[]) => void {
  const free = database.prepare(
    "UPDATE file SET path = NULL WHERE path = :to AND kind = 'track' AND EXISTS (SELECT 1 FROM file WHERE path = :from AND kind = 'track')",
  )
  const follow = database.prepare("UPDATE file SET path = :to WHERE path = :from AND kind = 'track'")
  // What the history knows at the new place stays: the two folders were made one.
  const followFolder = database.prepare(
    `UPDATE OR IGNORE file SET path = :to || substr(path, length(:from) + 1) WHERE (path = :from AND kind = 'folder') OR (${below('path', ':from')})`,
  )
  const turnWays = ['left_at', 'place'].map(column =>
    database.prepare(
      `UPDATE change_file SET ${column} = :to || substr(${column}, length(:from) + 1) WHERE ${below(column, ':from')}`,
    ),
  )
  const isThere = (path: LibraryPath): boolean =>
    lstatSync(absolute(root, path), { throwIfNoEntry: false }) !== undefined

  /** The outermost folder that went along, and where it is now; null where the track moved alone. */
  function movedFolder({ from, to }: Move): Move | null {
    let found: Move | null = null
    for (
      let [a, b] = [parentOf(from), parentOf(to)];
      a !== '' && b !== '' && a !== b;
      a = parentOf(a), b = parentOf(b)
    ) {
      if (isThere(a)) break
      found = { from: a, to: b }
      if (lastPart(a) !== lastPart(b)) break
    }
    return found
  }

  return moved => {
    transaction(database, () => {
      // Those that changed places one after the other: all leave before any arrives, as far as names allow.
      for (const { from, to } of inOrder(moved)) {
        free.run({ from, to })
        follow.run({ from, to })
      }
      const folders = new Map<string, Move>()
      for (const { from, to } of new Map(
        moved.map(move => [`${parentOf(move.from)}\0${parentOf(move.to)}`, move]),
      ).values()) {
        const folder = movedFolder({ from, to })
        if (folder) folders.set(`${folder.from}\0${folder.to}`, folder)
      }
      for (const { from, to } of folders.values()) {
        followFolder.run({ from, to })
        for (const turn of turnWays) turn.run({ from, to })
      }
    })
  }
}

const lastPart = (path: LibraryPath): string => path.slice(path.lastIndexOf('/') + 1)

/** Moves so that a path is left before another track comes there. */
function inOrder(moved: readonly Move[]): Move[] {
  const leaving = new Map(moved.map(move => [move.from, move]))
  const ordered = new Set<Move>()
  for (const move of moved) {
    const chain: Move[] = []
    for (let at: Move | undefined = move; at && !ordered.has(at) && !chain.includes(at); at = leaving.get(at.to))
      chain.push(at)
    for (const each of chain.toReversed()) ordered.add(each)
  }
  return [...ordered]
}
