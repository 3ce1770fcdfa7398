import { genres, labels, type Vocabulary, vocabularies } from './words.ts'

/* What the tracks of a made library are called: everything follows from their numbers. */

/** A number from 0 on, below `below`, that depends on nothing but what it is for. */
export function pick(below: number, ...what: readonly number[]): number {
  let h = 0x9e3779b9
  for (const n of what) {
    h = Math.imul(h ^ n, 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    h ^= h >>> 16
  }
  return (h >>> 0) % below
}

/** Uses of `pick`, so that no two have the same numbers. */
export const use = {
  size: 1,
  artist: 2,
  words: 3,
  title: 4,
  genre: 5,
  date: 6,
  cover: 7,
  format: 8,
  label: 9,
  guest: 10,
  id: 11,
}

function vocabularyOf(artist: number): Vocabulary {
  let left = pick(100, use.artist, artist)
  for (const vocabulary of vocabularies) {
    left -= vocabulary.share
    if (left < 0) return vocabulary
  }
  return vocabularies[0] as Vocabulary
}

function phrase(vocabulary: Vocabulary, least: number, most: number, ...what: readonly number[]): string {
  const { words, space } = vocabulary
  const count = least + pick(most - least + 1, use.words, ...what)
  const chosen = Array.from({ length: count }, (_, i) => words[pick(words.length, use.words, i + 1, ...what)] as string)
  return chosen.map(word => word.slice(0, 1).toUpperCase() + word.slice(1)).join(space)
}

const nameOfArtist = (artist: number): string => {
  const name = phrase(vocabularyOf(artist), 2, 3, use.artist, artist)
  return artist % 7 === 0 ? `The ${name}` : name
}

/** Track folders are handed out in groups of 13 to twelve albums, of which the last has two discs. */
export function albumOf(folder: number): { album: number; disc: number; discs: number } {
  const place = folder % 13
  return {
    album: Math.floor(folder / 13) * 12 + Math.min(place, 11),
    disc: place === 12 ? 2 : 1,
    discs: place >= 11 ? 2 : 1,
  }
}

/** Albums are handed out in groups of 36 to nine artists, who have one to nine of them. */
const artistOf = (album: number): number => Math.floor(album / 36) * 9 + (shares[album % 36] as number)
const shares = [1, 1, 2, 3, 4, 4, 5, 7, 9].flatMap((albums, artist) => Array<number>(albums).fill(artist))

/** The number of the first track of a folder: sizes run from 5 to 20. */
export function firstOf(folder: number, folders: number, tracks: number): number {
  if (folder <= 0) return 0
  if (folder >= folders) return tracks
  return Math.round((folder * tracks) / folders) + pick(9, use.size, folder) - 4
}

const hex = (length: number, ...what: readonly number[]): string =>
  Array.from({ length: Math.ceil(length / 8) }, (_, i) =>
    pick(0xffffffff, use.id, i, ...what)
      .toString(16)
      .padStart(8, '0'),
  )
    .join('')
    .slice(0, length)
const uuid = (...what: readonly number[]): string =>
  hex(32, ...what).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')

/** A name that every file system takes. */
export const fileName = (text: string): string =>
  text
    .replace(/[/\\:*?"<>|]/g, '_')
    .slice(0, 60)
    .trim()

/** The fields of a track, which is the `number`th of `count` in its folder. */
export function fieldsOf(track: number, number: number, count: number, folder: number): Map<string, string[]> {
  const { album, disc, discs } = albumOf(folder)
  const artist = artistOf(album)
  const compilation = album % 20 === 19
  const own = compilation ? pick(5000, use.guest, track) : artist
  const genre = genres[pick(genres.length, use.genre, artist)] as string
  const second = genres[pick(genres.length, use.genre, artist, album)] as string
  const year = 1955 + pick(70, use.date, album)
  const date = pick(3, use.date, album, 1) === 0 ? `${year}-0${1 + pick(9, album)}-1${pick(9, album)}` : String(year)
  const guest = pick(25, use.guest, track, 1) === 0 ? [nameOfArtist(pick(5000, use.guest, track, 2))] : []
  const fields: Array<readonly [string, readonly string[]]> = [
    ['title', [phrase(vocabularyOf(own), 1, 5, use.title, track)]],
    ['artist', [nameOfArtist(own), ...guest]],
    ['album', [nameOfAlbum(album)]],
    ['albumartist', [compilation ? 'Various Artists' : nameOfArtist(artist)]],
    ['tracknumber', [String(number)]],
    ['totaltracks', [String(count)]],
    ['discnumber', [String(disc)]],
    ['totaldiscs', [String(discs)]],
    ['label', [labels[pick(labels.length, use.label, artist)] as string]],
    ['musicbrainz_albumid', [uuid(1, album)]],
    ['musicbrainz_recordingid', [uuid(2, track)]],
  ]
  if (pick(30, use.date, album, 2) > 0) fields.push(['date', [date]])
  if (pick(30, use.genre, album) > 0) fields.push(['genre', second === genre || album % 3 ? [genre] : [genre, second]])
  if (pick(4, use.artist, track) === 0) fields.push(['composer', [nameOfArtist(pick(900, use.artist, track, 1))]])
  return new Map(fields.map(([name, values]) => [name, [...values]]))
}

const nameOfAlbum = (album: number): string => phrase(vocabularyOf(artistOf(album)), 1, 4, use.size, album)

/** The folder of a made library with that number, relative to it. */
export function folderName(folder: number): string {
  const { album, disc, discs } = albumOf(folder)
  const artist = artistOf(album)
  // The number keeps apart what happens to have the same name.
  const parts = [fileName(`${nameOfArtist(artist)} ${artist}`), fileName(`${nameOfAlbum(album)} ${album}`)]
  return [...parts, ...(discs > 1 ? [`CD${disc}`] : [])].join('/')
}
