import { fieldLines } from '../model/common-values.ts'
import { withField } from '../model/draft.ts'
import { details } from '../state/details.ts'
import { addedFields, changeDraft, dirty, draft, revertDraft, touched } from '../state/drafting.ts'
import { fields } from '../state/library.ts'
import { choosePicture, imageOf } from '../state/pictures.ts'
import { save } from '../state/saving.ts'
import { selectedTracks } from '../state/tracks.ts'
import { text } from '../text.ts'
import { AddField } from './add-field.tsx'
import { FieldEditor } from './field-editor.tsx'
import { FileDetails } from './file-details.tsx'
import { Pane } from './pane.tsx'
import { Pictures } from './pictures.tsx'
import { SaveBar } from './save-bar.tsx'
import { SelectionHead } from './selection-head.tsx'

/** The tags of what is chosen, and what the person is making of them. */
export function Inspector() {
  const chosen = selectedTracks.value
  if (chosen.length === 0) {
    return (
      <Pane name="edit" label={text.editor.label}>
        <div class="empty">
          <p>{text.editor.nothing}</p>
          <p class="quiet">{text.editor.nothingHint}</p>
        </div>
      </Pane>
    )
  }
  const lines = fieldLines(chosen, fields.value, addedFields.value)
  const only = chosen.length === 1 ? chosen[0] : undefined
  const full = only && details.value.get(only.path)

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    const field = (event.target as Element).closest('[data-field]')?.getAttribute('data-field')
    event.preventDefault()
    // the field at hand first, then all, then back to the list
    if (field != null && draft.value.fields.has(field)) changeDraft(now => withField(now, field, null))
    else if (field === '' && draft.value.name !== null) changeDraft(now => ({ ...now, name: null }))
    else if (touched.value) revertDraft()
    else document.querySelector<HTMLElement>('.track-grid')?.focus()
  }
  return (
    <Pane name="edit" label={text.editor.label}>
      <form
        autocomplete="off"
        onKeyDown={onKeyDown}
        onDragOver={event => {
          if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
        }}
        onDrop={event => {
          const image = imageOf(event.dataTransfer)
          if (!image) return
          event.preventDefault()
          void choosePicture('front', image)
        }}
        onSubmit={event => {
          event.preventDefault()
          if (dirty.value) void save()
        }}
      >
        <div class="scroll">
          <SelectionHead />
          <Pictures />
          <div class="fields">
            {lines.map(line => (
              <FieldEditor key={line.name} line={line} />
            ))}
          </div>
          <AddField lines={lines} />
          {full && <FileDetails track={full} />}
        </div>
        <SaveBar />
      </form>
    </Pane>
  )
}
