import { useState } from 'preact/hooks'
import { details } from '../state/details.ts'
import { choosePicture, imageOf, uploading } from '../state/pictures.ts'
import { selectedTracks } from '../state/tracks.ts'
import { text } from '../text.ts'
import { SelectionPictures } from './selection-pictures.tsx'
import { TrackPictures } from './track-pictures.tsx'

/** The pictures of what is chosen. An image dropped here becomes the front cover. */
export function Pictures() {
  const chosen = selectedTracks.value
  const [over, setOver] = useState(false)
  const [only] = chosen
  const locked = chosen.every(track => !track.writable)
  const full = only && chosen.length === 1 ? details.value.get(only.path) : undefined
  return (
    <section
      class="pictures"
      aria-label={text.pictures.label}
      aria-busy={uploading.value}
      data-over={over || undefined}
      onDragEnter={() => setOver(!locked)}
      onDragOver={event => {
        event.preventDefault()
        setOver(!locked)
      }}
      onDragLeave={event => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false)
      }}
      onDrop={event => {
        setOver(false)
        const image = imageOf(event.dataTransfer)
        event.preventDefault()
        event.stopPropagation()
        if (image && !locked) void choosePicture('front', image)
      }}
    >
      {chosen.length > 1 ? (
        <SelectionPictures locked={locked} />
      ) : (
        full && <TrackPictures track={full} locked={locked || full.revision !== only?.revision} />
      )}
    </section>
  )
}
