import type { DatabaseSync } from 'node:sqlite'

/*
 * Temporary triggers that note which rows change, whoever changes them. What is rolled back is then not noted either; should
 * changes be rolled back that were already taken over, the number of turns, which is rolled back with them, tells.
 */

/** Changes noted at most; from then on it is only known that there were many. */
export const mostNoted = 100_000

/** What a row of the log is about. */
export const noted = { linked: 1, unlinked: 2, track: 3, value: 4, folder: 5 } as const

/** Columns of a track that searches look at. */
const columns = `id, folder, name, size, modified, read, writable, lossless, container, codec, duration, bitrate,
  sample_rate, channels, bits_per_sample, pictures`

/** Notes changes in the table `searched`, beginning with none. Returns the number of this turn. */
export function noteChanges(database: DatabaseSync): number {
  const events: [name: string, event: string, what: string][] = [
    ['linked', 'INSERT ON main.track_value', `${noted.linked}, new.track, new.value`],
    ['unlinked', 'DELETE ON main.track_value', `${noted.unlinked}, old.track, old.value`],
    ['track_new', 'INSERT ON main.track', `${noted.track}, new.id, 0`],
    ['track_set', `UPDATE OF ${columns} ON main.track`, `${noted.track}, new.id, 0`],
    ['track_gone', 'DELETE ON main.track', `${noted.track}, old.id, 0`],
    ['value_new', 'INSERT ON main.value', `${noted.value}, new.id, 0`],
    ['value_gone', 'DELETE ON main.value', `${noted.value}, old.id, 0`],
    ['folder_new', 'INSERT ON main.folder', `${noted.folder}, new.id, 0`],
    ['folder_set', 'UPDATE OF path ON main.folder', `${noted.folder}, new.id, 0`],
    ['folder_gone', 'DELETE ON main.folder', `${noted.folder}, old.id, 0`],
  ]
  const triggers = events.map(
    ([name, event, what]) => `CREATE TEMP TRIGGER IF NOT EXISTS searched_${name} AFTER ${event}
      WHEN (SELECT ifnull(max(rowid), 0) FROM temp.searched) < ${mostNoted}
      BEGIN INSERT INTO searched (kind, id, value) VALUES (${what}); END;`,
  )
  database.exec(`
    CREATE TEMP TABLE IF NOT EXISTS searched (kind INTEGER NOT NULL, id INTEGER NOT NULL, value INTEGER NOT NULL);
    CREATE TEMP TABLE IF NOT EXISTS searched_turn (turn INTEGER PRIMARY KEY);
    ${triggers.join('\n')}`)
  return beginTurn(database)
}

/** Forgets what was noted: it was taken over. Returns the number of the turn that begins. */
export function beginTurn(database: DatabaseSync): number {
  database.exec('DELETE FROM temp.searched')
  const turn = Number(database.prepare('INSERT INTO temp.searched_turn DEFAULT VALUES RETURNING turn').get()?.turn)
  database.prepare('DELETE FROM temp.searched_turn WHERE turn < ?').run(turn)
  return turn
}

/** How many changes are noted, `mostNoted` at the most, or null where this is no longer the turn. */
export function countNoted(database: DatabaseSync, turn: number): number | null {
  const known = database.prepare("SELECT count(*) AS n FROM temp.sqlite_schema WHERE name = 'searched_turn'").get()
  if (known?.n !== 1) return null
  const row = database
    .prepare(
      'SELECT (SELECT max(turn) FROM temp.searched_turn) AS turn, (SELECT ifnull(max(rowid), 0) FROM temp.searched) AS n',
    )
    .get()
  return row?.turn === turn ? Number(row.n) : null
}
