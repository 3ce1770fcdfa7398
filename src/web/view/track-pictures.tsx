import { RotateCcw, Trash2 } from 'lucide'
import type { ComponentChildren } from 'preact'
import type { Picture, PictureType } from '../../schemas/picture.ts'
import type { Track } from '../../schemas/track.ts'
import { type NewPicture, withGoneIndex, withNewPicture } from '../model/draft.ts'
import { formatBytes } from '../model/format.ts'
import { changeDraft, draft } from '../state/drafting.ts'
import { retypePicture } from '../state/pictures.ts'
import { text } from '../text.ts'
import { EmbeddedImage, StoredImage } from './embedded-image.tsx'
import { Icon } from './icon.tsx'
import { ImageButton } from './image-button.tsx'

const types = Object.keys(text.pictureTypes) as PictureType[]
/** What one would add next, in this order. */
const wanted: readonly PictureType[] = ['front', 'back', 'media', 'leaflet', 'artist', 'other']

/** The pictures of one track: those in the file, and those that a save will put in or take out. */
export function TrackPictures({ track, locked }: { track: Track; locked: boolean }) {
  const { newPictures, goneIndexes } = draft.value
  const shown = track.pictures.filter(({ type, index }) => !newPictures.has(type) || goneIndexes.has(index))
  const taken = new Set([...newPictures.keys(), ...shown.map(picture => picture.type)])
  const next = wanted.find(type => !taken.has(type)) ?? 'other'
  const add = !locked && (
    <ImageButton type={next} words={next === 'front' ? text.pictures.set : text.pictures.addAnother} />
  )
  const last = shown.at(-1)
  const lastNew = last ? undefined : [...newPictures.keys()].at(-1)
  return (
    <>
      {!last && lastNew === undefined && (
        <div class="picture">
          <div class="frame none">
            <span>{text.pictures.none}</span>
            {!locked && <span class="quiet">{text.pictures.dropHere}</span>}
          </div>
          <div class="facts">{add}</div>
        </div>
      )}
      {[...newPictures].map(([type, picture]) => (
        <NewOne key={type} type={type} picture={picture} more={type === lastNew && add} />
      ))}
      {shown.map(picture => (
        <OldOne
          key={picture.index}
          path={track.path}
          picture={picture}
          taken={taken}
          locked={locked}
          more={picture === last && add}
        />
      ))}
    </>
  )
}

function NewOne({ type, picture, more }: { type: PictureType; picture: NewPicture; more: ComponentChildren }) {
  return (
    <Shape image={<StoredImage sha256={picture.sha256} type={text.pictureTypes[type]} />} state="new">
      <p>{text.pictureTypes[type]}</p>
      <Facts of={picture} />
      <p class="state">{text.pictures.isNew}</p>
      <div class="actions">
        <button type="button" onClick={() => changeDraft(now => withNewPicture(now, type, null))}>
          <Icon of={RotateCcw} /> {text.cancel}
        </button>
        {more}
      </div>
    </Shape>
  )
}

function OldOne(props: {
  path: string
  picture: Picture
  taken: ReadonlySet<PictureType>
  locked: boolean
  more: ComponentChildren
}) {
  const { path, picture, taken, locked, more } = props
  const { index, type } = picture
  const gone = draft.value.goneIndexes.has(index)
  const image = <EmbeddedImage path={path} picture={picture} />
  const setGone = (value: boolean) => changeDraft(now => withGoneIndex(now, index, value))
  if (gone) {
    return (
      <Shape image={image} state="gone">
        <p>{text.pictureTypes[type]}</p>
        <p class="state">{text.pictures.isGone}</p>
        <div class="actions">
          <button type="button" onClick={() => setGone(false)}>
            <Icon of={RotateCcw} /> {text.pictures.keep}
          </button>
          {more}
        </div>
      </Shape>
    )
  }
  return (
    <Shape image={image} state="">
      <select
        aria-label={text.pictures.type}
        value={type}
        disabled={locked}
        onChange={event => void retypePicture(path, picture, event.currentTarget.value as PictureType)}
      >
        {types.map(name => (
          <option key={name} value={name} disabled={name !== type && taken.has(name)}>
            {text.pictureTypes[name]}
          </option>
        ))}
      </select>
      <Facts of={picture} />
      {picture.description && <p class="quiet">{picture.description}</p>}
      {!locked && (
        <div class="actions">
          <ImageButton type={type} words={text.pictures.replace} />
          <button type="button" onClick={() => setGone(true)}>
            <Icon of={Trash2} /> {text.pictures.remove}
          </button>
          {more}
        </div>
      )}
    </Shape>
  )
}

function Shape({ image, state, children }: { image: ComponentChildren; state: string; children: ComponentChildren }) {
  return (
    <div class="picture" data-state={state || undefined}>
      <div class="frame">{image}</div>
      <div class="facts">{children}</div>
    </div>
  )
}

function Facts({ of: { width, height, mime, bytes } }: { of: Omit<NewPicture, 'sha256' | 'description'> }) {
  return (
    <p class="quiet">
      {text.pictures.size(width, height)}
      <br />
      {mime.replace('image/', '').toUpperCase()} · {formatBytes(bytes)}
    </p>
  )
}
