import type { Piece } from '../../files/splice.ts'
import type { EmbeddedPicture, NewPicture, Refusal } from '../items.ts'
import { type Data, dataAtom, dataTypes, type Item, itemPieces, payloadOf } from './ilst-items.ts'
import type { Atom } from './mp4-atoms.ts'

/* Covers in an iTunes list: `covr` items of one or more `data` atoms. They have no type and no description; all are front covers. */

export const coverType = 'covr'
const frontCover = 3

/** What image readers know in a cover, by MIME type. */
const writable: ReadonlyMap<string, number> = new Map([
  ['image/jpeg', dataTypes.jpeg],
  ['image/png', dataTypes.png],
])
const mimes: ReadonlyMap<number, string> = new Map([
  [dataTypes.jpeg, 'image/jpeg'],
  [dataTypes.png, 'image/png'],
  [dataTypes.bmp, 'image/bmp'],
])

/** The pictures of a list and the values that hold them, in order. Empty values are none. */
export function readCovers(items: readonly Item[]): Map<EmbeddedPicture, Data> {
  const covers = new Map<EmbeddedPicture, Data>()
  for (const item of items.filter(({ type }) => type === coverType)) {
    for (const data of item.data.filter(({ payload }) => payload.length > 0)) {
      const picture = {
        type: frontCover,
        mime: mimes.get(data.type) ?? '',
        description: '',
        bytes: data.payload.length,
        data: () => payloadOf(item, data),
      }
      covers.set(picture, data)
    }
  }
  return covers
}

/** Why MP4 cannot hold a picture; null where it can. */
export function coverRefusal(picture: NewPicture): Refusal | null {
  const refuse = (detail: string): Refusal => ({ field: 'picture', code: 'PICTURE_UNSUPPORTED', detail })
  if (!writable.has(picture.mime)) return refuse(`MP4 holds JPEG and PNG images, not ${picture.mime}.`)
  if (picture.type !== frontCover) return refuse('MP4 holds front covers only, no pictures of other types.')
  if (picture.description !== '') return refuse('MP4 cannot hold descriptions of pictures.')
  return null
}

const newCover = (picture: NewPicture): Uint8Array =>
  dataAtom(writable.get(picture.mime) ?? dataTypes.implicit, picture.data)

/**
 * What becomes of the `covr` items, item by item: without the values in `gone`, and with the new covers in the place of the
 * first of these, or behind the last value.
 */
export function editCovers(
  items: readonly Item[],
  gone: ReadonlySet<Data>,
  added: readonly NewPicture[],
): Map<Item, Piece[]> {
  const covers = items.filter(({ type }) => type === coverType)
  const home = covers.find(({ data }) => data.some(d => gone.has(d))) ?? covers.findLast(({ data }) => data.length > 0)
  const fresh = added.map(newCover)
  const edits = new Map<Item, Piece[]>()
  for (const item of covers) {
    const leaves = new Set(item.data.filter(d => gone.has(d) || (added.length > 0 && d.payload.length === 0)))
    if (leaves.size === 0 && (item !== home || added.length === 0)) continue
    const atoms = new Set([...leaves].map(({ atom }) => atom))
    const parts = item.parts.flatMap((part, i): Piece[] => {
      const isGone = (at: number) => atoms.has(item.parts[at] as Atom)
      if (isGone(i)) return item === home ? fresh.splice(0) : []
      // The name of a cover goes with it.
      return part.type === 'name' && isGone(i - 1) ? [] : [{ offset: part.offset, length: part.length }]
    })
    if (item === home) parts.push(...fresh.splice(0))
    if (parts.length > 0) edits.set(item, itemPieces(coverType, parts))
    else edits.set(item, [])
  }
  return edits
}

/** A `covr` item for a list that has none. */
export const coverItem = (added: readonly NewPicture[]): Piece[] => itemPieces(coverType, added.map(newCover))
