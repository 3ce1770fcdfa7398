import type { DatabaseSync } from 'node:sqlite'
import { CodedError } from '../errors.ts'
import type { RecordId } from '../files/journal-record.ts'
import type { LibraryPath } from '../library/paths.ts'
import type { Change, ChangeFile, ChangeHead, ChangePage, ChangeState, Summary } from '../schemas/change.ts'
import { transaction } from './database.ts'
import { emptySummary } from './report.ts'
import { ulid } from './ulid.ts'
import { createWhereabouts, type Whereabouts } from './whereabouts.ts'

/*
 * The history is a list of changes, and each change a list of the files that it really changed. A file has an id of its own,
 * so that a rename rewrites no old entry, and a number for each state that its bytes have had. A change took the file
 * from one state to another; the splices kept with it (the toggle) lead back. When the file is in the state that a
 * toggle starts from, undo and redo are exact: the splices are applied, their inverse becomes the new toggle, and the file
 * is in the older state again, with its old number. So changes undone from the newest to the oldest pass through the very
 * same states backwards, byte for byte. When a file has moved on (a later change still stands, or another program wrote it), the
 * toggle does not fit; the values are restored instead, by an edit like any other, and the file gets a new state.
 *
 * A folder is a file of its own kind. Where an entry moved its file, both ends of the way are kept apart from the entry, which stays as it
 * was reported, and follow the folders that they lie in: so a track comes back into the folder that it was in, whatever that is called now.
 */

/** One file of a recorded change, with what is needed to turn it. */
export interface RecordedFile {
  readonly position: number
  readonly fileId: number
  readonly kind: 'track' | 'folder'
  /** Where the file is now; null where another file took its path, and for a folder that is gone. */
  readonly path: LibraryPath | null
  /** The revision of the file in its newest state known to us. */
  readonly revision: string | null
  readonly entry: ChangeFile
  readonly undone: boolean
  /** Where the entry left what it moved or made; null where it moved nothing or removed it. */
  readonly leftAt: LibraryPath | null
  /** Where it is to go when the entry is turned; null where it is to be gone, or where the entry moved nothing. */
  readonly place: LibraryPath | null
  /** Whether the file is in the state that the toggle starts from. */
  readonly fits: boolean
}

/** A write that happened: where the file was and is, and the splices that lead back. The revision of a folder is its inode. */
export interface AppliedWrite {
  readonly kind: 'track' | 'folder'
  /** Null for a folder that was made. */
  readonly pathBefore: LibraryPath | null
  /** Null for a folder that was removed. */
  readonly path: LibraryPath | null
  readonly revisionBefore: string
  readonly revision: string
  readonly toggle: Uint8Array
  /** The journal's record of the write: settled together with the entry. */
  readonly journalId: RecordId | null
}

/** A file that was changed: what is reported of it, and what was written. */
export interface ChangedFile {
  readonly position: number
  readonly entry: ChangeFile
  readonly write: AppliedWrite
}

export interface History extends Pick<Whereabouts, 'isAwaited'> {
  /** Whether the write of a journal's record is recorded here. */
  isSettled(id: RecordId): boolean
  /** Whether no change was ever begun here: a journal that is there all the same belongs to a history that is lost. */
  isUnused(): boolean
  /** Forgets which records were settled, once no journal of an earlier run is left. */
  forgetSettled(): void
  /** Starts an entry; it is `running` until finish. */
  begin(label: string): { id: string; createdAt: string }
  /** Records changed files of a running change, all or none; `position` is their place among its files. */
  recordFiles(id: string, files: readonly ChangedFile[]): void
  /** Closes an entry; one without any file vanishes. Older entries than the limit go. */
  finish(id: string, state: ChangeState, summary: Summary): void
  list(page: { path?: LibraryPath | undefined; limit: number; cursor?: string | undefined }): ChangePage
  /** Throws CHANGE_NOT_FOUND. */
  get(id: string): Change & { id: string }
  /** The same, or undefined. */
  find(id: string): (Change & { id: string }) | undefined
  files(id: string): RecordedFile[]
  /** The splices that turn a file of a change, as encodeToggle makes them. */
  toggle(id: string, position: number): Uint8Array
  /** Records that a file of a change was undone (or redone): exactly, or by value. */
  recordToggle(id: string, position: number, write: AppliedWrite, exact: boolean): void
  /** Records that a file of a change was undone (or redone) without a write, because it had the values already: from here on it goes by value. */
  recordTurned(id: string, position: number): void
  setState(id: string, state: ChangeState): void
  /** Keeps an entry, whatever is cleared or grows too old, until the function that it returns is called. */
  hold(id: string): () => void
  clear(): void
  count(): number
}

