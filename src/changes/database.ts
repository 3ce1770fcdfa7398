import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/*
 * The state database: the history and the pictures that wait to be embedded. In memory, or `state.sqlite` in STATE_DIR;
 * the code is the same. The version of the schema is in PRAGMA user_version; a step of `migrations` leads from each to the next.
 */

const migrations: readonly string[] = [
  `
  CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    -- where the file is now; null once another file has taken its path
    path TEXT UNIQUE,
    -- the revision that our last change of it left, and the number of that state of its bytes
    revision TEXT,
    state INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE change (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    summary TEXT NOT NULL,
    -- what its files take up here, most of it the bytes that undo puts back
    bytes INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE change_file (
    change INTEGER NOT NULL REFERENCES change (seq) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    file INTEGER NOT NULL REFERENCES file (id),
    -- the entry as it was reported (JSON of ChangeFile)
    entry TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0,
    -- the splices that undo or, when undone, redo, from one state of the bytes to the other
    toggle BLOB NOT NULL,
    from_state INTEGER NOT NULL,
    to_state INTEGER NOT NULL,
    PRIMARY KEY (change, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX change_file_file ON change_file (file);
  -- the last record of each journal whose write the history knows of
  CREATE TABLE settled (journal TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE picture (
    sha256 TEXT PRIMARY KEY,
    mime TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    used INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- a file may be a folder: its revision is its inode
  ALTER TABLE file ADD COLUMN kind TEXT NOT NULL DEFAULT 'track';
  -- of an entry that moved its file: where it left it, and where undo (or, when undone, redo) brings it; null for a place that there
  -- was not, because the entry made or removed it. Both follow the folders that they are in.
  ALTER TABLE change_file ADD COLUMN left_at TEXT;
  ALTER TABLE change_file ADD COLUMN place TEXT;
  UPDATE change_file SET
    left_at = (SELECT json_extract(d.value, iif(undone = 0, '$.after[0]', '$.before[0]'))
      FROM json_each(entry, '$.changes') d WHERE json_extract(d.value, '$.kind') = 'path'),
    place = (SELECT json_extract(d.value, iif(undone = 0, '$.before[0]', '$.after[0]'))
      FROM json_each(entry, '$.changes') d WHERE json_extract(d.value, '$.kind') = 'path');
  CREATE INDEX change_file_left_at ON change_file (left_at) WHERE left_at IS NOT NULL;
  CREATE INDEX change_file_place ON change_file (place) WHERE place IS NOT NULL;
  `,
]

/** Why a state database cannot be used: to be shown as it is. */
class StateError extends Error {
  readonly code = 'STATE_UNUSABLE'
}

/**
 * Opens the database of `stateDir`, or one in memory for null, at the newest schema. One that is damaged is set aside; `warn` says so.
 * Throws where another process has it open: two of them would undo each other's writes.
 */
export function openDatabase(stateDir: string | null, warn: (message: string) => void): DatabaseSync {
  if (stateDir === null) return migrate(new DatabaseSync(':memory:'))
  const path = join(stateDir, 'state.sqlite')
  try {
    return openDurable(path)
  } catch (error) {
    if (/database is locked/i.test(String(error))) {
      throw new StateError(
        'another running Metadata Remote keeps its history here; stop it first, or give each a folder of its own',
        { cause: error },
      )
    }
    if (!existsSync(path) || !/not a database|malformed|corrupt/i.test(String(error))) throw error
    const aside = `${path}.damaged-${new Date().toISOString().replace(/[:.]/g, '-')}`
    renameSync(path, aside)
    for (const suffix of ['-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
    warn('The state database was damaged; it was set aside in STATE_DIR and a new history starts.')
    return openDurable(path)
  }
}

function openDurable(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  // EXCLUSIVE: held until the end of the process, however that comes. FULL: what a reply calls recorded is on the disk.
  database.exec(
    'PRAGMA busy_timeout = 5000; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL',
  )
  database.exec('BEGIN EXCLUSIVE; COMMIT')
  const [check] = database.prepare('PRAGMA quick_check(1)').all()
  if (check?.quick_check !== 'ok') {
    database.close()
    throw new Error('the database is malformed')
  }
  return migrate(database)
}

function migrate(database: DatabaseSync): DatabaseSync {
  database.exec('PRAGMA foreign_keys = ON')
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version > migrations.length) {
    database.close()
    throw new StateError(
      `the state database has schema ${version}, made by a newer version of this program; this one knows ${migrations.length}`,
    )
  }
  for (const [i, step] of migrations.entries()) {
    if (i < version) continue
    database.exec(`BEGIN; ${step}; PRAGMA user_version = ${i + 1}; COMMIT`)
  }
  return database
}

/** Runs `work` in one transaction: all of it is recorded, or nothing. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
