import { CodedError } from '../../errors.ts'
import { checkName } from '../../library/paths.ts'

/** Checks a new name for a file or folder. Throws NAME_INVALID, also for one that would hide it. */
export function checkVisibleName(name: string): void {
  checkName(name)
  if (name.startsWith('.')) throw new CodedError('NAME_INVALID', 'A name that starts with a dot would hide it.')
}
