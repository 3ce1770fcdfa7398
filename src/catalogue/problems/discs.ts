import { type Album, discOfFolder, numberOf, parentFolder } from './album.ts'
import { isComplete } from './missing.ts'
import { discInName, lacksDiscs } from './numbers.ts'
import { type AlbumRule, type CataloguedTrack, type Finding, set } from './rule.ts'

export const discsUnnumbered: AlbumRule = {
  kind: 'discs-unnumbered',
  label: 'Discs without numbers',
  explanation:
    'The album has several discs, but the tags do not say which track is on which, so servers that go by tags mix them. The number in the name of the disc’s folder, or in the file names, is proposed.',
  scope: 'album',
  check(album) {
    if (album.title === '') return []
    const folders = new Set(album.tracks.map(({ path }) => parentFolder(path)))
    const discFolders = [...folders].filter(folder => discOfFolder(folder) !== null)
    const numbered = album.tracks.some(track => numberOf(track, 'discnumber') !== null)
    const lacking = album.tracks.filter(track => numberOf(track, 'discnumber') === null)
    if (discFolders.length > 1) return lacking.flatMap(track => fromFolder(track, discFolders))
    if (lacksDiscs(album)) return fromNames(album)
    if (!numbered || new Set(album.discs.map(disc => disc.number)).size < 3) return []
    return lacking.map(({ path }) => ({
      path,
      detail: 'Other tracks of the album have a disc number, this one has none.',
      edits: [],
    }))
  },
}

function fromFolder(track: CataloguedTrack, folders: readonly string[]): Finding[] {
  const folder = parentFolder(track.path)
  const disc = discOfFolder(folder)
  if (disc === null) return []
  const discs = folders.map(each => discOfFolder(each) as number)
  const total = isComplete(discs) ? [set('totaldiscs', String(discs.length))] : []
  return [
    {
      path: track.path,
      detail: `The track has no disc number; its folder is that of disc ${disc}.`,
      edits: [set('discnumber', String(disc)), ...total],
    },
  ]
}

function fromNames({ tracks }: Album): Finding[] {
  const discs = tracks.map(discInName)
  const known = discs.every(disc => disc !== null)
  const total = Math.max(...discs.map(disc => disc ?? 0))
  return tracks.map((track, i) => ({
    path: track.path,
    detail: known
      ? `The numbers are doubled, and the file name says disc ${discs[i]}.`
      : 'The numbers are doubled: there seem to be several discs, and nothing says which track is on which.',
    edits: known ? [set('discnumber', String(discs[i])), set('totaldiscs', String(total))] : [],
  }))
}
