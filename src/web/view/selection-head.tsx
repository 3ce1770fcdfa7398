import { Lock, TriangleAlert } from 'lucide'
import type { TrackSummary } from '../../schemas/track.ts'
import { renamed, splitName } from '../model/file-name.ts'
import { audioParts, formatBytes, formatDuration } from '../model/format.ts'
import { details, detailsProblem } from '../state/details.ts'
import { changeDraft, draft } from '../state/drafting.ts'
import { selectedTracks } from '../state/tracks.ts'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'

/** What is chosen: one file with its name to edit and its properties, or how many. */
export function SelectionHead() {
  const chosen = selectedTracks.value
  const [only] = chosen
  if (only && chosen.length === 1) return <OneFile track={only} />
  const locked = chosen.filter(track => !track.writable)
  const seconds = chosen.reduce((sum, { audio }) => sum + (audio?.duration ?? 0), 0)
  const bytes = chosen.reduce((sum, { size }) => sum + size, 0)
  return (
    <div class="selection-head">
      <h2>{text.editor.chooseMany(chosen.length)}</h2>
      <p class="quiet">{[formatDuration(seconds), formatBytes(bytes)].join(' · ')}</p>
      {locked.length > 0 && (
        <p class="warning">
          <Icon of={Lock} /> {text.editor.writableSome(locked.length, chosen.length)}
        </p>
      )}
    </div>
  )
}

function OneFile({ track }: { track: TrackSummary }) {
  const typed = draft.value.name
  const becomes = typed === null ? track.name : renamed(track.name, typed)
  const { audio, size } = track
  const parts = [...(audio ? audioParts(audio) : []), formatBytes(size)]
  return (
    <div class="selection-head" data-field="">
      <label for="file-name" class="unseen">
        {text.editor.fileName}
      </label>
      <input
        id="file-name"
        class="file-name"
        value={typed ?? track.name}
        data-touched={becomes !== track.name || undefined}
        disabled={track.reason?.code === 'READ_ONLY'}
        spellcheck={false}
        title={track.path}
        onFocus={event => {
          const input = event.currentTarget
          input.setSelectionRange(0, splitName(input.value).stem.length)
        }}
        onInput={event => {
          const name = event.currentTarget.value
          changeDraft(now => ({ ...now, name: name === track.name ? null : name }))
        }}
      />
      {typed !== null && becomes !== typed && <p class="quiet">{text.editor.willBe(becomes)}</p>}
      <p class="quiet">{parts.join(' · ')}</p>
      {!track.writable && (
        <p class="warning">
          <Icon of={Lock} /> {track.reason?.detail}
        </p>
      )}
      {detailsProblem.value !== null && (
        <p class="warning">
          <Icon of={TriangleAlert} /> {text.editor.detailsFailed}: {detailsProblem.value}
        </p>
      )}
      {details.value.get(track.path)?.warnings.map(warning => (
        <p key={warning} class="warning">
          <Icon of={TriangleAlert} /> {warning}
        </p>
      ))}
    </div>
  )
}