type Row = Record<string, unknown>

/** Keeps `limit` changes, and fewer where their bytes exceed `budget`; the newest always stays. */
export function createHistory(database: DatabaseSync, limit: number, budget: number): History {
  /** Entries that are being turned: what is not turned yet would be lost to undo. */
  const held = new Set<string>()
  const kept = () => ({ held: JSON.stringify([...held]) })
  const free = "state <> 'running' AND id NOT IN (SELECT value FROM json_each(:held))"
  const sql = {
    insertChange: database.prepare('INSERT INTO change (id, label, state, created_at, summary) VALUES (?, ?, ?, ?, ?)'),
    finish: database.prepare(
      'UPDATE change SET state = ?, summary = ?, bytes = (SELECT coalesce(sum(length(toggle) + length(entry)), 0) FROM change_file WHERE change = seq) WHERE id = ?',
    ),
    setState: database.prepare('UPDATE change SET state = ? WHERE id = ?'),
    dropEmpty: database.prepare(
      'DELETE FROM change WHERE id = ? AND NOT EXISTS (SELECT 1 FROM change_file WHERE change = seq)',
    ),
    pruneBytes: database.prepare(
      `DELETE FROM change WHERE ${free} AND seq < (SELECT max(seq) FROM change) AND seq <= (SELECT max(seq) FROM (SELECT seq, sum(bytes) OVER (ORDER BY seq DESC) AS total FROM change) WHERE total > :budget)`,
    ),
    prune: database.prepare(
      `DELETE FROM change WHERE ${free} AND seq <= (SELECT seq FROM change ORDER BY seq DESC LIMIT 1 OFFSET :limit)`,
    ),
    dropFiles: database.prepare('DELETE FROM file WHERE id NOT IN (SELECT file FROM change_file)'),
    change: database.prepare('SELECT * FROM change WHERE id = ?'),
    changeFiles: database.prepare(
      'SELECT cf.position, cf.file, cf.entry, cf.undone, cf.from_state, cf.to_state, cf.left_at, cf.place, f.kind, f.path, f.revision, f.state FROM change_file cf JOIN file f ON f.id = cf.file WHERE cf.change = (SELECT seq FROM change WHERE id = ?) ORDER BY cf.position',
    ),
    fileByPath: database.prepare('SELECT * FROM file WHERE path = ?'),
    insertFile: database.prepare('INSERT INTO file (kind, path, revision, state) VALUES (?, ?, ?, ?)'),
    freePath: database.prepare('UPDATE file SET path = NULL WHERE path = ? AND id <> ?'),
    moveFile: database.prepare('UPDATE file SET path = ?, revision = ?, state = ? WHERE id = ?'),
    nextState: database.prepare(
      'SELECT max(coalesce((SELECT max(state) FROM file), 0), coalesce((SELECT max(max(from_state), max(to_state)) FROM change_file), 0)) + 1 AS state',
    ),
    insertFileOfChange: database.prepare(
      'INSERT INTO change_file (change, position, file, entry, toggle, from_state, to_state, left_at, place) VALUES ((SELECT seq FROM change WHERE id = :id), :position, :file, :entry, :toggle, :from, :to, :left, :place)',
    ),
    toggleOf: database.prepare(
      'SELECT toggle FROM change_file WHERE change = (SELECT seq FROM change WHERE id = ?) AND position = ?',
    ),
    toggle: database.prepare(
      'UPDATE change_file SET undone = 1 - undone, toggle = :toggle, from_state = :from, to_state = :to, left_at = :left, place = :place WHERE change = (SELECT seq FROM change WHERE id = :id) AND position = :position',
    ),
    settle: database.prepare(
      'INSERT INTO settled (journal, number) VALUES (?, ?) ON CONFLICT (journal) DO UPDATE SET number = excluded.number',
    ),
    settled: database.prepare('SELECT number FROM settled WHERE journal = ?'),
    begun: database.prepare("SELECT 1 FROM sqlite_sequence WHERE name = 'change' AND seq > 0"),
    count: database.prepare("SELECT count(*) AS n FROM change WHERE state <> 'running'"),
    clear: database.prepare(`DELETE FROM change WHERE ${free}`),
  }
  // An entry that was running when the process ended holds the files that were changed by then.
  recoverRunning(database)
  let lastState = Number(sql.nextState.get()?.state) - 1
  const newState = (): number => ++lastState

  const whereabouts = createWhereabouts(database)

  /** The row of the file at a path, in the state with which it was found; a state unknown so far gets a number. */
  function fileAt({ kind, pathBefore, path, revisionBefore }: AppliedWrite): { id: number; state: number } {
    const at = pathBefore ?? path
    const row = sql.fileByPath.get(at)
    // Another folder of the same path is not the one that older entries speak of.
    if (row && row.kind === kind && (kind === 'track' || (pathBefore !== null && row.revision === revisionBefore))) {
      return { id: Number(row.id), state: row.revision === revisionBefore ? Number(row.state) : newState() }
    }
    const state = newState()
    sql.freePath.run(at, -1)
    return { id: Number(sql.insertFile.run(kind, at, revisionBefore, state).lastInsertRowid), state }
  }

  function moveFile(id: number, write: AppliedWrite, state: number): void {
    const { kind, pathBefore, path } = write
    if (kind === 'folder' && pathBefore !== null && path !== null && path !== pathBefore)
      whereabouts.moveBelow(pathBefore, path)
    if (path !== null) sql.freePath.run(path, id)
    sql.moveFile.run(path, write.revision, state, id)
    if (write.journalId) sql.settle.run(write.journalId.journal, write.journalId.number)
  }

  return {
    isSettled: ({ journal, number }) => Number(sql.settled.get(journal)?.number ?? 0) >= number,
    isAwaited: whereabouts.isAwaited,
    isUnused: () => sql.begun.get() === undefined,
    forgetSettled: () => database.exec('DELETE FROM settled'),
    begin(label) {
      const id = ulid()
      const createdAt = new Date().toISOString()
      sql.insertChange.run(id, label, 'running', createdAt, JSON.stringify(emptySummary))
      return { id, createdAt }
    },
    recordFiles(id, files) {
      transaction(database, () => {
        for (const { position, entry, write } of files) {
          const { id: file, state: before } = fileAt(write)
          const after = newState()
          moveFile(file, write, after)
          const way = write.path === write.pathBefore ? { left: null, place: null } : wayOf(write)
          const states = { from: after, to: before }
          sql.insertFileOfChange.run({
            ...{ id, position, file, entry: JSON.stringify(entry), toggle: write.toggle },
            ...states,
            ...way,
          })
        }
      })
    },
    finish(id, state, summary) {
      transaction(database, () => {
        sql.finish.run(state, JSON.stringify(summary), id)
        sql.dropEmpty.run(id)
        const pruned =
          Number(sql.prune.run({ ...kept(), limit }).changes) +
          Number(sql.pruneBytes.run({ ...kept(), budget }).changes)
        if (pruned > 0) sql.dropFiles.run()
      })
    },
    list({ path, limit: size, cursor }) {
      const within = path
        ? `AND EXISTS (SELECT 1 FROM change_file cf JOIN file f ON f.id = cf.file WHERE cf.change = c.seq AND (f.path = :path OR substr(f.path, 1, length(:path) + 1) = :path || '/' OR substr(cf.place, 1, length(:path) + 1) = :path || '/'))`
        : ''
      const before = decodeCursor(cursor)
      const named = path ? { path } : {}
      const rows = database
        .prepare(`SELECT c.* FROM change c WHERE c.seq < :before ${within} ORDER BY c.seq DESC LIMIT :limit`)
        .all({ ...named, before, limit: size + 1 })
      const total = database.prepare(`SELECT count(*) AS n FROM change c WHERE 1 ${within}`).get(named)
      const page = rows.slice(0, size)
      return {
        items: page.map(headOf),
        total: Number(total?.n),
        nextCursor: rows.length > size ? String(page.at(-1)?.seq) : null,
      }
    },
    get(id) {
      const row = demandChange(sql.change.get(id))
      return changeOf(row, sql.changeFiles.all(id))
    },
    find(id) {
      const row = sql.change.get(id)
      return row && changeOf(row, sql.changeFiles.all(id))
    },
    files(id) {
      demandChange(sql.change.get(id))
      return sql.changeFiles.all(id).map(row => ({
        position: Number(row.position),
        fileId: Number(row.file),
        kind: row.kind as 'track' | 'folder',
        path: row.path as LibraryPath | null,
        revision: row.revision as string | null,
        entry: JSON.parse(row.entry as string) as ChangeFile,
        undone: row.undone === 1,
        leftAt: row.left_at as LibraryPath | null,
        place: row.place as LibraryPath | null,
        fits: row.state === row.from_state,
      }))
    },
    toggle: (id, position) => sql.toggleOf.get(id, position)?.toggle as Uint8Array,
    recordToggle(id, position, write, exact) {
      transaction(database, () => {
        const row = sql.changeFiles.all(id).find(r => r.position === position) as Row
        // By value the file comes from whatever state it was in, and ends in one that it never had.
        const before = exact
          ? Number(row.from_state)
          : row.revision === write.revisionBefore
            ? Number(row.state)
            : newState()
        const after = exact ? Number(row.to_state) : newState()
        moveFile(Number(row.file), write, after)
        const way = write.path === write.pathBefore ? turned(row) : wayOf(write)
        sql.toggle.run({ id, position, toggle: write.toggle, from: after, to: before, ...way })
      })
    },
    recordTurned(id, position) {
      const row = sql.changeFiles.all(id).find(r => r.position === position) as Row
      sql.toggle.run({ id, position, toggle: new Uint8Array(0), from: newState(), to: newState(), ...turned(row) })
    },
    setState(id, state) {
      sql.setState.run(state, id)
    },
    hold(id) {
      held.add(id)
      return () => void held.delete(id)
    },
    clear() {
      transaction(database, () => {
        sql.clear.run(kept())
        sql.dropFiles.run()
      })
    },
    count: () => Number(sql.count.get()?.n),
  }
}

