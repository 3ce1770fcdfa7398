import type { DatabaseSync } from 'node:sqlite'
import { type LibraryPath, nameOf, parentOf } from '../../library/paths.ts'
import { pathOf } from '../rows.ts'

/*
 * The sums of the tracks' audio. Same audio cannot be told by codec, sample rate and duration: a large library has any
 * of them many times over, and they come from headers that another program may have written differently. So of every track the start of its audio is
 * summed, which takes one short read, and all of it only where another track starts alike: nothing is missed, and of a library
 * without duplicates hardly anything is read. A sum counts for the revision in which it was computed.
 */

/** `start`: the first part of the audio is to be summed; `all`: all of it. */
export type SumStage = 'start' | 'all'

export interface SumRequest {
  readonly id: number
  readonly path: LibraryPath
  readonly revision: string
}

/** The sum of a track in a revision: empty where there is nothing to compare, null where it could not be read. */
export interface Sum {
  readonly id: number
  readonly revision: string
  readonly sum: string | null
}

/** What a look at some of the tracks found; `next` is where to go on, or null at the end. */
export interface SumCount {
  readonly count: number
  readonly next: number | null
}
export interface SumsToDo {
  readonly tracks: readonly SumRequest[]
  readonly next: number | null
}

export interface Sums {
  /** How many tracks are to be summed at a stage, of those with an id above `after`. */
  count(stage: SumStage, after: number): SumCount
  /** Which they are. */
  todo(stage: SumStage, after: number): SumsToDo
  store(stage: SumStage, sums: readonly Sum[]): void
  /** Lets those be tried again that could not be read. */
  retry(): void
  /** Our own change of a track, which the catalogue knows by its old path or its new one: its audio is as it was. */
  carry(paths: readonly LibraryPath[], before: string, after: string): void
}

/** In place of a sum: the track could not be read in this revision. */
export const failedSum = '!'

/** Ids that are looked through at once, so that no other task waits long. */
const range = 2000

const current = 't.missing IS NULL AND t.linked = 0'
const conditions: Readonly<Record<SumStage, string>> = {
  start: `${current} AND t.payload_revision IS NOT t.revision`,
  all: `${current} AND t.payload_revision = t.revision AND t.payload IS NULL AND t.payload_start > '${failedSum}' AND EXISTS (
    SELECT 1 FROM track o WHERE o.payload_start = t.payload_start AND o.payload_start > '${failedSum}' AND o.id <> t.id
      AND o.missing IS NULL AND o.linked = 0 AND o.payload_revision = o.revision)`,
}

export function createSums(database: DatabaseSync, changed: () => void): Sums {
  const sql = {
    last: database.prepare('SELECT max(id) AS id FROM track'),
    todo: {
      start: database.prepare(todoOf('start')),
      all: database.prepare(todoOf('all')),
    },
    count: {
      start: database.prepare(countOf('start')),
      all: database.prepare(countOf('all')),
    },
    storeStart: database.prepare(
      'UPDATE track SET payload_start = ?, payload = NULL, payload_revision = revision WHERE id = ? AND revision = ?',
    ),
    storeAll: database.prepare(
      'UPDATE track SET payload = ? WHERE id = ? AND revision = ? AND payload_revision = revision',
    ),
    retry: database.prepare('UPDATE track SET payload_revision = NULL WHERE payload_start = ?'),
    carry: database.prepare(
      'UPDATE track SET payload_revision = ? WHERE payload_revision = ? AND name = ? AND folder = (SELECT id FROM folder WHERE path = ?)',
    ),
  }

  const nextAfter = (after: number): number | null =>
    after + range < Number(sql.last.get()?.id ?? 0) ? after + range : null

  return {
    count: (stage, after) => ({
      count: Number(sql.count[stage].get(after, after + range)?.n),
      next: nextAfter(after),
    }),
    todo: (stage, after) => ({
      tracks: sql.todo[stage]
        .all(after, after + range)
        .map(row => ({ id: row.id as number, path: pathOf(row), revision: row.revision as string })),
      next: nextAfter(after),
    }),
    store(stage, sums) {
      // Writes of others may wait to be committed: then these are committed with them.
      database.exec('SAVEPOINT sums')
      try {
        for (const { id, revision, sum } of sums) {
          if (stage === 'start') sql.storeStart.run(sum ?? failedSum, id, revision)
          else if (sum === null) sql.storeStart.run(failedSum, id, revision)
          else sql.storeAll.run(sum, id, revision)
        }
        database.exec('RELEASE sums')
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK TO sums; RELEASE sums')
        throw error
      } finally {
        changed()
      }
    },
    retry() {
      sql.retry.run(failedSum)
    },
    carry(paths, before, after) {
      for (const path of new Set(paths))
        if (sql.carry.run(after, before, nameOf(path), parentOf(path)).changes > 0) changed()
    },
  }
}

function todoOf(stage: SumStage): string {
  return `SELECT t.id, t.name, t.revision, f.path AS folder_path FROM track t JOIN folder f ON f.id = t.folder WHERE t.id > ? AND t.id <= ? AND ${conditions[stage]} ORDER BY t.id`
}

function countOf(stage: SumStage): string {
  return `SELECT count(*) AS n FROM track t WHERE t.id > ? AND t.id <= ? AND ${conditions[stage]}`
}
