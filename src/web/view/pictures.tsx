import { ImagePlus } from 'lucide'
import { useRef, useState } from 'preact/hooks'
import type { PictureType } from '../../schemas/picture.ts'
import { details } from '../state/details.ts'
import { choosePicture, imageOf, uploading } from '../state/pictures.ts'
import { selectedTracks } from '../state/tracks.ts'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'
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
        full && <TrackPictures track={full} locked={locked} />
      )}
    </section>
  )
}

/** A button that lets a file be chosen. */
export function ImageButton({ type, words }: { type: PictureType; words: string }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <button type="button" disabled={uploading.value} onClick={() => input.current?.click()}>
        <Icon of={ImagePlus} /> {uploading.value ? text.pictures.uploading : words}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        data-picture={type}
        accept="image/jpeg,image/png,image/webp,image/gif"
        onChange={event => {
          const file = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (file) void choosePicture(type, file)
        }}
      />
    </>
  )
}
