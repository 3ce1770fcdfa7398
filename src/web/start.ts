import { batch } from '@preact/signals'
import { followSelection } from './state/details.ts'
import { loadHistory } from './state/history.ts'
import { openLibrary } from './state/library.ts'
import { followAddress } from './state/navigation.ts'

/** Opens the library and the place that the address names. Where that fails, the page offers to call it again. */
export async function start(): Promise<void> {
  if (!(await openLibrary())) return
  batch(() => {
    followSelection()
    followAddress()
  })
  await loadHistory()
}
