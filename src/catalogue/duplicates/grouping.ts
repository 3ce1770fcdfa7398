import type { RecordingSigns } from './recording.ts'

/*
 * Tracks that are the same put together. It is done a part at a time, so that nobody waits for a whole library: first
 * every track is added, then the tracks that share a sign are united.
 */

export interface SameSigns extends RecordingSigns {
  readonly folder: number
  /** Seconds; null where it is not known. */
  readonly duration: number | null
}

export interface Grouping {
  /** A track that has the same sum of its audio as others have. */
  addSum(track: number, sum: string): void
  /** A track with what its tags tell. Tracks are added in the order in which they are to be listed. */
  addSigns(track: number, signs: SameSigns): void
  /** Unites tracks, at most about `limit` of them; whether all is done. */
  unite(limit: number): boolean
  /** The groups of two tracks and more, each in the order of its tracks, by their first track. */
  groups(): Int32Array[]
}

/** `tolerance`: by how many seconds the durations of two tracks may differ that are said to be one recording. */
export function createGrouping(tolerance: number): Grouping {
  const tracks: number[] = []
  const durations: number[] = []
  const places: number[] = []
  const slots: number[] = []
  const recordings: number[] = []
  /** Positions by what they share; most signs are of one track only, which needs no list. */
  const sums = new Map<string, number | number[]>()
  const ids = new Map<string, number | number[]>()
  const names = new Map<string, number | number[]>()
  const numbers = new Map<string, number>()
  const parents: number[] = []

  function numbered(text: string): number {
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, numbers.size)
    return numbers.size - 1
  }

  function place(track: number, signs: SameSigns | null): number {
    const at = tracks.push(track) - 1
    parents.push(at)
    durations.push(signs?.duration ?? Number.NaN)
    if (!signs) return at
    const [album = '', disc = '', number = ''] = signs.slot.split('\0')
    places.push(numbered(`${signs.folder}\0${album}`))
    slots.push(number === '' ? -1 : numbered(`${disc}\0${number}`))
    recordings.push(signs.recording === '' ? -1 : numbered(signs.recording))
    return at
  }

  function rootOf(position: number): number {
    let at = position
    while (parents[at] !== at) {
      const parent = parents[at] as number
      parents[at] = parents[parent] as number
      at = parents[at] as number
    }
    return at
  }

  function uniteAll(positions: readonly number[]): void {
    for (const position of positions) {
      const [one, other] = [rootOf(positions[0] as number), rootOf(position)]
      // The first track of a group stands for it.
      parents[Math.max(one, other)] = Math.min(one, other)
    }
  }

  /** Positions in runs of like duration: from each to the next it is no more than the tolerance. */
  function* runs(positions: readonly number[]): Generator<number[]> {
    const known = positions.filter(at => !Number.isNaN(durations[at]))
    known.sort((a, b) => (durations[a] as number) - (durations[b] as number))
    let run: number[] = []
    for (const at of known) {
      const last = run.at(-1)
      if (last !== undefined && (durations[at] as number) - (durations[last] as number) > tolerance) {
        if (run.length > 1) yield run
        run = []
      }
      run.push(at)
    }
    if (run.length > 1) yield run
  }

  /**
   * Tracks of one name: those that MusicBrainz calls different recordings stay apart, and where there are such, one that has
   * no id belongs to none of them. Where an album has the name under several numbers, only the same number is the same.
   */
  function uniteNamed(run: readonly number[]): void {
    const byPlace = groupBy(run, at => places[at] as number)
    const repeated = byPlace.some(list => new Set(list.map(at => slots[at]).filter(slot => slot !== -1)).size > 1)
    const parts = repeated ? groupBy(run, at => slots[at] as number) : [run]
    for (const part of parts) {
      if (repeated && slots[part[0] as number] === -1) continue
      const known = new Set(part.map(at => recordings[at]).filter(recording => recording !== -1))
      if (known.size <= 1) uniteAll(part)
      else groupBy(part, at => recordings[at] as number).forEach(uniteAll)
    }
  }

  function* work(): Generator<number> {
    for (const list of sums.values()) {
      if (typeof list === 'number') continue
      uniteAll(list)
      yield list.length
    }
    for (const list of ids.values()) {
      if (typeof list === 'number') continue
      for (const run of runs(list)) uniteAll(run)
      yield list.length
    }
    for (const list of names.values()) {
      if (typeof list === 'number') continue
      for (const run of runs(list)) uniteNamed(run)
      yield list.length
    }
  }
  let working: Generator<number> | null = null

  return {
    addSum(track, sum) {
      note(sums, sum, place(track, null))
    },
    addSigns(track, signs) {
      const at = place(track, signs)
      for (const id of new Set(signs.ids)) note(ids, id, at)
      if (signs.name !== null) note(names, signs.name, at)
    },
    unite(limit) {
      working ??= work()
      for (let left = limit; left > 0; ) {
        const step = working.next()
        if (step.done) return true
        left -= step.value
      }
      return false
    },
    groups() {
      const members = new Map<number, number[]>()
      for (let at = 0; at < tracks.length; at++) {
        const root = rootOf(at)
        if (root === at) continue
        const group = members.get(root)
        if (group) group.push(at)
        else members.set(root, [root, at])
      }
      return [...members]
        .sort(([a], [b]) => a - b)
        .map(([, positions]) => Int32Array.from(positions, at => tracks[at] as number))
    },
  }
}

function note(map: Map<string, number | number[]>, key: string, position: number): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, position)
  else if (typeof known === 'number') map.set(key, [known, position])
  else known.push(position)
}

function groupBy<T>(list: readonly T[], key: (item: T) => number): T[][] {
  const groups = new Map<number, T[]>()
  for (const item of list) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return [...groups.values()]
}
