import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/*
 * What the catalogue remembers of the library's files. Nothing in here is the only copy of anything: a database that is damaged,
 * of another version or of another library is thrown away and filled again from the files. So it is a file of its own beside the
 * history, and is not flushed to the disk at every step.
 */

/** Raised with every change of the schema or of how its columns are filled: a database of another version is thrown away. */
const version = 6

const schema = `
  -- complete: whether every folder was walked and every track read once
  CREATE TABLE about (library TEXT NOT NULL, complete INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    parent INTEGER,
    path TEXT NOT NULL UNIQUE,
    key TEXT NOT NULL,
    device TEXT NOT NULL,
    -- modification time of the folder in ns, as text: more than a number holds exactly
    modified TEXT NOT NULL,
    -- how many of each it showed then, links counted, too
    folders INTEGER NOT NULL DEFAULT 0,
    tracks INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX folder_key ON folder (key, path);
  CREATE INDEX folder_parent ON folder (parent);
  CREATE TABLE track (
    id INTEGER PRIMARY KEY,
    folder INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    device TEXT NOT NULL,
    inode TEXT NOT NULL,
    revision TEXT NOT NULL,
    size INTEGER NOT NULL,
    -- ms since the epoch
    modified INTEGER NOT NULL,
    -- 0: only seen in its folder, not read yet in this revision
    read INTEGER NOT NULL DEFAULT 0,
    -- since when it is not found where it was (ms since the epoch); the mount guard may keep such rows for long
    missing INTEGER,
    writable INTEGER NOT NULL DEFAULT 0,
    reason_code TEXT,
    reason_detail TEXT,
    -- whether there are audio properties
    audio INTEGER NOT NULL DEFAULT 0,
    container TEXT,
    codec TEXT,
    lossless INTEGER,
    duration REAL,
    bitrate REAL,
    sample_rate REAL,
    channels INTEGER,
    bits_per_sample INTEGER,
    -- JSON of TrackSummary.tags
    tags TEXT NOT NULL DEFAULT '{}',
    pictures INTEGER NOT NULL DEFAULT 0,
    -- JSON of TrackFacts; null where there is nothing to say
    facts TEXT,
    -- whether it is a symbolic link to a file
    linked INTEGER NOT NULL DEFAULT 0,
    -- sums of all the audio and of its start, and the revision in which they were computed: see duplicates/sums.ts
    payload TEXT,
    payload_start TEXT,
    payload_revision TEXT
  ) STRICT;
  CREATE UNIQUE INDEX track_order ON track (folder, name_key, name);
  CREATE INDEX track_inode ON track (inode);
  CREATE INDEX track_payload_start ON track (payload_start) WHERE payload_start IS NOT NULL;
  CREATE INDEX track_unread ON track (id) WHERE read = 0 AND missing IS NULL;
  CREATE INDEX track_missing ON track (id) WHERE missing IS NOT NULL;
  -- every distinct value of every field once: key in natural order, folded as searches look into it
  CREATE TABLE value (
    id INTEGER PRIMARY KEY,
    field TEXT NOT NULL,
    text TEXT NOT NULL,
    folded TEXT NOT NULL,
    key TEXT NOT NULL,
    UNIQUE (field, key, text)
  ) STRICT;
  CREATE TABLE track_value (
    value INTEGER NOT NULL,
    track INTEGER NOT NULL,
    -- place of the value among those of its field
    position INTEGER NOT NULL,
    PRIMARY KEY (value, track)
  ) STRICT, WITHOUT ROWID;
  -- the values that are too long to be searched in memory
  CREATE VIRTUAL TABLE value_text USING fts5 (folded, tokenize = 'trigram', content = '', contentless_delete = 1);
  CREATE TRIGGER value_text_gone AFTER DELETE ON value BEGIN
    DELETE FROM value_text WHERE rowid = old.id;
  END;
`

export interface OpenedDatabase {
  readonly database: DatabaseSync
  /** Whether it survives the process. */
  readonly durable: boolean
  /** What a person should know of how it was opened; null where all is well. */
  readonly warning: string | null
}

/**
 * Opens the catalogue of the library at `library` (any text that tells libraries apart) in `stateDir`, or a temporary one for
 * null, or one in memory alone. One that cannot be used is replaced, and where that cannot be, the catalogue lives in memory. Never throws for that.
 */
export function openCatalogue(stateDir: string | null, library: string): OpenedDatabase {
  if (stateDir === null) return { database: temporary(library), durable: false, warning: null }
  if (stateDir === ':memory:') return { database: temporary(library, ':memory:'), durable: false, warning: null }
  const path = join(stateDir, 'catalogue.sqlite')
  try {
    return { database: openDurable(path, library), durable: true, warning: null }
  } catch (locked) {
    try {
      // It is in use, so it is not ours to throw away.
      if (/locked|busy/i.test(String(locked))) throw locked
      removeDatabase(path)
      const warning = 'The catalogue could not be used and is made anew; the files are read again.'
      return { database: openDurable(path, library), durable: true, warning }
    } catch (error) {
      const why = (error as Error).message
      const warning = `The catalogue cannot be kept in STATE_DIR (${why}); it lives in memory until the next start.`
      return { database: temporary(library), durable: false, warning }
    }
  }
}

/** Removes the catalogue's files. */
function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}

function openDurable(path: string, library: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 2000 })
  try {
    // NORMAL: after a power cut it is whole, if perhaps older; the next scan brings it up to date.
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000',
    )
    database.exec('BEGIN EXCLUSIVE; COMMIT')
    return prepare(database, library)
  } catch (error) {
    database.close()
    throw error
  }
}

/** A database that goes with the process: SQLite keeps it in its cache, and in a temporary file where it grows. */
function temporary(library: string, where: '' | ':memory:' = ''): DatabaseSync {
  const database = new DatabaseSync(where)
  database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF')
  return prepare(database, library)
}

function prepare(database: DatabaseSync, library: string): DatabaseSync {
  database.exec('PRAGMA cache_size = -24000; PRAGMA temp_store = MEMORY')
  const found = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (found === 0) {
    database.exec(`BEGIN; ${schema}; PRAGMA user_version = ${version}; COMMIT`)
    database.prepare('INSERT INTO about (library) VALUES (?)').run(library)
  }
  const about = database.prepare('SELECT library FROM about').get()
  if ((found !== 0 && found !== version) || about?.library !== library)
    throw new Error('the catalogue is of another version or another library')
  return database
}
