import type { DatabaseSync } from 'node:sqlite'

/* Temporary triggers that note which rows change, whoever changes them; what is rolled back is not noted either. */

/** Changes noted at most; from then on it is only known that there were many. */
export const mostNoted = 100_000

/** What a row of the log is about. */
export const noted = { linked: 1, unlinked: 2, track: 3, value: 4, folder: 5 } as const

/** Notes changes in the table `searched`, beginning with none. */
export function noteChanges(database: DatabaseSync): void {
  const events: [name: string, event: string, what: string][] = [
    ['linked', 'INSERT ON main.track_value', `${noted.linked}, new.track, new.value`],
    ['unlinked', 'DELETE ON main.track_value', `${noted.unlinked}, old.track, old.value`],
    ['track_new', 'INSERT ON main.track', `${noted.track}, new.id, 0`],
    ['track_set', 'UPDATE ON main.track', `${noted.track}, new.id, 0`],
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
    DELETE FROM temp.searched;
    ${triggers.join('\n')}`)
}
