import { effect, signal } from '@preact/signals'
import type { Track, TrackSummary } from '../../schemas/track.ts'
import { api, isAborted, problemText } from '../api.ts'
import { touched } from './drafting.ts'
import { selectedTracks, tracks } from './tracks.ts'

/** Reading every chosen file in full is for small selections; of larger ones the listing tells enough. */
export const detailsUpTo = 24
const atOnce = 4

/** The chosen tracks in full, by path; incomplete while they load, and where there are too many. */
export const details = signal<ReadonlyMap<string, Track>>(new Map())
export const detailsProblem = signal<string | null>(null)

/** Keeps `details` in step with the selection and the revisions of its tracks. */
export function followSelection(): void {
  let wanted = ''
  let running = new AbortController()
  effect(() => {
    const chosen = selectedTracks.value
    const key = chosen.length > detailsUpTo ? '' : JSON.stringify(chosen.map(({ path, revision }) => [path, revision]))
    if (key === wanted) return
    wanted = key
    running.abort()
    running = new AbortController()
    const kept = details.peek()
    const listed = new Map(chosen.map(({ path, revision }) => [path, revision]))
    // an older revision stays in view until the new one is here, so that nothing flickers
    details.value = new Map([...kept].filter(([path]) => listed.has(path)))
    detailsProblem.value = null
    const wrong = chosen.filter(({ path, revision }) => kept.get(path)?.revision !== revision)
    if (key !== '') void load(wrong, running.signal)
  })
}

async function load(chosen: readonly TrackSummary[], signal: AbortSignal): Promise<void> {
  const queue = chosen.map(track => track.path)
  const worker = async () => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      const track = await api.track(path, signal)
      if (signal.aborted) return
      details.value = new Map(details.value).set(path, track)
      noticeNews(track)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(atOnce, queue.length) }, worker))
  } catch (thrown) {
    if (!isAborted(thrown) && !signal.aborted) detailsProblem.value = problemText(thrown)
  }
}

/** A file that was changed since it was listed shows its news at once, unless it is being edited. */
function noticeNews(track: Track): void {
  if (touched.value) return
  const listed = tracks.value.find(({ path }) => path === track.path)
  if (!listed || listed.revision === track.revision) return
  tracks.value = tracks.value.map(old =>
    old.path === track.path ? { ...track, pictures: track.pictures.length } : old,
  )
}
