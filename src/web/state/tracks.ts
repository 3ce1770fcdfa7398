import { computed, signal } from '@preact/signals'
import type { TrackSummary } from '../../schemas/track.ts'
import { api, isAborted, problemText } from '../api.ts'
import { carrySelection, nothingSelected, type Selection } from '../model/selection.ts'

/** The folder whose tracks are shown. */
export const place = signal<{ readonly folder: string; readonly recursive: boolean }>({ folder: '', recursive: false })
export const tracks = signal<readonly TrackSummary[]>([])
/** How many tracks the folder has, when the first page has told. */
export const total = signal<number | null>(null)
export const loading = signal(false)
export const listProblem = signal<string | null>(null)
export const selection = signal<Selection>(nothingSelected)

export const order = computed(() => tracks.value.map(track => track.path))
export const selectedTracks = computed(() => {
  const { paths } = selection.value
  return paths.size === 0 ? [] : tracks.value.filter(track => paths.has(track.path))
})

let running: AbortController | null = null

/** Lists the tracks of a place. What is shown stays until the first page is here, unless the place is another one. */
export async function loadTracks(renamed: ReadonlyMap<string, string> = new Map()): Promise<void> {
  running?.abort()
  const controller = new AbortController()
  running = controller
  loading.value = true
  listProblem.value = null
  const { folder, recursive } = place.value
  const found: TrackSummary[] = []
  try {
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof api.tracks>> = await api.tracks(
        { path: folder, recursive, cursor },
        controller.signal,
      )
      found.push(...page.items)
      cursor = page.nextCursor
      total.value = page.total
      if (found.length >= tracks.value.length || cursor === null) tracks.value = [...found]
    } while (cursor !== null)
    selection.value = carrySelection(selection.value, order.value, renamed)
  } catch (thrown) {
    if (isAborted(thrown)) return
    listProblem.value = problemText(thrown)
  } finally {
    if (running === controller) {
      running = null
      loading.value = false
    }
  }
}

/** Changes the place and forgets what was listed. */
export function enterPlace(folder: string, recursive: boolean, selected: readonly string[]): Promise<void> {
  place.value = { folder, recursive }
  tracks.value = []
  total.value = null
  const first = selected[0] ?? null
  selection.value = { paths: new Set(selected), focus: first, anchor: first }
  return loadTracks()
}

/** More files than this are read again by listing the folder rather than one by one. */
const singlyUpTo = 8

/** Reads tracks again after they changed, under their new paths where they were renamed. */
export async function refreshTracks(paths: readonly string[], renamed: ReadonlyMap<string, string>): Promise<void> {
  const listed = new Set(order.value)
  const concerned = paths.filter(path => listed.has(path))
  if (concerned.length === 0 && renamed.size === 0) return
  // a new name may belong elsewhere in the order, which only the server knows
  if (renamed.size > 0 || concerned.length > singlyUpTo) return loadTracks(renamed)
  try {
    const fresh = await Promise.all(concerned.map(path => api.track(path)))
    const byPath = new Map(fresh.map(track => [track.path, track]))
    tracks.value = tracks.value.map(track => {
      const now = byPath.get(track.path)
      return now ? { ...now, pictures: now.pictures.length } : track
    })
  } catch {
    // gone or unreadable: the listing says which
    await loadTracks(renamed)
  }
}
