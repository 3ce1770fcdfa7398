import type { DatabaseSync } from 'node:sqlite'
import { factsOf, type Row, trackColumns, trackOf } from '../rows.ts'
import { albumFolder, parentFolder } from './album.ts'
import { checkFolder, type Problem } from './check.ts'
import { type AlbumPlace, type CataloguedTrack, textOf } from './rule.ts'
import { spellingKey } from './spelling.ts'
import { respelled } from './spellings.ts'
import { prepareProblems } from './tables.ts'
import { createVerdicts, placeKey, type Verdicts } from './verdicts.ts'

/*
 * Checks what changed, a little at a time: whoever else waits for the catalogue comes in between. An album folder is checked as a
 * whole; of one with very many tracks, some albums at a time.
 */

/** `unread`: all that is known is checked, but some tracks are still to be read. */
export type Left = 'more' | 'unread' | 'nothing'

export interface Checking {
  /** Checks for about `budget` ms, and a little at least; what is left then. */
  step(budget: number): Left
  /** What is left to be done. */
  left(): Left
}

/** Tracks that are checked in one go. */
const chunk = 200
/** Tracks of one album at the most: more are a heap. */
const largestAlbum = 2000
/** Names that are compared in one go. */
const names = 100
/** Groups of names or albums that are judged in one go. */
const groups = 20

interface Piece {
  readonly folder: string
  readonly ids: readonly number[]
}

/** An album folder whose check has begun. */
interface Open {
  readonly id: number
  readonly pieces: Piece[]
  readonly places: AlbumPlace[]
}

