import { CodedError } from '../../errors.ts'
import type { EditOf } from '../../schemas/change.ts'
import { isTrackName } from '../../tags/containers/registry.ts'
import { checkVisibleName } from './name.ts'
import { EditRefused, type TrackState } from './state.ts'

const extensionOf = (name: string): string => /\.[^.]+$/.exec(name)?.[0] ?? ''

/** Gives a track another name in its folder. The extension stays: it is added where `to` lacks it and never changed. */
export function rename(state: TrackState, { to }: EditOf<'rename'>): TrackState {
  const extension = extensionOf(state.name)
  const given = extensionOf(to)
  const keeps = given.toLowerCase() === extension.toLowerCase()
  const name = keeps ? to : `${to}${extension}`
  try {
    if (!keeps && isTrackName(to)) {
      throw new CodedError(
        'NAME_INVALID',
        `The name would turn a ${extension} file into ${given}; leave the extension out or keep it.`,
      )
    }
    checkVisibleName(name)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw new EditRefused({ field: 'path', code: error.code, detail: error.message })
  }
  return { ...state, name }
}