/** Both ends of the way that a write went, as an entry keeps them. */
const wayOf = ({ path, pathBefore }: AppliedWrite) => ({ left: path, place: pathBefore })

/** The same way, to be gone in the other direction. */
const turned = (row: Row) => ({ left: row.place as string | null, place: row.left_at as string | null })

function recoverRunning(database: DatabaseSync): void {
  for (const row of database.prepare("SELECT seq, id FROM change WHERE state = 'running'").all()) {
    const files = Number(
      database.prepare('SELECT count(*) AS n FROM change_file WHERE change = ?').get(row.seq as number)?.n,
    )
    if (files === 0) database.prepare('DELETE FROM change WHERE seq = ?').run(row.seq as number)
    else {
      const summary: Summary = { ...emptySummary, applied: files }
      database
        .prepare("UPDATE change SET state = 'partial', summary = ? WHERE seq = ?")
        .run(JSON.stringify(summary), row.seq as number)
    }
  }
}

function demandChange(row: Row | undefined): Row {
  if (!row)
    throw new CodedError(
      'CHANGE_NOT_FOUND',
      'The history has no such change; it may have been cleared or grown too old.',
    )
  return row
}

function headOf(row: Row): ChangeHead {
  return {
    id: row.id as string,
    state: row.state as ChangeState,
    label: row.label as string,
    createdAt: row.created_at as string,
    summary: JSON.parse(row.summary as string) as Summary,
  }
}

function changeOf(row: Row, files: readonly Row[]): Change & { id: string } {
  return { ...headOf(row), id: row.id as string, files: files.map(file => JSON.parse(file.entry as string)) }
}

function decodeCursor(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER
  if (!/^\d{1,15}$/.test(cursor)) throw new CodedError('BAD_REQUEST', 'The cursor is not one that this server gave.')
  return Number(cursor)
}
