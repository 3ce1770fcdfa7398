import type { DatabaseSync } from 'node:sqlite'
import { rules } from './rules.ts'

/*
 * Where problems are remembered. Triggers note which folders changed, whoever changed them; checking takes one album folder after
 * the other. What rules about the whole library say (a name is spelled otherwise elsewhere, an album goes on in another folder) is
 * kept apart, and a folder is checked again when that changes.
 */

/** Raised when a rule finds something else than before: all is checked anew. */
const version = 1

/** Fields whose spellings are compared. */
const spelled = [...new Set(rules.flatMap(rule => (rule.scope === 'values' ? rule.fields : [])))]

/** Longer values are kept cut off, and are no names. */
const longestName = 200

const toCheck = (folder: string): string =>
  `INSERT INTO to_check (folder) SELECT ${folder} WHERE ${folder} IS NOT NULL ON CONFLICT (folder) DO UPDATE SET begun = 0`

const schema = `
  CREATE TABLE problem (
    kind TEXT NOT NULL,
    track INTEGER NOT NULL,
    -- the album folder in whose check it was found
    folder INTEGER NOT NULL,
    mendable INTEGER NOT NULL,
    detail TEXT NOT NULL,
    edits TEXT NOT NULL,
    PRIMARY KEY (kind, track)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX problem_folder ON problem (folder);
  CREATE INDEX problem_track ON problem (track);
  CREATE INDEX problem_count ON problem (kind, mendable);
  CREATE TABLE to_check (folder INTEGER PRIMARY KEY, begun INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE TABLE to_spell (value INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE spelling (kind TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (kind, key, text)) STRICT, WITHOUT ROWID;
  CREATE TABLE place (id INTEGER PRIMARY KEY, folder INTEGER NOT NULL, place TEXT NOT NULL) STRICT;
  CREATE INDEX place_folder ON place (folder);
  CREATE TABLE place_group (kind TEXT NOT NULL, key TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (kind, key, place)) STRICT, WITHOUT ROWID;
  CREATE INDEX place_group_place ON place_group (place);
  -- what rules about the whole library said when they were last asked: JSON, as it is applied to tracks
  CREATE TABLE verdict (kind TEXT NOT NULL, subject TEXT NOT NULL, verdict TEXT NOT NULL, PRIMARY KEY (kind, subject)) STRICT, WITHOUT ROWID;

  CREATE TRIGGER track_changed AFTER UPDATE OF name, read, missing, tags, pictures, facts ON track WHEN NEW.read = 1
  BEGIN
    INSERT INTO to_check (folder) VALUES (NEW.folder) ON CONFLICT (folder) DO UPDATE SET begun = 0 WHERE begun = 1;
  END;
  CREATE TRIGGER track_moved AFTER UPDATE OF folder ON track WHEN NEW.folder <> OLD.folder
  BEGIN
    ${toCheck('NEW.folder')};
    ${toCheck('OLD.folder')};
  END;
  CREATE TRIGGER track_gone AFTER DELETE ON track
  BEGIN
    DELETE FROM problem WHERE track = OLD.id;
    ${toCheck('OLD.folder')};
  END;
  CREATE TRIGGER folder_moved AFTER UPDATE OF path, parent ON folder
  BEGIN
    ${toCheck('NEW.id')};
    ${toCheck('OLD.parent')};
    ${toCheck('NEW.parent')};
  END;
  CREATE TRIGGER folder_gone AFTER DELETE ON folder
  BEGIN
    DELETE FROM to_check WHERE folder = OLD.id;
    DELETE FROM place_group WHERE place IN (SELECT id FROM place WHERE folder = OLD.id);
    DELETE FROM place WHERE folder = OLD.id;
    ${toCheck('OLD.parent')};
  END;
  CREATE TRIGGER value_new AFTER INSERT ON value
  WHEN NEW.field IN (${spelled.map(field => `'${field}'`).join(', ')}) AND length(NEW.text) <= ${longestName}
  BEGIN
    INSERT OR IGNORE INTO to_spell (value) VALUES (NEW.id);
  END;
`

/** Makes the tables of problems in a catalogue, or makes them anew where they are of another version; then all is to be checked. */
export function prepareProblems(database: DatabaseSync): void {
  database.exec('CREATE TABLE IF NOT EXISTS problem_version (version INTEGER NOT NULL) STRICT')
  if (database.prepare('SELECT version FROM problem_version').get()?.version !== version) {
    const old = database
      .prepare(
        "SELECT type, name FROM sqlite_schema WHERE (type = 'trigger' AND name IN ('track_changed', 'track_moved', 'track_gone', 'folder_moved', 'folder_gone', 'value_new')) OR (type = 'table' AND name IN ('problem', 'to_check', 'to_spell', 'spelling', 'place', 'place_group', 'verdict'))",
      )
      .all()
    const drops = old.map(({ type, name }) => `DROP ${type} ${name};`).join(' ')
    database.exec(`BEGIN; ${drops} ${schema}
      INSERT INTO to_check (folder) SELECT DISTINCT folder FROM track WHERE read = 1;
      INSERT INTO to_spell (value) SELECT id FROM value WHERE field IN (${spelled.map(field => `'${field}'`).join(', ')}) AND length(text) <= ${longestName};
      DELETE FROM problem_version; INSERT INTO problem_version VALUES (${version}); COMMIT`)
  }
  // What was begun when the process ended is begun anew.
  database.exec('UPDATE to_check SET begun = 0 WHERE begun = 1')
}
