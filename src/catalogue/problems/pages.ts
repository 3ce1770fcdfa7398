import type { DatabaseSync } from 'node:sqlite'
import { CodedError } from '../../errors.ts'
import { pathKey, sortKey } from '../../library/order.ts'
import { type LibraryPath, nameOf, parentOf } from '../../library/paths.ts'
import type { Edit } from '../../schemas/change.ts'
import { pathOf } from '../rows.ts'
import type { Finding } from './rule.ts'
import { rules } from './rules.ts'

export interface KindCount {
  readonly kind: string
  readonly tracks: number
  readonly mendable: number
}

export interface ProblemRequest {
  readonly kind: string
  /** Only tracks in this folder and below. */
  readonly path: LibraryPath
  readonly limit: number
  readonly cursor: string | null
}

export interface ProblemPage {
  readonly items: readonly Finding[]
  readonly total: number
  readonly nextCursor: string | null
}

export interface ProblemPages {
  /** How many tracks have a problem of each kind, and how many of them can be mended: kinds that there are. */
  counts(): KindCount[]
  /** A page of the tracks with a problem of a kind, in path order. Throws PROBLEM_KIND_NOT_FOUND and BAD_REQUEST. */
  page(request: ProblemRequest): ProblemPage
}

/** From so many problems of a kind on it is quicker to go through the folders in order than to sort. */
const many = 3000

export function createPages(database: DatabaseSync): ProblemPages {
  const counts = database.prepare(
    'SELECT kind, count(*) AS tracks, sum(mendable) AS mendable FROM problem GROUP BY kind',
  )
  const scope = "(:path = '' OR f.path = :path OR substr(f.path, 1, length(:path) + 1) = :path || '/')"
  const few = 'problem p CROSS JOIN track t ON t.id = p.track CROSS JOIN folder f ON f.id = t.folder'
  const all = 'folder f CROSS JOIN track t ON t.folder = f.id CROSS JOIN problem p ON p.track = t.id'
  const select = (from: string) =>
    database.prepare(
      `SELECT f.path AS folder_path, t.name, p.detail, p.edits FROM ${from}
       WHERE p.kind = :kind AND f.key >= :key AND ${scope}
         AND (f.key, f.path, t.name_key, t.name) > (:key, :folder, :nameKey, :name)
       ORDER BY f.key, f.path, t.name_key, t.name LIMIT :limit`,
    )
  const sql = {
    total: database.prepare(`SELECT count(*) AS n FROM ${few} WHERE p.kind = :kind AND ${scope}`),
    inAll: database.prepare('SELECT count(*) AS n FROM problem WHERE kind = ?'),
    few: select(few),
    all: select(all),
  }
  return {
    counts: () =>
      counts.all().map(({ kind, tracks, mendable }) => ({
        kind: kind as string,
        tracks: Number(tracks),
        mendable: Number(mendable),
      })),
    page({ kind, path, limit, cursor }) {
      if (!rules.some(rule => rule.kind === kind)) {
        const detail = `There is no kind of problem called ${JSON.stringify(kind)}; GET /problems lists them.`
        throw new CodedError('PROBLEM_KIND_NOT_FOUND', detail)
      }
      const whole = Number(sql.inAll.get(kind)?.n)
      const total = path === '' ? whole : Number(sql.total.get({ kind, path })?.n)
      const after = cursor === null ? null : decodeCursor(cursor)
      const rows = sql[whole > many ? 'all' : 'few'].all({
        kind,
        path,
        key: after === null ? '' : pathKey(parentOf(after)),
        folder: after === null ? '' : parentOf(after),
        nameKey: after === null ? '' : sortKey(nameOf(after)),
        name: after === null ? '' : nameOf(after),
        limit: limit + 1,
      })
      const items = rows.slice(0, limit).map(row => ({
        path: pathOf(row),
        detail: row.detail as string,
        edits: JSON.parse(row.edits as string) as Edit[],
      }))
      const last = items.at(-1)
      return { items, total, nextCursor: last && rows.length > limit ? encodeCursor(last.path) : null }
    },
  }
}

/** A cursor is the path of the last track of a page, so that it holds while problems come and go. */
function encodeCursor(path: string): string {
  return Buffer.from(path).toString('base64url')
}

function decodeCursor(cursor: string): LibraryPath {
  const path = Buffer.from(cursor, 'base64url').toString('utf8')
  if (encodeCursor(path) !== cursor) throw new CodedError('BAD_REQUEST', 'The cursor is not one that this server gave.')
  return path as LibraryPath
}
