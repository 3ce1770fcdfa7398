import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { folded } from '../../library/order.ts'
import { longestHeld } from '../values.ts'
import { addBit, type Bits, emptyBits } from './bits.ts'
import type { Build } from './formats.ts'
import { grown, readLinks, relink } from './links.ts'
import { beginTurn, countNoted, mostNoted, noteChanges, noted } from './noted.ts'
import { type Property, properties } from './query.ts'

/*
 * What searches look at, beside the database, in arrays by id. A frequent word is in a million rows of track_value, and
 * reading those takes SQLite half a second; here it is a matter of milliseconds and of about 250 bytes a track.
 *
 * It is filled by the first search. From then on temporary triggers note which rows change, whoever changes them, and the
 * next search reads just these again. Where too many have changed it is filled anew.
 */

export const state = { there: 1, read: 2, writable: 4, lossless: 8, lossy: 16 } as const

export interface Memory {
  readonly database: DatabaseSync
  /** Of the notes of changes (noted.ts), up to which it is complete. */
  turn: number
  /** One more than the highest id of a track. */
  top: number
  /** By track: bits of `state`; no track has this id where it is 0. */
  states: Uint8Array
  folders: Int32Array
  modified: Float64Array
  /** Index into `builds`. */
  build: Uint16Array
  readonly builds: Build[]
  /** By track; NaN where the file does not say. */
  readonly numbers: Record<Property, Float64Array>
  /** The values of track t are `pool` from `starts[t]`, `lengths[t]` of them. */
  starts: Int32Array
  lengths: Int32Array
  pool: Int32Array
  used: number
  wasted: number
  /** By value: its folded text; null for a long one, undefined where no value has this id. */
  texts: (string | null | undefined)[]
  /** By value: index of its field in `fields`. */
  fieldOf: Int32Array
  readonly fields: Map<string, number>
  readonly long: Set<number>
  /** By folder: its folded path. */
  paths: (string | undefined)[]
}

const memories = new WeakMap<DatabaseSync, Memory>()

/** The memory of an open catalogue, brought up to date. */
export function memoryOf(database: DatabaseSync): Memory {
  const known = memories.get(database)
  // What failed half way is not used again.
  memories.delete(database)
  const memory = known && catchUp(known) ? known : fill(database, noteChanges(database))
  memories.set(database, memory)
  return memory
}

function fill(database: DatabaseSync, turn: number): Memory {
  const memory: Memory = {
    database,
    turn,
    top: 0,
    states: new Uint8Array(0),
    folders: new Int32Array(0),
    modified: new Float64Array(0),
    build: new Uint16Array(0),
    builds: [],
    numbers: Object.fromEntries(properties.map(name => [name, new Float64Array(0)])) as Memory['numbers'],
    starts: new Int32Array(0),
    lengths: new Int32Array(0),
    pool: new Int32Array(0),
    used: 0,
    wasted: 0,
    texts: [],
    fieldOf: new Int32Array(0),
    fields: new Map(),
    long: new Set(),
    paths: [],
  }
  const count = (sql: string) => Number(database.prepare(sql).get()?.n)
  makeRoom(memory, count('SELECT ifnull(max(id), 0) AS n FROM track'))
  readTracks(memory, '')
  memory.fieldOf = new Int32Array(count('SELECT ifnull(max(id), 0) + 1 AS n FROM value'))
  readValues(memory, '')
  readFolders(memory, '')
  readLinks(memory, count('SELECT count(*) AS n FROM track_value'))
  return memory
}

/** Reads again what has changed since; false where that is too much, or not known. */
function catchUp(memory: Memory): boolean {
  const { database } = memory
  const count = countNoted(database, memory.turn)
  if (count === 0) return true
  if (count === null || count >= mostNoted) return false
  const changed = (kind: number) => `WHERE id IN (SELECT id FROM temp.searched WHERE kind = ${kind})`
  for (const id of idsOf(memory, noted.track)) if (id < memory.top) memory.states[id] = 0
  makeRoom(memory, Number(database.prepare('SELECT ifnull(max(id), 0) AS n FROM track').get()?.n))
  readTracks(memory, changed(noted.track))
  for (const id of idsOf(memory, noted.value)) {
    memory.texts[id] = undefined
    memory.long.delete(id)
  }
  readValues(memory, changed(noted.value))
  for (const id of idsOf(memory, noted.folder)) memory.paths[id] = undefined
  readFolders(memory, changed(noted.folder))
  relink(memory)
  memory.turn = beginTurn(database)
  return true
}

