import type { Memory } from './memory.ts'
import { noted } from './noted.ts'

/* Which track has which values: for each track a stretch of one pool of numbers. */

/** The same numbers in an array of at least `size`, with room to grow. */
export function grown<T extends Int32Array | Uint8Array | Uint16Array | Float64Array>(array: T, size: number): T {
  if (array.length >= size) return array
  const larger = new (array.constructor as new (length: number) => T)(Math.ceil(size * 1.2) + 64)
  larger.set(array as never)
  return larger
}

/** Reads which track has which value. As one text for each value: a row for each pair would take three times as long. */
export function readLinks(memory: Memory, count: number): void {
  const { starts, lengths, database } = memory
  const [tracks, values] = [new Int32Array(count), new Int32Array(count)]
  let n = 0
  const statement = database.prepare('SELECT value, group_concat(track) FROM track_value GROUP BY value')
  statement.setReturnArrays(true)
  for (const [value, list] of statement.iterate() as unknown as Iterable<[number, string]>) {
    let track = 0
    for (let i = 0; i <= list.length; i++) {
      const digit = list.charCodeAt(i) - 48
      if (digit >= 0) track = track * 10 + digit
      else {
        // A link may outlive its track for a moment; no one asks for it.
        if (track < memory.top) {
          tracks[n] = track
          values[n++] = value
        }
        track = 0
      }
    }
  }
  for (let i = 0; i < n; i++) lengths[tracks[i] as number] = (lengths[tracks[i] as number] ?? 0) + 1
  let start = 0
  for (let track = 0; track < memory.top; track++) {
    starts[track] = start
    start += lengths[track] as number
  }
  memory.pool = new Int32Array(Math.ceil(count * 1.1) + 1024)
  const next = starts.slice()
  for (let i = 0; i < n; i++) {
    const track = tracks[i] as number
    const at = next[track] as number
    memory.pool[at] = values[i] as number
    next[track] = at + 1
  }
  memory.used = n
}

/** Takes over the noted links and unlinks, in their order. */
export function relink(memory: Memory): void {
  const statement = memory.database.prepare(
    `SELECT kind, id, value FROM temp.searched WHERE kind IN (${noted.linked}, ${noted.unlinked}) ORDER BY rowid`,
  )
  statement.setReturnArrays(true)
  const lists = new Map<number, Set<number>>()
  for (const [kind, track, value] of statement.iterate() as unknown as Iterable<[number, number, number]>) {
    const list = lists.get(track) ?? new Set(valuesOf(memory, track))
    lists.set(track, list)
    if (kind === noted.linked) list.add(value)
    else list.delete(value)
  }
  for (const [track, list] of lists) {
    if (track >= memory.top) continue
    memory.wasted += memory.lengths[track] as number
    memory.pool = grown(memory.pool, memory.used + list.size)
    memory.pool.set([...list], memory.used)
    memory.starts[track] = memory.used
    memory.lengths[track] = list.size
    memory.used += list.size
  }
  if (memory.wasted > memory.used / 2) compact(memory)
}

function valuesOf({ pool, starts, lengths, top }: Memory, track: number): Int32Array {
  const start = track < top ? (starts[track] as number) : 0
  return pool.subarray(start, track < top ? start + (lengths[track] as number) : start)
}

function compact(memory: Memory): void {
  const pool = new Int32Array(memory.used - memory.wasted + 1024)
  let used = 0
  for (let track = 0; track < memory.top; track++) {
    pool.set(valuesOf(memory, track), used)
    memory.starts[track] = used
    used += memory.lengths[track] as number
  }
  Object.assign(memory, { pool, used, wasted: 0 })
}
