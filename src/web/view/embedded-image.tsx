import { useEffect, useState } from 'preact/hooks'
import type { Picture } from '../../schemas/picture.ts'
import { embeddedUrl, pictureUrl } from '../state/pictures.ts'
import { text } from '../text.ts'

/** A picture embedded in a track. */
export function EmbeddedImage({ path, picture }: { path: string; picture: Picture }) {
  const [url, setUrl] = useState<string | null>(null)
  useEffect(() => {
    let current = true
    setUrl(null)
    embeddedUrl(path, picture).then(
      found => current && setUrl(found),
      () => current && setUrl(''),
    )
    return () => {
      current = false
    }
  }, [path, picture.sha256, picture.index])
  if (url === null || url === '') return <span class="no-image" />
  return <img src={url} alt={text.pictures.alt(text.pictureTypes[picture.type])} />
}

/** A picture known by its sum: one just chosen, or one of the history. */
export function StoredImage({ sha256, type }: { sha256: string; type: string }) {
  const [broken, setBroken] = useState(false)
  if (broken) return <code>{sha256.slice(0, 12)}</code>
  return <img src={pictureUrl(sha256)} alt={type} onError={() => setBroken(true)} />
}
