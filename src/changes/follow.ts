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
 * where the library is: a folder that is no longer there, and whose tracks are elsewhere, has moved with all that it held. A scan may
 * also come upon a move of ours; the history knows of that already. To be called while nothing is being moved.
 */
export function createFollower(database: DatabaseSync, root: Buffer): (moved: readonly Move[]) => void {
  const fileAt = database.prepare("SELECT id, revision FROM file WHERE path = ? AND kind = 'track'")
  const free = database.prepare("UPDATE file SET path = NULL WHERE path = ? AND kind = 'track'")
  const place = database.prepare('UPDATE file SET path = ? WHERE id = ?')
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

  /** Whether the history has a track at a path, and that is the one that is there. */
  function isKnownAt(path: LibraryPath): boolean {
    const revision = fileAt.get(path)?.revision
    const inode = lstatSync(absolute(root, path), { bigint: true, throwIfNoEntry: false })?.ino.toString(36)
    return typeof revision === 'string' && inode !== undefined && revision.split('.')[0] === inode
  }

  return all => {
    const moved = all.filter(({ from, to }) => isThere(to) && !isKnownAt(to) && !isKnownAt(from))
    transaction(database, () => {
      // All leave before any arrives: they may have changed places.
      const files = moved.map(({ from }) => fileAt.get(from)?.id as number | undefined)
      for (const id of files) if (id !== undefined) place.run(null, id)
      for (const [i, { to }] of moved.entries()) {
        free.run(to)
        const id = files[i]
        if (id !== undefined) place.run(to, id)
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
