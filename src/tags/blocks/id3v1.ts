import type { ByteSource } from '../../files/source.ts'
import type { Item } from '../../schemas/track.ts'
import { genreNumber, genres } from '../genres.ts'
import type { TagBlock } from '../items.ts'
import { latin1 } from './id3v2/text.ts'

/** ID3v1.1: 128 bytes at the end of a file, fixed places, Latin-1, the track number in the last bytes of the comment. */
export const id3v1Length = 128

const places = [
  { field: 'title', offset: 3, length: 30 },
  { field: 'artist', offset: 33, length: 30 },
  { field: 'album', offset: 63, length: 30 },
  { field: 'date', offset: 93, length: 4 },
  { field: 'comment', offset: 97, length: 30 },
] as const
const trackMark = 125
const trackAt = 126
const genreAt = 127
const noGenre = 255

/** Whether an ID3v1 tag ends at `end`. An APE tag of 131 bytes has a `TAG` in the same place: that of its own `APETAGEX`. */
export function hasId3v1(source: ByteSource, end: number): boolean {
  if (end < id3v1Length || latin1(source.read(end - id3v1Length, 3)) !== 'TAG') return false
  const at = end - id3v1Length - 3
  return at < 0 || latin1(source.read(at, 8)) !== 'APETAGEX'
}

/**
 * The ID3v1 tag at `offset` as a tag block. It has no room for what the other blocks hold: a patch keeps it in step as far as
 * its 30 Latin-1 letters go, with `?` for the others, and refuses nothing.
 */
export function id3v1Block(source: ByteSource, offset: number): TagBlock {
  const bytes = Buffer.from(source.read(offset, id3v1Length))
  const hasTrack = bytes[trackMark] === 0 && bytes[trackAt] !== 0
  const textAt = (at: number, length: number): string =>
    (latin1(bytes.subarray(at, at + length)).split('\0')[0] ?? '').trimEnd()
  const lengthOf = (place: (typeof places)[number]): number =>
    place.field === 'comment' && hasTrack ? 28 : place.length
  const fields = new Map<string, readonly string[]>()
  for (const place of places) {
    const text = textAt(place.offset, lengthOf(place))
    if (text !== '') fields.set(place.field, [text])
  }
  if (hasTrack) fields.set('tracknumber', [String(bytes[trackAt])])
  const genre = bytes[genreAt] ?? noGenre
  const genreName = genres[genre]
  if (genreName !== undefined) fields.set('genre', [genreName])
  return {
    kind: 'id3v1',
    label: 'ID3v1',
    fields,
    seed: seedOf(fields, genre),
    pictures: [],
    items: () => items(fields),
    patch({ fields: wanted }) {
      const next = Buffer.from(bytes)
      const track = wanted.get('tracknumber')
      if (track) {
        const number = Number(/^\d+/.exec(track[0] ?? '')?.[0] ?? 0)
        // Nothing but a number from 1 to 255 fits; the byte before it must be zero, even where the comment ran on.
        if (number > 0 && number < 256) next.set([0, number], trackMark)
        else if (hasTrack) next.set([0, 0], trackMark)
      }
      const numbered = next[trackMark] === 0 && next[trackAt] !== 0
      for (const { field, offset: at, length } of places) {
        const values = wanted.get(field)
        if (values) next.set(fit(values[0] ?? '', field === 'comment' && numbered ? 28 : length), at)
      }
      const genreValues = wanted.get('genre')
      if (genreValues) next[genreAt] = genreValues[0] === undefined ? noGenre : genreNumber(genreValues[0])
      return { content: [next], refused: [] }
    },
  }
}

/** What a new ID3v2 tag takes over: the genre as its number and the comment under the description that other programs give it. */
function seedOf(fields: ReadonlyMap<string, readonly string[]>, genre: number): ReadonlyMap<string, readonly string[]> {
  const seed = new Map(fields)
  const comment = seed.get('comment')
  seed.delete('comment')
  if (comment) seed.set('comment:ID3v1 Comment', comment)
  if (seed.has('genre')) seed.set('genre', [String(genre)])
  return seed
}

function fit(text: string, length: number): Uint8Array {
  const place = new Uint8Array(length)
  let at = 0
  for (const letter of text) {
    if (at === length) break
    const code = letter.codePointAt(0) as number
    place[at++] = code < 0x100 ? code : 0x3f
  }
  return place
}

function items(fields: ReadonlyMap<string, readonly string[]>): Item[] {
  return [...fields].map(([field, text]) => ({
    block: 'ID3v1',
    id: field,
    field,
    text: [...text],
    bytes: field === 'tracknumber' || field === 'genre' ? 1 : (places.find(p => p.field === field)?.length ?? 0),
  }))
}
