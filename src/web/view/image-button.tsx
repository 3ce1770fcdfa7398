import { ImagePlus } from 'lucide'
import { useRef } from 'preact/hooks'
import type { PictureType } from '../../schemas/picture.ts'
import { choosePicture, uploading } from '../state/pictures.ts'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'

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
