import type { DatabaseSync } from 'node:sqlite'
import type { KnownFolder } from '../library/browse.ts'
import { type LibraryPath, nameOf, parentOf } from '../library/paths.ts'
import type { TrackFacts, TrackReading } from '../library/reading.ts'
import type { Written } from '../library/refreshing.ts'
import type { WalkedFolder } from '../library/walk.ts'
import type { Tags } from '../schemas/common.ts'
import type { Audio } from '../schemas/track.ts'
import { pathOf } from './rows.ts'
import { createTables, type FileState } from './tables.ts'
import { fileNameField } from './values.ts'
import { createWalks, mostTold, type WalkDiff } from './walks.ts'

/*
 * What is written into the catalogue. A walk tells which tracks are where, in which revision; a reading tells what one holds.
 * A track that is not found where it was is first only marked as missing: it may turn up elsewhere, and then it is the same
 * track, moved; or all are missing at once, and then the disk is, not they. `forgetMissing` is the end of it.
 */

export interface CatalogueCounts {
  /** Tracks that are there. */
  readonly tracks: number
  /** Of these, those whose tags are known. */
  readonly read: number
  readonly missing: number
  readonly folders: number
}

export interface Store {
  /** Raised by every write that changed something: what was derived from an earlier state is then old. */
  readonly generation: number
  walked(folders: readonly WalkedFolder[]): WalkDiff
  store(readings: readonly TrackReading[]): void
  /** Marks tracks that were to be read and are not there. */
  lost(paths: readonly LibraryPath[]): void
  /** At most `limit` tracks that are still to be read. */
  unread(limit: number): LibraryPath[]
  /** The folders in a folder that were walked, with what they held then. */
  children(path: LibraryPath): KnownFolder[]
  counts(): CatalogueCounts
  /** Whether every folder was walked and every track read once, ever. */
  isComplete(): boolean
  complete(): void
  /** Forgets tracks that are missing since `since` (ms since the epoch) or longer, and folders that are gone. Returns their paths, no more than `mostTold`. */
  forgetMissing(since: number): LibraryPath[]
  /** Folders with tracks that are missing since `since` or longer. */
  missingFolders(since: number): LibraryPath[]
  /** Takes note of what our own change did to a file: what is known of one that moved stays, one that was written is to be read. */
  noted(written: Written): void
  /** Commits the writes of late: they wait for each other, as many small commits would take longer than all their writes. */
  save(): void
  /** Writes what waits to be written with more of its kind: to be called before anything is read of values. */
  flush(): void
}

/** Writes that are committed together. What a kill takes with it, the next scan finds again. */
const mostUnsaved = 60

