import { RotateCcw, Save, TriangleAlert } from 'lucide'
import { dirty, edits, notice, revertDraft, touched } from '../state/drafting.ts'
import { review } from '../state/questions.ts'
import { overwrite, save, saving } from '../state/saving.ts'
import { selectedTracks } from '../state/tracks.ts'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'

/** Save and revert, and why the last save did not succeed. */
export function SaveBar() {
  const several = selectedTracks.value.length > 1
  return (
    <div class="save-bar">
      <Trouble />
      <div class="actions">
        <span class="quiet" role="status">
          {dirty.value ? text.editor.dirty(edits.value.length) : text.editor.clean}
        </span>
        <button type="button" disabled={!touched.value} title="Esc" onClick={revertDraft}>
          <Icon of={RotateCcw} /> {text.editor.revert}
        </button>
        <button
          type="submit"
          class="primary"
          disabled={!dirty.value || saving.value}
          title="Ctrl+S"
          onClick={event => {
            event.preventDefault()
            void save()
          }}
        >
          <Icon of={Save} />{' '}
          {saving.value && review.value === null ? text.editor.saving : several ? text.editor.review : text.editor.save}
        </button>
      </div>
    </div>
  )
}

function Trouble() {
  const shown = notice.value
  if (!shown) return null
  return (
    <div class="trouble" role="alert" data-kind={shown.kind}>
      <p>
        <Icon of={TriangleAlert} /> <strong>{shown.words}</strong>
      </p>
      {shown.details.map(detail => (
        <p key={detail}>{detail}</p>
      ))}
      {shown.kind === 'conflict' && (
        <>
          <p>{text.saving.conflictHint}</p>
          <div class="actions">
            <button type="button" onClick={revertDraft}>
              {text.saving.keepTheirs}
            </button>
            <button type="button" onClick={() => void overwrite()}>
              {text.saving.overwrite}
            </button>
          </div>
        </>
      )}
      {shown.kind === 'error' && (
        <div class="actions">
          <button type="button" onClick={() => void save()}>
            {text.retry}
          </button>
        </div>
      )}
      {shown.showWhy && (
        <div class="actions">
          <button type="button" onClick={shown.showWhy}>
            {text.saving.showWhy}
          </button>
        </div>
      )}
    </div>
  )
}
