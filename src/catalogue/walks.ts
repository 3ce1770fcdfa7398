import type { DatabaseSync } from 'node:sqlite'
import { joinPath, type LibraryPath } from '../library/paths.ts'
import type { WalkedFolder, WalkedTracks } from '../library/walk.ts'
import { pathOf, type Row } from './rows.ts'
import type { FileState, Tables } from './tables.ts'

/** What a walk found to differ from what was known. */
export interface WalkDiff {
  /** No more than `mostTold` of them. */
  readonly added: readonly LibraryPath[]
  /** Tracks in another revision than the known one, no more than `mostTold` of them. */
  readonly changed: readonly LibraryPath[]
  readonly moved: ReadonlyArray<{ readonly from: LibraryPath; readonly to: LibraryPath }>
  /** Folders that were not known, and are still to be walked. */
  readonly newFolders: readonly LibraryPath[]
  /** Folders that are no longer there, each with all below it. */
  readonly goneFolders: readonly LibraryPath[]
  /** How many tracks are newly not where they were. */
  readonly missing: number
}

/** Paths that are worth telling: one more than a message to listeners holds, so that it knows that it is cut. */
export const mostTold = 1001

type Found = { -readonly [Key in keyof WalkDiff]: WalkDiff[Key] extends readonly (infer T)[] ? T[] : number }

/** A folder that is walked: its row, and the rows of its tracks that were not met yet. */
interface Place {
  readonly path: LibraryPath
  readonly folder: number
  readonly known: Map<unknown, Row>
}

/** Brings the rows of folders to what a walk saw in them. Tracks that were not seen are marked as missing, not dropped. */
export function createWalks(database: DatabaseSync, tables: Tables): (folders: readonly WalkedFolder[]) => WalkDiff {
  const sql = {
    walked: database.prepare(
      'UPDATE folder SET device = ?1, modified = ?2, folders = ?4, tracks = ?5 WHERE id = ?3 AND (device <> ?1 OR modified <> ?2)',
    ),
    children: database.prepare('SELECT path, device FROM folder WHERE parent = ?'),
    tracks: database.prepare('SELECT id, name, device, inode, revision, missing FROM track WHERE folder = ?'),
    outdate: database.prepare(
      'UPDATE track SET device = ?, inode = ?, revision = ?, size = ?, modified = ?, linked = ?, read = 0, missing = NULL WHERE id = ?',
    ),
    found: database.prepare('UPDATE track SET missing = NULL WHERE id = ?'),
    redevice: database.prepare('UPDATE track SET device = ? WHERE id = ?'),
    // By its name, too: one that was renamed in its folder is there.
    miss: database.prepare('UPDATE track SET missing = ? WHERE id = ? AND name = ? AND missing IS NULL'),
  }

  /** Tracks whose name another one has taken over, and that name, until they are found elsewhere in the same walk. */
  const displaced = new Map<unknown, LibraryPath>()

  function walkFolder({ path, found }: WalkedFolder, now: number, diff: Found): void {
    if (!found) {
      diff.missing += tables.missFolder(path, now)
      diff.goneFolders.push(path)
      return
    }
    const folder = tables.folderId(path)
    sql.walked.run(found.device, found.modified, folder, found.shown.folders, found.shown.tracks)
    walkChildren(folder, new Set<unknown>(found.folders.map(name => joinPath(path, name))), now, diff)
    const known = new Map<unknown, Row>(sql.tracks.all(folder).map(row => [row.name, row]))
    const place: Place = { path, folder, known }
    const tracks = JSON.parse(found.tracks) as WalkedTracks
    for (const [i, name] of tracks.names.entries()) walkTrack(place, name, stateAt(found.device, tracks, i), diff)
    for (const row of known.values())
      diff.missing += Number(sql.miss.run(now, row.id as number, row.name as string).changes)
  }

  function walkChildren(folder: number, there: Set<unknown>, now: number, diff: Found): void {
    for (const { path, device } of sql.children.all(folder)) {
      if (there.has(path)) {
        // One that has a row without having been walked is as good as new.
        if (device !== '') there.delete(path)
      } else {
        diff.missing += tables.missFolder(path as LibraryPath, now)
        diff.goneFolders.push(path as LibraryPath)
      }
    }
    for (const path of there) diff.newFolders.push(path as LibraryPath)
  }

  function walkTrack({ path: folderPath, folder, known }: Place, name: string, state: FileState, diff: Found): void {
    const path = joinPath(folderPath, name)
    const row = known.get(name)
    known.delete(name)
    if (row && row.revision === state.revision) {
      // File systems get another number with every mount; without the one of today a track that moves would not be known again.
      if (row.device !== state.device) sql.redevice.run(state.device, row.id as number)
      if (row.missing === null) return
      sql.found.run(row.id as number)
      diff.added.push(path)
      return
    }
    const before = row?.inode === state.inode ? undefined : tables.movedFrom(state)
    if (before) {
      const from = displaced.get(before.id) ?? pathOf(before)
      displaced.delete(before.id)
      if (known.get(before.name)?.id === before.id) known.delete(before.name)
      // The track that had the name may be found under another one.
      if (row) displaced.set(row.id, path)
      if (row) tables.setAside(row.id as number)
      tables.place(before.id as number, folder, name)
      diff.moved.push({ from, to: path })
    } else if (row) {
      const { device, inode, revision, size, modified, linked } = state
      sql.outdate.run(device, inode, revision, size, modified, Number(linked), row.id as number)
      diff.changed.push(path)
    } else {
      tables.insertTrack(folder, name, state)
      diff.added.push(path)
    }
  }

  return folders => {
    const diff: Found = { added: [], changed: [], moved: [], newFolders: [], goneFolders: [], missing: 0 }
    const now = Date.now()
    for (const folder of folders) walkFolder(folder, now, diff)
    for (const id of displaced.keys()) tables.dropTrack(id as number)
    displaced.clear()
    return { ...diff, added: diff.added.slice(0, mostTold), changed: diff.changed.slice(0, mostTold) }
  }
}

function stateAt(device: string, tracks: WalkedTracks, i: number): FileState {
  return {
    device,
    inode: tracks.inodes[i] as string,
    revision: tracks.revisions[i] as string,
    size: tracks.sizes[i] as number,
    modified: tracks.modified[i] as number,
    linked: tracks.linked[i] as boolean,
  }
}