export function createStore(database: DatabaseSync, root: Buffer): Store {
  const tables = createTables(database, root)
  const walk = createWalks(database, tables)
  const sql = {
    fill: database.prepare(
      `UPDATE track SET revision = ?, inode = ?, size = ?, modified = ?, read = 1, missing = NULL, writable = ?,
        reason_code = ?, reason_detail = ?, audio = ?, container = ?, codec = ?, lossless = ?, duration = ?,
        bitrate = ?, sample_rate = ?, channels = ?, bits_per_sample = ?, tags = ?, pictures = ?, facts = ? WHERE id = ?`,
    ),
    outdate: database.prepare('UPDATE track SET revision = ?, inode = ?, read = 0, missing = NULL WHERE id = ?'),
    changes: database.prepare('SELECT total_changes() AS n'),
    children: database.prepare(
      "SELECT path, modified, folders, tracks FROM folder WHERE parent = (SELECT id FROM folder WHERE path = ?) AND device <> ''",
    ),
    about: database.prepare('SELECT complete FROM about'),
    miss: database.prepare('UPDATE track SET missing = ? WHERE id = ? AND missing IS NULL'),
    unread: database.prepare(
      'SELECT t.name, f.path AS folder_path FROM track t JOIN folder f ON f.id = t.folder WHERE t.read = 0 AND t.missing IS NULL ORDER BY t.id LIMIT ?',
    ),
    counts: database.prepare(
      'SELECT (SELECT count(*) FROM track) AS rows, (SELECT count(*) FROM track WHERE missing IS NOT NULL) AS missing, (SELECT count(*) FROM track WHERE read = 0 AND missing IS NULL) AS unread, (SELECT count(*) FROM folder) AS folders',
    ),
    missing: database.prepare(
      'SELECT t.id, t.name, f.path AS folder_path FROM track t JOIN folder f ON f.id = t.folder WHERE t.missing <= ?',
    ),
    missingFolders: database.prepare(
      'SELECT DISTINCT f.path FROM track t JOIN folder f ON f.id = t.folder WHERE t.missing <= ?',
    ),
    dropFolders: database.prepare(
      "DELETE FROM folder WHERE path <> '' AND device = '' AND NOT EXISTS (SELECT 1 FROM track WHERE folder = folder.id) AND NOT EXISTS (SELECT 1 FROM folder c WHERE c.parent = folder.id)",
    ),
  }
  let generation = 0
  let unsaved = 0

  /** Does `work` as a whole or, where it throws, not at all. */
  function write<T>(work: () => T): T {
    if (unsaved === 0) database.exec('BEGIN')
    unsaved++
    const before = changes()
    const { waiting } = tables.values
    database.exec('SAVEPOINT one')
    try {
      const result = work()
      database.exec('RELEASE one')
      return result
    } catch (error) {
      tables.values.discard(waiting)
      // A full disk ends the transaction by itself; what led here is what is to be told.
      if (database.isTransaction) database.exec('ROLLBACK TO one; RELEASE one')
      throw error
    } finally {
      // A look at a folder that finds nothing new leaves all lists as they are.
      if (changes() !== before || tables.values.waiting !== waiting) generation++
      if (unsaved >= mostUnsaved) save()
    }
  }

  const changes = (): unknown => sql.changes.get()?.n

  function save(): void {
    if (unsaved === 0) return
    unsaved = 0
    tables.values.flush()
    database.exec('COMMIT')
  }

  function storeReading({ summary, facts }: TrackReading): void {
    const { revision, size, name, reason, audio, pictures } = summary
    const path = summary.path as LibraryPath
    const modified = Date.parse(summary.modified)
    const known = tables.track(path)
    const id = known
      ? Number(known.id)
      : tables.insertTrack(tables.folderId(parentOf(path)), nameOf(path), newState(revision))
    const tags = JSON.stringify(summary.tags)
    // By place: names would have to be looked up for every track.
    sql.fill.run(
      ...[revision, inodeOf(revision), size, modified, Number(summary.writable)],
      ...[reason?.code ?? null, reason?.detail ?? null],
      ...audioColumns(audio),
      ...[tags, pictures, isNothing(facts) ? null : JSON.stringify(facts), id],
    )
    if (known?.tags === tags) return
    const own = { [fileNameField]: [name] }
    const before = known ? (JSON.parse(known.tags as string) as Tags) : {}
    tables.values.replace(id, { ...before, ...own }, { ...summary.tags, ...own })
  }

  function move(kind: Written['kind'], from: LibraryPath, to: LibraryPath): void {
    if (kind === 'folder') {
      tables.moveFolder(from, to)
      return
    }
    const [row, taken] = [tables.track(from), tables.track(to)]
    if (!row || row.id === taken?.id) return
    if (taken) tables.dropTrack(taken.id as number)
    tables.place(row.id as number, tables.folderId(parentOf(to)), nameOf(to))
  }

  function remove(path: LibraryPath): void {
    const row = tables.track(path)
    if (row) tables.dropTrack(row.id as number)
    else tables.dropFolder(path)
  }

  function outdate(path: LibraryPath, revision: string): void {
    const row = tables.track(path)
    if (row) sql.outdate.run(revision, inodeOf(revision), row.id as number)
    else tables.insertTrack(tables.folderId(parentOf(path)), nameOf(path), newState(revision))
  }

  return {
    get generation() {
      return generation
    },
    save,
    flush: tables.values.flush,
    walked: folders => write(() => walk(folders)),
    store: readings => write(() => readings.forEach(storeReading)),
    lost(paths) {
      const now = Date.now()
      write(() => {
        for (const path of paths) {
          const row = tables.track(path)
          if (row) sql.miss.run(now, row.id as number)
        }
      })
    },
    unread: limit => sql.unread.all(limit).map(pathOf),
    children: path =>
      sql.children.all(path).map(({ path, modified, folders, tracks }) => ({
        name: nameOf(path as LibraryPath),
        modified: modified as string,
        folders: folders as number,
        tracks: tracks as number,
      })),
    counts() {
      const { rows, missing, unread, folders } = sql.counts.get() as Record<string, number>
      const tracks = Number(rows) - Number(missing)
      return { tracks, read: tracks - Number(unread), missing: Number(missing), folders: Number(folders) }
    },
    isComplete: () => sql.about.get()?.complete === 1,
    complete() {
      write(() => database.exec('UPDATE about SET complete = 1'))
      save()
    },
    forgetMissing(since) {
      return write(() => {
        const rows = sql.missing.all(since)
        for (const row of rows) tables.dropTrack(row.id as number)
        // From the leaves up: a folder goes when nothing is left in it.
        while (Number(sql.dropFolders.run().changes) > 0);
        return rows.slice(0, mostTold).map(pathOf)
      })
    },
    missingFolders: since => sql.missingFolders.all(since).map(row => row.path as LibraryPath),
    noted(written) {
      write(() => {
        const { kind, before, after } = written
        if (before !== null && after === null) remove(before)
        if (before !== null && after !== null && before !== after) move(kind, before, after)
        if (written.kind === 'track' && after !== null && written.revision !== null) outdate(after, written.revision)
      })
    },
  }
}

/** A track that is known by its revision alone: the next walk tells its device, its reading the rest. */
const newState = (revision: string): FileState => ({
  device: '',
  inode: inodeOf(revision),
  revision,
  size: 0,
  modified: 0,
  linked: false,
})

const inodeOf = (revision: string): string => revision.split('.', 1)[0] as string

function isNothing({ pictures, disagreements, extension }: TrackFacts): boolean {
  return pictures.length === 0 && disagreements.length === 0 && extension === null
}

/** The columns from `audio` to `bits_per_sample`. */
function audioColumns(audio: Audio | null): (string | number | null)[] {
  if (!audio) return [0, ...new Array<null>(8).fill(null)]
  const { container, codec, lossless, duration, bitrate, sampleRate, channels, bitsPerSample } = audio
  const isLossless = lossless === null ? null : Number(lossless)
  return [1, container, codec, isLossless, duration, bitrate, sampleRate, channels, bitsPerSample]
}
