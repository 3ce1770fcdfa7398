import type { KindCount, ProblemPage, ProblemRequest } from '../catalogue/problems/pages.ts'
import type { ServiceEvent } from '../schemas/event.ts'
import type { Catalogue } from '../workers/catalogue.ts'
import type { Library } from './library.ts'

/*
 * Looks for problems in what changed: at once when somebody asks, and in the background some time after the last change. It is
 * done in steps so short that whoever lists tracks meanwhile does not notice.
 */

/** `complete`: whether all tracks are read and looked through; false means that there may be more. */
type Complete = { readonly complete: boolean }

export interface ProblemSearch {
  counts(): Promise<{ counts: readonly KindCount[] } & Complete>
  /** Throws PROBLEM_KIND_NOT_FOUND and BAD_REQUEST. */
  page(request: ProblemRequest): Promise<ProblemPage & Complete>
  /** Takes note of what happens in the library. */
  notice(event: ServiceEvent): void
  close(): Promise<void>
}

export interface ProblemSearchDependencies {
  readonly library: Pick<Library, 'scan'>
  readonly catalogue: Catalogue
  reportFault(fault: unknown): void
}

/** Time of one step for somebody who waits, and in the background (ms). */
const budgets = { asked: 10, background: 6 }
/** How long an answer waits for what is still to be looked through (ms). */
const longestWait = 1000
/** How long the library has to be at rest before it is looked through in the background, and the pause between two steps (ms). */
const rest = 5000
const pause = 20

export function createProblemSearch({ library, catalogue, reportFault }: ProblemSearchDependencies): ProblemSearch {
  let stopped = false
  let asked = 0
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null

  async function work(): Promise<void> {
    while (!stopped) {
      const waitedFor = asked > 0
      const budget = waitedFor ? budgets.asked : budgets.background
      const left = await catalogue.run('checkProblems', { budget })
      if (left === 'nothing' || (left === 'unread' && asked === 0)) return
      // Tracks are read elsewhere; and what nobody waits for leaves the processor to others half of the time.
      if (left === 'unread' || !waitedFor) await new Promise(resolve => setTimeout(resolve, pause))
    }
  }

  function start(): Promise<void> {
    running ??= work()
      .catch(reportFault)
      .finally(() => {
        running = null
      })
    return running
  }

  /** Resolves when all is looked through, or after a while. */
  async function looked(): Promise<void> {
    let patience: NodeJS.Timeout | undefined
    asked++
    const enough = new Promise<void>(resolve => {
      patience = setTimeout(resolve, longestWait).unref()
    })
    await Promise.race([start(), enough])
    clearTimeout(patience)
    asked--
  }

  return {
    async counts() {
      await looked()
      const { counts, checked } = await catalogue.run('problemCounts')
      return { counts, complete: checked && library.scan.state.complete }
    },
    async page(request) {
      await looked()
      const { checked, ...page } = await catalogue.run('problemPage', request)
      return { ...page, complete: checked && library.scan.state.complete }
    },
    notice({ type }) {
      if (stopped || !['library.scan', 'library.changed', 'change.done'].includes(type)) return
      if (timer) clearTimeout(timer)
      timer = setTimeout(() => {
        if (library.scan.state.state === 'ready') void start()
      }, rest).unref()
    },
    async close() {
      stopped = true
      if (timer) clearTimeout(timer)
      await running
    },
  }
}
