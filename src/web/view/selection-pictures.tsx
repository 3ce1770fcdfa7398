import { Images, RotateCcw, Trash2 } from 'lucide'
import type { Picture } from '../../schemas/picture.ts'
import { withGoneType, withNewPicture } from '../model/draft.ts'
import { details, detailsUpTo } from '../state/details.ts'
import { changeDraft, draft } from '../state/drafting.ts'
import { selectedTracks } from '../state/tracks.ts'
import { text } from '../text.ts'
import { EmbeddedImage, StoredImage } from './embedded-image.tsx'
import { Icon } from './icon.tsx'
import { ImageButton } from './image-button.tsx'

/** The front cover of several tracks at once. */
export function SelectionPictures({ locked }: { locked: boolean }) {
  const chosen = selectedTracks.value
  const having = chosen.filter(track => track.pictures > 0).length
  const next = draft.value.newPictures.get('front')
  const gone = draft.value.goneTypes.has('front')
  const shared = sharedFront()
  const state = next ? 'new' : gone ? 'gone' : undefined
  return (
    <div class="picture" data-state={state}>
      <div class="frame">
        {next ? (
          <StoredImage sha256={next.sha256} type={text.pictureTypes.front} />
        ) : shared ? (
          <EmbeddedImage path={shared.path} picture={shared.picture} />
        ) : (
          <span class="no-image">
            <Icon of={Images} />
          </span>
        )}
      </div>
      <div class="facts">
        <p>{next ? text.pictureTypes.front : text.pictures.someHave(having, chosen.length)}</p>
        {state === undefined && having > 0 && chosen.length <= detailsUpTo && (
          <p class="quiet">{shared ? text.pictures.sameCover : text.pictures.differentCovers}</p>
        )}
        {state && <p class="state">{next ? text.pictures.isNew : text.pictures.willGo(text.pictureTypes.front)}</p>}
        {!locked && (
          <div class="actions">
            <ImageButton type="front" words={text.pictures.set} />
            {state ? (
              <button type="button" onClick={() => changeDraft(now => withNewPicture(now, 'front', null))}>
                <Icon of={RotateCcw} /> {text.cancel}
              </button>
            ) : (
              having > 0 && (
                <button type="button" onClick={() => changeDraft(now => withGoneType(now, 'front'))}>
                  <Icon of={Trash2} /> {text.pictures.removeAll}
                </button>
              )
            )}
          </div>
        )}
      </div>
    </div>
  )
}

/** The front cover that all the chosen tracks have, where they have one and the same. */
function sharedFront(): { path: string; picture: Picture } | null {
  const chosen = selectedTracks.value
  let shared: { path: string; picture: Picture } | null = null
  for (const { path } of chosen) {
    const picture = details.value.get(path)?.pictures.find(({ type }) => type === 'front')
    if (!picture || (shared && shared.picture.sha256 !== picture.sha256)) return null
    shared ??= { path, picture }
  }
  return shared
}