/** `generation` changes with every write to the catalogue. */
export function createChecking(database: DatabaseSync, generation: () => number): Checking {
  prepareProblems(database)
  const verdicts = createVerdicts(database)
  const sql = {
    next: database.prepare(
      'SELECT c.folder, f.path FROM to_check c LEFT JOIN folder f ON f.id = c.folder WHERE c.begun = 0 LIMIT 1',
    ),
    waiting: database.prepare('SELECT (SELECT count(*) FROM to_check) + (SELECT count(*) FROM to_spell) AS n'),
    unread: database.prepare('SELECT 1 FROM track WHERE read = 0 AND missing IS NULL LIMIT 1'),
    begin: database.prepare('UPDATE to_check SET begun = 1 WHERE folder = ?'),
    end: database.prepare('DELETE FROM to_check WHERE folder = ? AND begun = 1'),
    forget: database.prepare('DELETE FROM to_check WHERE folder = ?'),
    folder: database.prepare('SELECT id FROM folder WHERE path = ?'),
    below: database.prepare('SELECT id, path FROM folder WHERE parent = ?'),
    drop: database.prepare('DELETE FROM problem WHERE folder = ?'),
    tracksIn: database.prepare(
      "SELECT t.id, t.tags ->> '$.album[0]' AS album FROM track t WHERE t.folder = ? AND t.read = 1 AND t.missing IS NULL ORDER BY t.name_key, t.name",
    ),
    track: database.prepare(
      `SELECT ${trackColumns}, t.facts FROM track t JOIN folder f ON f.id = t.folder WHERE t.id = ? AND t.missing IS NULL`,
    ),
    keep: database.prepare(
      'INSERT OR REPLACE INTO problem (kind, track, folder, mendable, detail, edits) VALUES (?, ?, ?, ?, ?, ?)',
    ),
  }
  let open: Open | null = null
  /** The generation that the rules about the whole library know. */
  let judged = -1
  let judging: ReturnType<typeof verdicts.judge> | null = null

  /** The folders whose tracks are checked with those of an album folder, itself included. */
  function foldersOf(id: number, path: string): { id: number; path: string }[] {
    const discs = sql.below.all(id).map(row => ({ id: row.id as number, path: row.path as string }))
    const own = albumFolder(path) === path ? [{ id, path }] : []
    return [...own, ...discs.filter(disc => albumFolder(disc.path) === path)]
  }

  /** Begins the check of the next folder; false where there is none. */
  function begin(): boolean {
    const row = sql.next.get()
    if (!row) return false
    const path = row.path === null ? null : albumFolder(row.path as string)
    const id = path === null ? undefined : sql.folder.get(path)?.id
    sql.drop.run(row.folder as number)
    if (path === null || typeof id !== 'number') {
      sql.forget.run(row.folder as number)
      return true
    }
    const folders = foldersOf(id, path)
    sql.begin.run(row.folder as number)
    for (const folder of folders) sql.begin.run(folder.id)
    sql.drop.run(id)
    const tracks = folders.flatMap(folder => sql.tracksIn.all(folder.id))
    open = { id, pieces: piecesOf(path, tracks), places: [] }
    if (row.folder !== id && !folders.some(folder => folder.id === row.folder)) sql.end.run(row.folder as number)
    return true
  }

  function check({ folder, ids }: Piece, { id, places }: Open): void {
    const rows = ids.map(track => sql.track.get(track)).filter(row => row !== undefined)
    const tracks = rows.map((row): CataloguedTrack => ({ ...trackOf(row), facts: factsOf(row) }))
    const idOf = new Map(rows.map((row, i) => [tracks[i]?.path, row.id as number]))
    const found = checkFolder(folder, tracks)
    places.push(...found.places)
    for (const problem of [...found.problems, ...tracks.flatMap(track => told(track, verdicts.current()))]) {
      const track = idOf.get(problem.path)
      if (track === undefined) continue
      const { kind, detail, edits } = problem
      sql.keep.run(kind, track, id, Number(edits.length > 0), detail, JSON.stringify(edits))
    }
  }

  function end({ id, places }: Open): void {
    verdicts.keepPlaces(id, places)
    const path = database.prepare('SELECT path FROM folder WHERE id = ?').get(id)?.path
    sql.end.run(id)
    if (typeof path === 'string') for (const folder of foldersOf(id, path)) sql.end.run(folder.id)
    open = null
  }

  /** Does a little of what is to be done; false where nothing is. */
  function work(): boolean {
    if (open) {
      const piece = open.pieces.shift()
      if (piece) check(piece, open)
      if (open.pieces.length === 0) end(open)
      return true
    }
    if (begin()) return true
    if (verdicts.spell(names)) return true
    if (!judging) {
      if (judged === generation()) return false
      judged = generation()
      judging = verdicts.judge()
    }
    for (let i = 0; i < groups; i++) {
      if (!judging.next().done) continue
      judging = null
      break
    }
    return true
  }

  const unlessUnread = (): Left => (sql.unread.get() ? 'unread' : 'nothing')

  return {
    step(budget) {
      const until = performance.now() + budget
      // Writes of others may wait to be committed: then this is committed with them.
      database.exec('SAVEPOINT problems')
      try {
        let more = work()
        while (more && performance.now() < until) more = work()
        database.exec('RELEASE problems')
        return more ? 'more' : unlessUnread()
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK TO problems; RELEASE problems')
        database.exec('UPDATE to_check SET begun = 0 WHERE begun = 1')
        open = null
        judging = null
        judged = -1
        throw error
      }
    },
    left() {
      const isDone = open === null && judging === null && judged === generation() && Number(sql.waiting.get()?.n) === 0
      return isDone ? unlessUnread() : 'more'
    },
  }
}

/** What the rules about the whole library say of a track. */
function told(track: CataloguedTrack, { respellings, places }: Verdicts): Problem[] {
  const found: Problem[] = []
  for (const [kind, fields] of respellings) {
    const finding = fields.size > 0 ? respelled(track, fields) : null
    if (finding) found.push({ kind, ...finding })
  }
  const album = textOf(track, 'album')
  for (const [kind, details] of places) {
    if (details.size === 0 || album === '') continue
    const detail = details.get(placeKey(parentFolder(track.path), spellingKey(album)))
    if (detail !== undefined) found.push({ kind, path: track.path, detail, edits: [] })
  }
  return found
}

/** The tracks of an album folder in one piece, or, where there are very many, some albums to a piece. */
function piecesOf(folder: string, tracks: readonly Row[]): Piece[] {
  const ids = tracks.map(track => track.id as number)
  if (ids.length <= chunk) return [{ folder, ids }]
  const albums = Map.groupBy(tracks, track => spellingKey((track.album as string | null) ?? ''))
  const pieces: number[][] = []
  for (const album of albums.values()) {
    for (let at = 0; at < album.length; at += largestAlbum) {
      const part = album.slice(at, at + largestAlbum).map(track => track.id as number)
      const last = pieces.at(-1)
      if (last && last.length + part.length <= chunk) last.push(...part)
      else pieces.push(part)
    }
  }
  return pieces.map(piece => ({ folder, ids: piece }))
}
