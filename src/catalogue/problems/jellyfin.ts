import { discOfFolder, parentFolder } from './album.ts'
import { type AlbumRule, type PlacesRule, quoted, textOf } from './rule.ts'
import { spellingKey } from './spelling.ts'

/* What Jellyfin makes of folders: an album is a folder to it, whatever the tags say. */

/**
 * A folder with audio in it is an album; one without is an album only where all folders in it that hold audio are named like discs
 * (jellyfin/jellyfin, Emby.Server.Implementations/Library/Resolvers/Audio/MusicAlbumResolver.cs, ContainsMusic; Emby.Naming/Audio/
 * AlbumParser.cs; issue #5605).
 */
export const jellyfinSplits: PlacesRule = {
  kind: 'jellyfin-splits-album',
  label: 'Jellyfin splits these albums',
  explanation:
    'Jellyfin takes each folder for an album, unless all folders beside it are named “CD 1”, “Disc 2” or alike. Rename the folders of the discs so, or put all tracks into one folder.',
  server: 'Jellyfin',
  scope: 'places',
  group: ({ folder, title, artist }) =>
    title === '' || artist === '' || !folder.includes('/') ? '' : `${parentFolder(folder)}\n${title}\n${artist}`,
  check(places) {
    if (places.length < 2 || places.every(({ folder }) => discOfFolder(folder) !== null)) return []
    const slots = places.flatMap(place => place.slots)
    // Two editions of an album have the same numbers; what is one album has each once.
    if (slots.includes('') || new Set(slots).size < slots.length) return []
    const names = places.map(({ folder }) => quoted(folder.slice(folder.lastIndexOf('/') + 1))).join(', ')
    return places.map(place => ({
      place,
      detail: `Jellyfin will split this album, because its folders ${names} are not all named like discs.`,
    }))
  },
}

/** One folder is one album, called after the first of its tracks (jellyfin.org/docs/general/server/media/music; issues #9539 and #3210). */
export const jellyfinJoins: AlbumRule = {
  kind: 'jellyfin-joins-albums',
  label: 'Jellyfin shows these albums as one',
  explanation:
    'Several albums lie in one folder, and Jellyfin takes a folder for one album. Give each album a folder of its own.',
  server: 'Jellyfin',
  scope: 'album',
  check({ title, tracks, albumsInFolder }) {
    if (albumsInFolder < 2 || title === '') return []
    return tracks.map(({ path }) => ({
      path,
      detail: `Jellyfin will show ${quoted(title)} as one album with ${albumsInFolder === 2 ? 'the other' : `${albumsInFolder - 1} others`} in this folder.`,
      edits: [],
    }))
  },
}

/**
 * The folder above an album names the artist, besides the tags: where the two are spelled differently, there are two
 * (jellyfin/jellyfin issues #11190, #12845 and #18162).
 */
export const jellyfinArtistFolder: AlbumRule = {
  kind: 'jellyfin-artist-folder',
  label: 'Jellyfin shows these artists twice',
  explanation:
    'The artist’s folder is spelled otherwise than the album artist in the tags, and Jellyfin takes the two for two artists or shows the folder’s spelling. Rename the folder, or change the tags.',
  server: 'Jellyfin',
  scope: 'album',
  check({ folder, title, tracks }) {
    const above = parentFolder(folder)
    const name = above.slice(above.lastIndexOf('/') + 1)
    if (title === '' || name === '') return []
    return tracks.flatMap(track => {
      const artist = textOf(track, 'albumartist')
      // What no folder can be called is not the folder's fault.
      const nameable = !/[<>:"/\\|?*]|\.$/.test(artist)
      if (artist === name || !nameable || spellingKey(artist) !== spellingKey(name)) return []
      const detail = `The folder is called ${quoted(name)}, the album artist ${quoted(artist)}.`
      return [{ path: track.path, detail, edits: [] }]
    })
  },
}
