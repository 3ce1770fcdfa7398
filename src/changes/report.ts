import type { ChangeFile, ChangeState, Summary } from '../schemas/change.ts'

export const emptySummary: Summary = { applied: 0, unchanged: 0, conflict: 0, refused: 0, failed: 0 }

/** The files of a change and their count by status. */
export function report(outcomes: readonly { readonly file: ChangeFile }[]): { summary: Summary; files: ChangeFile[] } {
  const summary = { ...emptySummary }
  for (const { file } of outcomes) summary[file.status]++
  return { summary, files: outcomes.map(({ file }) => file) }
}

/** The state of a change by its summary: `whole` where nothing went wrong. */
export function stateOf(summary: Summary, whole: ChangeState, cancelled = false): ChangeState {
  const bad = summary.conflict + summary.refused + summary.failed
  if (bad === 0) return whole
  if (cancelled) return 'cancelled'
  return summary.applied + summary.unchanged === 0 ? 'failed' : 'partial'
}
