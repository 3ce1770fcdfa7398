import type { TrackState } from './state.ts'

/** Puts a track in the trash. */
export function deleteTrack(state: TrackState): TrackState {
  return { ...state, deleted: true }
}
