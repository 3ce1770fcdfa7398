import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { pathKey, sortKey } from '../library/order.ts'
import { absolute, type LibraryPath, nameOf, parentOf } from '../library/paths.ts'
import type { Tags } from '../schemas/common.ts'
import { pathOf, type Row } from './rows.ts'
import { createValueIndex, fileNameField, type ValueIndex } from './values.ts'

/** The identity of a track's file, and the revision that it is in. `modified` in ms since the epoch. */
export interface FileState {
  readonly device: string
  readonly inode: string
  readonly revision: string
  readonly size: number
  readonly modified: number
  /** Whether the track is a symbolic link to the file. */
  readonly linked: boolean
}

/** The rows of folders and tracks, and what keeps them and the values in step. */
export interface Tables {
  readonly values: ValueIndex
  /** The id of a folder's row, which is made where it is missing, with those above it. */
  folderId(path: LibraryPath): number
  /** The row of a track: id, name, tags, read. */
  track(path: LibraryPath): Row | undefined
  insertTrack(folder: number, name: string, state: FileState): number
  /** Gives a track another place; what is known of it stays. */
  place(id: number, folder: number, name: string): void
  /** Takes a track's name from it, for another that has it now; it is missing from then on. */
  setAside(id: number): void
  dropTrack(id: number): void
  /** Drops the rows of a folder, of all below it, and of their tracks. */
  dropFolder(path: LibraryPath): void
  /** Moves the rows of a folder and of all below it. */
  moveFolder(from: LibraryPath, to: LibraryPath): void
  /** Marks the tracks of a folder and below as missing since `now`; how many that are. */
  missFolder(path: LibraryPath, now: number): number
  /** A track known elsewhere that is this very file, and is no longer where it was. */
  movedFrom(state: FileState): Row | undefined
}

export function createTables(database: DatabaseSync, root: Buffer): Tables {
  const values = createValueIndex(database)
  const sql = {
    folder: database.prepare('SELECT id FROM folder WHERE path = ?'),
    insertFolder: database.prepare(
      "INSERT INTO folder (parent, path, key, device, modified) VALUES (?, ?, ?, '', '') RETURNING id",
    ),
    // The deepest first, so that they can be dropped in this order.
    below: database.prepare(
      "SELECT id, path FROM folder WHERE path = ?1 OR ?1 = '' OR substr(path, 1, length(?1) + 1) = ?1 || '/' ORDER BY length(path) DESC",
    ),
    repath: database.prepare('UPDATE folder SET path = ?, key = ? WHERE id = ?'),
    reparent: database.prepare('UPDATE folder SET parent = ? WHERE path = ?'),
    unwalk: database.prepare("UPDATE folder SET device = '' WHERE id = ?"),
    dropFolder: database.prepare('DELETE FROM folder WHERE id = ?'),
    idsIn: database.prepare('SELECT id FROM track WHERE folder = ?'),
    missIn: database.prepare('UPDATE track SET missing = ? WHERE folder = ? AND missing IS NULL'),
    track: database.prepare('SELECT id, name, tags, read FROM track WHERE folder = ? AND name_key = ? AND name = ?'),
    insertTrack: database.prepare(
      'INSERT INTO track (folder, name, name_key, device, inode, revision, size, modified, linked) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    place: database.prepare('UPDATE track SET folder = ?, name = ?, name_key = ?, missing = NULL WHERE id = ?'),
    // No file has a name with a slash.
    setAside: database.prepare("UPDATE track SET name = '/' || id, name_key = '/' || id, missing = ? WHERE id = ?"),
    tagsOf: database.prepare('SELECT tags, name FROM track WHERE id = ?'),
    dropTrack: database.prepare('DELETE FROM track WHERE id = ?'),
    twins: database.prepare(
      'SELECT t.id, f.path AS folder_path, t.name, t.missing FROM track t JOIN folder f ON f.id = t.folder WHERE t.inode = ? AND t.revision = ? AND t.device = ? AND t.linked = ?',
    ),
  }

  function folderId(path: LibraryPath): number {
    const row = sql.folder.get(path)
    if (row) return Number(row.id)
    const parent = path === '' ? null : folderId(parentOf(path))
    return Number(sql.insertFolder.get(parent, path, pathKey(path))?.id)
  }

  function dropTrack(id: number): void {
    const row = sql.tagsOf.get(id)
    if (!row) return
    values.replace(id, { ...(JSON.parse(row.tags as string) as Tags), [fileNameField]: [row.name as string] }, {})
    sql.dropTrack.run(id)
  }

  function dropFolder(path: LibraryPath): void {
    for (const { id } of sql.below.all(path)) {
      for (const track of sql.idsIn.all(id as number)) dropTrack(track.id as number)
      sql.dropFolder.run(id as number)
    }
  }

  return {
    values,
    folderId,
    dropTrack,
    dropFolder,
    track(path) {
      const folder = sql.folder.get(parentOf(path))
      const name = nameOf(path)
      return folder && sql.track.get(folder.id as number, sortKey(name), name)
    },
    insertTrack(folder, name, { device, inode, revision, size, modified, linked }) {
      const place = [folder, name, sortKey(name)] as const
      const { lastInsertRowid } = sql.insertTrack.run(...place, device, inode, revision, size, modified, Number(linked))
      values.replace(Number(lastInsertRowid), {}, { [fileNameField]: [name] })
      return Number(lastInsertRowid)
    },
    place(id, folder, name) {
      const row = sql.tagsOf.get(id)
      sql.place.run(folder, name, sortKey(name), id)
      if (row && row.name !== name)
        values.replace(id, { [fileNameField]: [row.name as string] }, { [fileNameField]: [name] })
    },
    moveFolder(from, to) {
      dropFolder(to)
      for (const row of sql.below.all(from)) {
        const path = `${to}${(row.path as string).slice(from.length)}`
        sql.repath.run(path, pathKey(path), row.id as number)
      }
      sql.reparent.run(folderId(parentOf(to)), to)
    },
    missFolder(path, now) {
      let missing = 0
      for (const { id } of sql.below.all(path)) {
        missing += Number(sql.missIn.run(now, id as number).changes)
        sql.unwalk.run(id as number)
      }
      return missing
    },
    setAside(id) {
      const row = sql.tagsOf.get(id)
      sql.setAside.run(Date.now(), id)
      if (row) values.replace(id, { [fileNameField]: [row.name as string] }, {})
    },
    movedFrom({ inode, revision, device, linked }) {
      // What is where it was may be another file by now, or, for a hard link, this one.
      const isThere = (path: LibraryPath) =>
        statSync(absolute(root, path), { bigint: true, throwIfNoEntry: false })?.ino.toString(36) === inode
      const twins = sql.twins.all(inode, revision, device, Number(linked))
      return twins.find(row => row.missing !== null || !isThere(pathOf(row)))
    },
  }
}
