import { Plus } from 'lucide'
import { useState } from 'preact/hooks'
import { type FieldLine, fieldNamed } from '../model/common-values.ts'
import { addedFields } from '../state/drafting.ts'
import { fields } from '../state/library.ts'
import { selectedTracks } from '../state/tracks.ts'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'

/** Brings a field into the editor: a standard one by its label, or any other by name. */
export function AddField({ lines }: { lines: readonly FieldLine[] }) {
  const [typed, setTyped] = useState('')
  if (selectedTracks.value.every(track => !track.writable)) return null
  const here = new Set(lines.map(line => line.name))
  const add = () => {
    const name = fieldNamed(typed, fields.value)
    if (name === null) return
    if (!here.has(name)) addedFields.value = [...addedFields.value, name]
    setTyped('')
    requestAnimationFrame(() => document.getElementById(`field-${encodeURIComponent(name)}`)?.focus())
  }
  return (
    <div class="add-field">
      <input
        list="field-names"
        aria-label={text.editor.addField}
        placeholder={`${text.editor.addField}…`}
        value={typed}
        maxLength={255}
        spellcheck={false}
        onInput={event => setTyped(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key !== 'Enter' || typed.trim() === '') return
          event.preventDefault()
          add()
        }}
      />
      <datalist id="field-names">
        {fields.value
          .filter(info => !here.has(info.name))
          .map(info => (
            <option key={info.name} value={info.label}>
              {info.name}
            </option>
          ))}
      </datalist>
      <button type="button" disabled={typed.trim() === ''} onClick={add}>
        <Icon of={Plus} /> {text.editor.add}
      </button>
    </div>
  )
}
