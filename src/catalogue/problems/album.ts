import { type CataloguedTrack, isRead, textOf } from './rule.ts'
import { bestSpelling, counted, spellingKey } from './spelling.ts'

/** The tracks of one disc, as tags or folders tell discs apart. */
export interface Disc {
  /** The number in the tags; null where they have none. */
  readonly number: number | null
  readonly folder: string
  readonly tracks: readonly CataloguedTrack[]
}

/** The tracks of one album in one folder and the disc folders in it, in path order. */
export interface Album {
  readonly folder: string
  /** The most frequent spelling of its title; empty for tracks without one. */
  readonly title: string
  readonly tracks: readonly CataloguedTrack[]
  readonly discs: readonly Disc[]
  /** How many albums the folder holds. */
  readonly albumsInFolder: number
}

/**
 * The names of folders that hold one disc each of an album in the folder above. The words are those that Jellyfin accepts
 * (jellyfin/jellyfin, Emby.Naming/Common/NamingOptions.cs, AlbumStackingPrefixes), so that what is one album here is one there.
 */
const discFolder = /^[\s\-.()]*(?:cd|digital media|disc|disk|vol|volume)[\s\-.()]*(\d{1,3})(?:[\s\-.()]|$)/i

/** The number of the disc that a folder of this name holds, or null. */
export function discOfFolder(path: string): number | null {
  const found = discFolder.exec(path.slice(path.lastIndexOf('/') + 1))
  return found ? Number(found[1]) : null
}

export function parentFolder(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** The folder whose tracks are looked at together with those of `folder`: the one above where this is a disc's. */
export function albumFolder(folder: string): string {
  return folder !== '' && discOfFolder(folder) !== null ? parentFolder(folder) : folder
}

/** A whole number from 0 on, or null. */
export function numberOf(track: CataloguedTrack, field: string): number | null {
  const text = textOf(track, field)
  return /^\d{1,6}$/.test(text) ? Number(text) : null
}

/** The albums in an album folder, given its tracks in path order. A few tracks without an album belong to the only one there is. */
export function albumsIn(folder: string, tracks: readonly CataloguedTrack[]): Album[] {
  const readable = tracks.filter(isRead)
  const groups = new Map<string, CataloguedTrack[]>()
  for (const track of readable) {
    const key = spellingKey(textOf(track, 'album'))
    const group = groups.get(key)
    if (group) group.push(track)
    else groups.set(key, [track])
  }
  const untitled = groups.get('')?.length ?? 0
  if (groups.size === 2 && untitled > 0 && untitled * 2 < readable.length) return [albumOf(folder, readable, 1)]
  const titled = groups.size - (groups.has('') ? 1 : 0)
  return [...groups.values()].map(group => albumOf(folder, group, titled))
}

function albumOf(folder: string, tracks: readonly CataloguedTrack[], albumsInFolder: number): Album {
  const titles = tracks.map(track => textOf(track, 'album')).filter(title => title !== '')
  return { folder, title: bestSpelling(counted(titles)), tracks, discs: discsOf(tracks), albumsInFolder }
}

function discsOf(tracks: readonly CataloguedTrack[]): Disc[] {
  const discs = new Map<string, { number: number | null; folder: string; tracks: CataloguedTrack[] }>()
  for (const track of tracks) {
    const number = numberOf(track, 'discnumber')
    const folder = parentFolder(track.path)
    // Numbered discs may lie in one folder or several; without numbers the folders tell them apart.
    const key = number === null ? `/${folder}` : String(number)
    const disc = discs.get(key)
    if (disc) disc.tracks.push(track)
    else discs.set(key, { number, folder, tracks: [track] })
  }
  return [...discs.values()]
}

/** The one value that all the tracks that have the field agree on, where at least `least` have it; else an empty text. */
export function agreed(tracks: readonly CataloguedTrack[], field: string, least: number): string {
  let found = ''
  let count = 0
  for (const track of tracks) {
    const value = textOf(track, field)
    if (value === '') continue
    if (found !== '' && value !== found) return ''
    found = value
    count++
  }
  return count >= least ? found : ''
}

/** The track number that a file name leads with, as in `03 - Title` or `1-03 Title`; null where it does not. */
export function numberInName(track: CataloguedTrack): { disc: number | null; number: number } | null {
  const found = /^(?:(\d{1,2})[-.])?(\d{1,3})(?:\s*[-._)\]]\s*|\s+)(?=\S)/.exec(stemOf(track.name))
  return found ? { disc: found[1] === undefined ? null : Number(found[1]), number: Number(found[2]) } : null
}

/** A file name without its extension. */
export function stemOf(name: string): string {
  return name.replace(/\.[^.]+$/, '')
}