function idsOf({ database }: Memory, kind: number): number[] {
  return rows<[number]>(database.prepare('SELECT DISTINCT id FROM temp.searched WHERE kind = ?'), kind).map(
    ([id]) => id,
  )
}

/** All rows of a statement, as arrays of columns. */
function rows<Row>(statement: StatementSync, ...values: number[]): Row[] {
  statement.setReturnArrays(true)
  return statement.all(...values) as unknown as Row[]
}

function makeRoom(memory: Memory, highest: number): void {
  memory.top = Math.max(memory.top, highest + 1)
  for (const name of ['states', 'folders', 'modified', 'build', 'starts', 'lengths'] as const)
    memory[name] = grown(memory[name], memory.top) as never
  for (const name of properties) memory.numbers[name] = grown(memory.numbers[name], memory.top)
}

type TrackRow = [id: number, folder: number, modified: number, read: number, writable: number, lossless: number | null,
  extension: string, container: string | null, codec: string | null, ...numbers: (number | null)[]] // biome-ignore format: one line

const columns: Readonly<Record<Property, string>> = {
  size: 'size',
  duration: 'duration',
  bitrate: 'bitrate',
  sampleRate: 'sample_rate',
  channels: 'channels',
  bitsPerSample: 'bits_per_sample',
  pictures: 'pictures',
}

function readTracks(memory: Memory, where: string): void {
  const known = new Map(memory.builds.map((build, index) => [keyOf(build), index]))
  const statement = memory.database.prepare(
    `SELECT id, folder, modified, read, writable, lossless, name, container, codec,
      ${properties.map(name => columns[name]).join(', ')} FROM track ${where}`,
  )
  statement.setReturnArrays(true)
  for (const row of statement.iterate() as unknown as Iterable<TrackRow>) {
    const [id, folder, modified, read, writable, lossless, name, container, codec, ...numbers] = row
    memory.states[id] =
      state.there |
      (read ? state.read : 0) |
      (writable ? state.writable : 0) |
      (lossless === null ? 0 : lossless ? state.lossless : state.lossy)
    memory.folders[id] = folder
    memory.modified[id] = modified
    const dot = name.lastIndexOf('.')
    const build: Build = {
      extension: dot < 0 ? '' : name.slice(dot + 1).toLowerCase(),
      container: container?.toLowerCase() ?? '',
      codec: codec?.toLowerCase() ?? '',
    }
    memory.build[id] = known.get(keyOf(build)) ?? addBuild(memory, known, build)
    for (const [i, property] of properties.entries()) memory.numbers[property][id] = numbers[i] ?? Number.NaN
  }
}

const keyOf = ({ extension, container, codec }: Build): string => `${extension}\0${container}\0${codec}`

/** Files are of a few dozen builds; should hostile ones be of more than can be told apart, the last ones share one. */
function addBuild({ builds }: Memory, known: Map<string, number>, build: Build): number {
  if (builds.length === 0xffff) return 0xfffe
  known.set(keyOf(build), builds.length)
  return builds.push(build) - 1
}

function readValues(memory: Memory, where: string): void {
  const { texts, fields, long } = memory
  const statement = memory.database.prepare(
    `SELECT id, field, CASE WHEN length(folded) <= ${longestHeld} THEN folded END FROM value ${where}`,
  )
  statement.setReturnArrays(true)
  for (const [id, field, text] of statement.iterate() as unknown as Iterable<[number, string, string | null]>) {
    memory.fieldOf = grown(memory.fieldOf, id + 1)
    const index = fields.get(field) ?? fields.size
    fields.set(field, index)
    memory.fieldOf[id] = index
    texts[id] = text
    if (text === null) long.add(id)
  }
}

function readFolders(memory: Memory, where: string): void {
  for (const [id, path] of rows<[number, string]>(memory.database.prepare(`SELECT id, path FROM folder ${where}`)))
    memory.paths[id] = folded(path)
}

/** The ids of all tracks. */
export function allTracks({ states, top }: Memory): Bits {
  const all = emptyBits(top)
  for (let track = 0; track < top; track++) if (states[track] !== 0) addBit(all, track)
  return all
}
