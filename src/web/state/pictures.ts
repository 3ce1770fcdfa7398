import { signal } from '@preact/signals'
import type { Picture, PictureType, StoredPicture } from '../../schemas/picture.ts'
import { ApiProblem, api, problemText } from '../api.ts'
import { type NewPicture, withGoneIndex, withNewPicture } from '../model/draft.ts'
import { text } from '../text.ts'
import { changeDraft } from './drafting.ts'
import { say } from './toasts.ts'

export const uploading = signal(false)

const blobsKept = 80
/** Image bytes by their sum, the oldest first, so that neither preview nor a second upload asks the server again. */
const blobs = new Map<string, { blob: Blob; url: string }>()

/** The first image among files dropped or pasted. */
export function imageOf(data: DataTransfer | null): File | null {
  return [...(data?.files ?? [])].find(file => file.type.startsWith('image/')) ?? null
}

/** Hands an image to the server, which checks it, and makes it part of the unsaved edits. */
export async function choosePicture(type: PictureType, image: Blob): Promise<void> {
  if (!/^image\/(jpeg|png|webp|gif)$/.test(image.type)) {
    say(text.pictures.notImage, { bad: true })
    return
  }
  await upload(image, stored => changeDraft(draft => withNewPicture(draft, type, { ...stored, description: '' })))
}

/** Makes an embedded picture one of another kind: taken out as the old, put in as the new. */
export async function retypePicture(path: string, picture: Picture, type: PictureType): Promise<void> {
  const { index, description } = picture
  let image: Blob
  try {
    image = await embedded(path, picture)
  } catch (thrown) {
    say(problemText(thrown), { bad: true })
    return
  }
  await upload(image, stored =>
    changeDraft(draft => withGoneIndex(withNewPicture(draft, type, { ...stored, description }), index, true)),
  )
}

/** Uploads again what the server may have dropped since it was chosen. */
export async function uploadAgain(pictures: Iterable<NewPicture>): Promise<void> {
  for (const { sha256 } of pictures) {
    const kept = blobs.get(sha256)
    if (kept) await api.storePicture(kept.blob)
  }
}

/** An address for `<img>` of a picture embedded in a track. */
export async function embeddedUrl(path: string, picture: Picture): Promise<string> {
  return blobs.get(picture.sha256)?.url ?? keep(picture.sha256, await embedded(path, picture))
}

/** An address for `<img>` of a picture known by its sum only. */
export function pictureUrl(sha256: string): string {
  return blobs.get(sha256)?.url ?? api.storedPictureUrl(sha256)
}

async function embedded(path: string, { index, sha256 }: Picture): Promise<Blob> {
  return blobs.get(sha256)?.blob ?? (await api.trackPicture(path, index))
}

async function upload(image: Blob, use: (stored: StoredPicture) => void): Promise<void> {
  uploading.value = true
  try {
    const stored = await api.storePicture(image)
    keep(stored.sha256, image)
    use(stored)
  } catch (thrown) {
    const detail = thrown instanceof ApiProblem && thrown.status === 415 ? text.pictures.notImage : problemText(thrown)
    say(detail, { bad: true })
  } finally {
    uploading.value = false
  }
}

function keep(sha256: string, blob: Blob): string {
  const known = blobs.get(sha256)
  if (known) return known.url
  const url = URL.createObjectURL(blob)
  blobs.set(sha256, { blob, url })
  const [oldest] = blobs.keys()
  if (blobs.size > blobsKept && oldest !== undefined) {
    URL.revokeObjectURL(blobs.get(oldest)?.url ?? '')
    blobs.delete(oldest)
  }
  return url
}
