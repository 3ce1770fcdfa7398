import { useState } from 'preact/hooks'
import type { FileStatus } from '../../schemas/change.ts'
import { type Review, review } from '../state/questions.ts'
import { text } from '../text.ts'
import { FileChange } from './file-change.tsx'
import { Modal } from './modal.tsx'

const shownAtFirst = 100
/** What needs a look comes first. */
const statuses: readonly FileStatus[] = ['conflict', 'failed', 'refused', 'applied', 'unchanged']

/** A plan to agree to, or what came of a change where not all went well: file by file, before and after. */
export function PlanDialog() {
  const shown = review.value
  return shown && <Dialog key={shown.change.createdAt + shown.mode} shown={shown} />
}

function Dialog({ shown }: { shown: Review }) {
  const [only, setOnly] = useState<FileStatus | null>(null)
  const [limit, setLimit] = useState(shownAtFirst)
  const { change, mode, close, title } = shown
  const present = statuses.filter(status => change.summary[status] > 0)
  const files = present.filter(status => only === null || only === status).flatMap(byStatus(change.files))
  const counts = mode === 'plan' ? text.plan.counts : text.plan.done
  const toDo = change.summary.applied
  return (
    <Modal class="plan" labelledBy="plan-title" onCancel={() => close(false)}>
      <header>
        <h2 id="plan-title">{mode === 'plan' && toDo === 0 ? text.plan.nothing : title}</h2>
        <fieldset class="filters">
          <legend class="unseen">{text.plan.filter}</legend>
          {present.map(status => (
            <button
              key={status}
              type="button"
              class={`filter ${status}`}
              aria-pressed={only === status}
              disabled={present.length === 1}
              onClick={() => setOnly(only === status ? null : status)}
            >
              {counts[status](change.summary[status])}
            </button>
          ))}
        </fieldset>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too */}
      <section class="scroll" tabIndex={0} aria-labelledby="plan-title">
        <ol class="plan-files">
          {files.slice(0, limit).map(file => (
            <FileChange key={file.path} file={file} planned={mode === 'plan'} />
          ))}
        </ol>
        {files.length > limit && (
          <button type="button" onClick={() => setLimit(limit + 10 * shownAtFirst)}>
            {text.plan.more(files.length - limit)}
          </button>
        )}
      </section>
      <footer class="actions">
        <button type="button" autofocus={mode !== 'plan' || toDo === 0} onClick={() => close(false)}>
          {mode === 'plan' && toDo > 0 ? text.cancel : text.close}
        </button>
        {mode === 'plan' && toDo > 0 && (
          <button type="button" class="primary" autofocus onClick={() => close(true)}>
            {text.plan.apply(toDo)}
          </button>
        )}
      </footer>
    </Modal>
  )
}

function byStatus(files: Review['change']['files']) {
  return (status: FileStatus) => files.filter(file => file.status === status)
}
