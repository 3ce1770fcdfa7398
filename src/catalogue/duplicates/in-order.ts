import type { DatabaseSync } from 'node:sqlite'
import type { Row } from '../rows.ts'

/** Rows that are read at once: a statement must not stay open while other tasks write. */
const folderPage = 200
const trackPage = 200

/** The tracks that are there, in natural order of their paths, with these columns of `track t`; it may be left at any row and gone on with later. */
export function* tracksInOrder(database: DatabaseSync, columns: string): Generator<Row> {
  const folders = database.prepare(
    'SELECT id, key, path FROM folder WHERE (key, path) > (?, ?) ORDER BY key, path LIMIT ?',
  )
  const root = database.prepare("SELECT id, key, path FROM folder WHERE path = ''")
  const tracks = database.prepare(
    `SELECT t.name_key, t.name, ${columns} FROM track t WHERE t.folder = ? AND (t.name_key, t.name) > (?, ?) AND t.missing IS NULL ORDER BY t.name_key, t.name LIMIT ?`,
  )
  const next = (last: Row | undefined): Row[] =>
    last ? folders.all(last.key as string, last.path as string, folderPage) : []
  let page: Row[] = [...root.all(), ...folders.all('', '', folderPage)]
  for (; page.length > 0; page = next(page.at(-1))) {
    for (const folder of page) {
      let rows = tracks.all(folder.id as number, '', '', trackPage)
      while (rows.length > 0) {
        yield* rows
        const last = rows.at(-1) as Row
        rows =
          rows.length < trackPage
            ? []
            : tracks.all(folder.id as number, last.name_key as string, last.name as string, trackPage)
      }
    }
  }
}
