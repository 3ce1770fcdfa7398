import type { FieldInfo, FieldKind } from '../schemas/field.ts'

/**
 * The one table of fields: each once, with its label, whether it holds several values, and its native ids in every tag
 * block, after MusicBrainz Picard's tag mapping. The API, the interface, the codecs and the round-trip tests derive from
 * it; to add a field is to add a row.
 *
 * Where a column lists several ids, all are read, the first that is in the file is kept, and otherwise the first is
 * written. Forms of the id3 column (ids of ID3v2.4; blocks/id3v2/frames.ts knows what 2.3 and 2.2 call them):
 *   `TIT2` a text frame · `TRCK#1`, `TRCK#2` the part before and after `/` · `TXXX:name` a user text frame ·
 *   `COMM`, `USLT` with an empty description · `UFID:owner` · `TIPL:role` credits by role · `TMCL` credits by
 *   instrument · `WCOP` a URL frame · `POPM`.
 * Forms of the others: an id, `id#1` and `id#2` for pairs; mp4 `----:name` is a freeform atom of com.apple.iTunes.
 */
export interface Field {
  readonly name: string
  readonly label: string
  readonly kind: FieldKind
  readonly multiple: boolean
  readonly common: boolean
  readonly id3: readonly string[]
  readonly vorbis: readonly string[]
  readonly ape: readonly string[]
  readonly mp4: readonly string[]
  readonly asf: readonly string[]
  readonly info: readonly string[]
}

type Column = 'id3' | 'vorbis' | 'ape' | 'mp4' | 'asf' | 'info'
type Ids = Partial<Record<Column, string | readonly string[]>>
type Traits = { kind?: FieldKind; single?: true; common?: true }

function field(name: string, label: string, ids: Ids, traits: Traits = {}): Field {
  const list = (column: Column): readonly string[] => {
    const id = ids[column]
    return id === undefined ? [] : typeof id === 'string' ? [id] : id
  }
  return {
    name,
    label,
    kind: traits.kind ?? 'text',
    multiple: !traits.single,
    common: traits.common ?? false,
    id3: list('id3'),
    vorbis: list('vorbis'),
    ape: list('ape'),
    mp4: list('mp4'),
    asf: list('asf'),
    info: list('info'),
  }
}

/** A field that every block spells alike, in upper case. */
const plain = (name: string, label: string, traits: Traits = {}, id = name.toUpperCase()): Field =>
  field(name, label, { id3: `TXXX:${id}`, vorbis: id, ape: id, mp4: `----:${id}`, asf: id }, traits)

/** A MusicBrainz or AcoustID id: its spelled-out name in ID3 and MP4, its own in ASF, upper case elsewhere. */
const spelled = (
  name: string,
  label: string,
  words: string,
  asf: string,
  id = name.toUpperCase(),
  traits: Traits = {},
) => field(name, label, { id3: `TXXX:${words}`, vorbis: id, ape: id, mp4: `----:${words}`, asf }, traits)

const role = (name: string, label: string, id: string, words: string, ape: string): Field =>
  field(name, label, { id3: `TIPL:${words}`, vorbis: id, ape, mp4: `----:${id}`, asf: `WM/${ape}` })

const number = { kind: 'number', single: true } as const
const common = { common: true } as const

// biome-ignore format: a row a field
export const fields: readonly Field[] = [
  field('title', 'Title', { id3: 'TIT2', vorbis: 'TITLE', ape: 'Title', mp4: '©nam', asf: 'Title', info: 'INAM' }, common),
  field('artist', 'Artist', { id3: 'TPE1', vorbis: 'ARTIST', ape: 'Artist', mp4: '©ART', asf: 'Author', info: 'IART' }, common),
  field('album', 'Album', { id3: 'TALB', vorbis: 'ALBUM', ape: 'Album', mp4: '©alb', asf: 'WM/AlbumTitle', info: 'IPRD' }, common),
  field('albumartist', 'Album artist', { id3: 'TPE2', vorbis: ['ALBUMARTIST', 'ALBUM ARTIST'], ape: ['Album Artist', 'ALBUMARTIST'], mp4: 'aART', asf: 'WM/AlbumArtist' }, common),
  field('date', 'Date', { id3: 'TDRC', vorbis: ['DATE', 'YEAR'], ape: 'Year', mp4: '©day', asf: 'WM/Year', info: 'ICRD' }, { kind: 'date', single: true, common: true }),
  field('genre', 'Genre', { id3: 'TCON', vorbis: 'GENRE', ape: 'Genre', mp4: ['©gen', 'gnre'], asf: 'WM/Genre', info: 'IGNR' }, common),
  field('tracknumber', 'Track', { id3: 'TRCK#1', vorbis: 'TRACKNUMBER#1', ape: 'Track#1', mp4: 'trkn#1', asf: 'WM/TrackNumber#1', info: ['ITRK', 'IPRT'] }, { ...number, common: true }),
  field('totaltracks', 'Tracks', { id3: 'TRCK#2', vorbis: ['TRACKTOTAL', 'TOTALTRACKS', 'TRACKNUMBER#2'], ape: 'Track#2', mp4: 'trkn#2', asf: 'WM/TrackNumber#2' }, number),
  field('discnumber', 'Disc', { id3: 'TPOS#1', vorbis: 'DISCNUMBER#1', ape: 'Disc#1', mp4: 'disk#1', asf: 'WM/PartOfSet#1' }, { ...number, common: true }),
  field('totaldiscs', 'Discs', { id3: 'TPOS#2', vorbis: ['DISCTOTAL', 'TOTALDISCS', 'DISCNUMBER#2'], ape: 'Disc#2', mp4: 'disk#2', asf: 'WM/PartOfSet#2' }, number),
  field('composer', 'Composer', { id3: 'TCOM', vorbis: 'COMPOSER', ape: 'Composer', mp4: '©wrt', asf: 'WM/Composer', info: 'IMUS' }, common),
  field('comment', 'Comment', { id3: 'COMM', vorbis: 'COMMENT', ape: 'Comment', mp4: '©cmt', asf: 'Description', info: 'ICMT' }, { kind: 'longtext' }),
  field('lyrics', 'Lyrics', { id3: 'USLT', vorbis: ['LYRICS', 'UNSYNCEDLYRICS'], ape: ['Lyrics', 'UNSYNCEDLYRICS'], mp4: '©lyr', asf: 'WM/Lyrics' }, { kind: 'longtext' }),
  field('compilation', 'Compilation', { id3: 'TCMP', vorbis: 'COMPILATION', ape: 'Compilation', mp4: 'cpil', asf: 'WM/IsCompilation' }, { kind: 'boolean', single: true }),
  field('discsubtitle', 'Disc subtitle', { id3: ['TSST', 'TXXX:DISCSUBTITLE'], vorbis: 'DISCSUBTITLE', ape: 'DiscSubtitle', mp4: '----:DISCSUBTITLE', asf: 'WM/SetSubTitle' }),
  field('subtitle', 'Subtitle', { id3: 'TIT3', vorbis: 'SUBTITLE', ape: 'Subtitle', mp4: '----:SUBTITLE', asf: 'WM/SubTitle' }),
  field('grouping', 'Grouping', { id3: ['TIT1', 'GRP1'], vorbis: 'GROUPING', ape: 'Grouping', mp4: '©grp', asf: 'WM/ContentGroupDescription' }),
  field('work', 'Work', { id3: 'TXXX:WORK', vorbis: 'WORK', ape: 'WORK', mp4: '©wrk', asf: 'WM/Work' }),
  field('movement', 'Movement', { id3: 'MVNM', vorbis: 'MOVEMENTNAME', ape: 'MOVEMENTNAME', mp4: '©mvn', asf: 'MOVEMENTNAME' }),
  field('movementnumber', 'Movement number', { id3: 'MVIN#1', vorbis: 'MOVEMENT', ape: 'MOVEMENT', mp4: '©mvi', asf: 'MOVEMENT' }, number),
  field('movementtotal', 'Movements', { id3: 'MVIN#2', vorbis: 'MOVEMENTTOTAL', ape: 'MOVEMENTTOTAL', mp4: '©mvc', asf: 'MOVEMENTTOTAL' }, number),
  field('showmovement', 'Show movement', { id3: 'TXXX:SHOWMOVEMENT', vorbis: 'SHOWMOVEMENT', ape: 'SHOWMOVEMENT', mp4: 'shwm', asf: 'SHOWMOVEMENT' }, { kind: 'boolean', single: true }),
  field('titlesort', 'Title sort order', { id3: 'TSOT', vorbis: 'TITLESORT', ape: 'TITLESORT', mp4: 'sonm', asf: 'WM/TitleSortOrder' }),
  field('artistsort', 'Artist sort order', { id3: 'TSOP', vorbis: 'ARTISTSORT', ape: 'ARTISTSORT', mp4: 'soar', asf: 'WM/ArtistSortOrder' }),
  field('albumsort', 'Album sort order', { id3: 'TSOA', vorbis: 'ALBUMSORT', ape: 'ALBUMSORT', mp4: 'soal', asf: 'WM/AlbumSortOrder' }),
  field('albumartistsort', 'Album artist sort order', { id3: ['TSO2', 'TXXX:ALBUMARTISTSORT'], vorbis: 'ALBUMARTISTSORT', ape: 'ALBUMARTISTSORT', mp4: 'soaa', asf: 'WM/AlbumArtistSortOrder' }),
  field('composersort', 'Composer sort order', { id3: ['TSOC', 'TXXX:COMPOSERSORT'], vorbis: 'COMPOSERSORT', ape: 'COMPOSERSORT', mp4: 'soco', asf: 'WM/ComposerSortOrder' }),
  plain('artists', 'Artists'),
  field('lyricist', 'Lyricist', { id3: 'TEXT', vorbis: 'LYRICIST', ape: 'Lyricist', mp4: '----:LYRICIST', asf: 'WM/Writer', info: 'IWRI' }),
  field('writer', 'Writer', { id3: 'TXXX:Writer', vorbis: 'WRITER', ape: 'Writer', mp4: '----:WRITER', asf: 'WRITER' }),
  field('conductor', 'Conductor', { id3: 'TPE3', vorbis: 'CONDUCTOR', ape: 'Conductor', mp4: '----:CONDUCTOR', asf: 'WM/Conductor' }),
  field('performer', 'Performer', { id3: 'TMCL', vorbis: 'PERFORMER', ape: 'Performer', mp4: '----:PERFORMER', asf: 'PERFORMER' }),
  field('remixer', 'Remixer', { id3: 'TPE4', vorbis: 'REMIXER', ape: 'MixArtist', mp4: '----:REMIXER', asf: 'WM/ModifiedBy' }),
  role('arranger', 'Arranger', 'ARRANGER', 'arranger', 'Arranger'),
  role('engineer', 'Engineer', 'ENGINEER', 'engineer', 'Engineer'),
  role('producer', 'Producer', 'PRODUCER', 'producer', 'Producer'),
  role('mixer', 'Mixer', 'MIXER', 'mix', 'Mixer'),
  role('djmixer', 'DJ mixer', 'DJMIXER', 'DJ-mix', 'DJMixer'),
  field('director', 'Director', { id3: 'TXXX:DIRECTOR', vorbis: 'DIRECTOR', ape: 'Director', mp4: '©dir', asf: 'WM/Director' }),
  field('label', 'Label', { id3: 'TPUB', vorbis: 'LABEL', ape: 'Label', mp4: '----:LABEL', asf: 'WM/Publisher' }),
  field('catalognumber', 'Catalogue number', { id3: 'TXXX:CATALOGNUMBER', vorbis: 'CATALOGNUMBER', ape: 'CatalogNumber', mp4: '----:CATALOGNUMBER', asf: 'WM/CatalogNo' }),
  field('barcode', 'Barcode', { id3: 'TXXX:BARCODE', vorbis: 'BARCODE', ape: 'Barcode', mp4: '----:BARCODE', asf: 'WM/Barcode' }, { single: true }),
  field('isrc', 'ISRC', { id3: 'TSRC', vorbis: 'ISRC', ape: 'ISRC', mp4: '----:ISRC', asf: 'WM/ISRC' }),
  plain('asin', 'ASIN', { single: true }),
  field('media', 'Media', { id3: 'TMED', vorbis: 'MEDIA', ape: 'Media', mp4: '----:MEDIA', asf: 'WM/Media', info: 'IMED' }),
  field('originaldate', 'Original date', { id3: 'TDOR', vorbis: 'ORIGINALDATE', ape: 'ORIGINALDATE', mp4: '----:ORIGINALDATE', asf: 'WM/OriginalReleaseTime' }, { kind: 'date', single: true }),
  field('originalyear', 'Original year', { id3: 'TXXX:ORIGINALYEAR', vorbis: 'ORIGINALYEAR', ape: 'ORIGINALYEAR', mp4: '----:ORIGINALYEAR', asf: 'WM/OriginalReleaseYear' }, { kind: 'date', single: true }),
  field('releasedate', 'Release date', { id3: ['TDRL', 'TXXX:RELEASEDATE'], vorbis: 'RELEASEDATE', ape: 'RELEASEDATE', mp4: '----:RELEASEDATE', asf: 'RELEASEDATE' }, { kind: 'date', single: true }),
  field('originalalbum', 'Original album', { id3: 'TOAL', vorbis: 'ORIGINALALBUM', ape: 'ORIGINALALBUM', mp4: '----:ORIGINALALBUM', asf: 'WM/OriginalAlbumTitle' }),
  field('originalartist', 'Original artist', { id3: 'TOPE', vorbis: 'ORIGINALARTIST', ape: 'Original Artist', mp4: '----:ORIGINALARTIST', asf: 'WM/OriginalArtist' }),
  field('originalfilename', 'Original file name', { id3: 'TOFN', vorbis: 'ORIGINALFILENAME', ape: 'ORIGINALFILENAME', mp4: '----:ORIGINALFILENAME', asf: 'WM/OriginalFilename' }),
  field('bpm', 'BPM', { id3: 'TBPM', vorbis: 'BPM', ape: 'BPM', mp4: 'tmpo', asf: 'WM/BeatsPerMinute' }, number),
  field('key', 'Initial key', { id3: 'TKEY', vorbis: ['KEY', 'INITIALKEY'], ape: 'KEY', mp4: '----:initialkey', asf: 'WM/InitialKey' }),
  field('mood', 'Mood', { id3: ['TMOO', 'TXXX:MOOD'], vorbis: 'MOOD', ape: 'Mood', mp4: '----:MOOD', asf: 'WM/Mood' }),
  field('language', 'Language', { id3: 'TLAN', vorbis: 'LANGUAGE', ape: 'Language', mp4: '----:LANGUAGE', asf: 'WM/Language', info: 'ILNG' }),
  field('script', 'Script', { id3: 'TXXX:SCRIPT', vorbis: 'SCRIPT', ape: 'Script', mp4: '----:SCRIPT', asf: 'WM/Script' }),
  field('copyright', 'Copyright', { id3: 'TCOP', vorbis: 'COPYRIGHT', ape: 'Copyright', mp4: 'cprt', asf: 'Copyright', info: 'ICOP' }),
  field('license', 'Licence', { id3: ['TXXX:LICENSE', 'WCOP'], vorbis: 'LICENSE', ape: 'LICENSE', mp4: '----:LICENSE', asf: 'LICENSE' }),
  field('website', 'Website', { id3: 'WOAR', vorbis: 'WEBSITE', ape: 'Weblink', mp4: '----:WEBSITE', asf: 'WM/AuthorURL' }),
  field('encodedby', 'Encoded by', { id3: 'TENC', vorbis: 'ENCODEDBY', ape: 'EncodedBy', mp4: '©too', asf: 'WM/EncodedBy', info: 'IENC' }),
  field('encodersettings', 'Encoder settings', { id3: 'TSSE', vorbis: 'ENCODERSETTINGS', ape: 'EncoderSettings', mp4: '----:ENCODERSETTINGS', asf: 'WM/EncodingSettings' }),
  field('rating', 'Rating', { id3: 'POPM', vorbis: 'RATING', ape: 'RATING', mp4: '----:RATING', asf: 'WM/SharedUserRating' }, number),
  plain('replaygain_track_gain', 'ReplayGain track gain', { single: true }),
  plain('replaygain_track_peak', 'ReplayGain track peak', { single: true }),
  plain('replaygain_track_range', 'ReplayGain track range', { single: true }),
  plain('replaygain_album_gain', 'ReplayGain album gain', { single: true }),
  plain('replaygain_album_peak', 'ReplayGain album peak', { single: true }),
  plain('replaygain_album_range', 'ReplayGain album range', { single: true }),
  plain('replaygain_reference_loudness', 'ReplayGain reference loudness', { single: true }),
  plain('r128_track_gain', 'R128 track gain', { single: true }),
  plain('r128_album_gain', 'R128 album gain', { single: true }),
  spelled('releasecountry', 'Release country', 'MusicBrainz Album Release Country', 'MusicBrainz/Album Release Country'),
  spelled('releasestatus', 'Release status', 'MusicBrainz Album Status', 'MusicBrainz/Album Status'),
  spelled('releasetype', 'Release type', 'MusicBrainz Album Type', 'MusicBrainz/Album Type'),
  field('musicbrainz_recordingid', 'MusicBrainz recording id', { id3: 'UFID:http://musicbrainz.org', vorbis: 'MUSICBRAINZ_TRACKID', ape: 'MUSICBRAINZ_TRACKID', mp4: '----:MusicBrainz Track Id', asf: 'MusicBrainz/Track Id' }, { single: true }),
  spelled('musicbrainz_trackid', 'MusicBrainz track id', 'MusicBrainz Release Track Id', 'MusicBrainz/Release Track Id', 'MUSICBRAINZ_RELEASETRACKID', { single: true }),
  spelled('musicbrainz_albumid', 'MusicBrainz release id', 'MusicBrainz Album Id', 'MusicBrainz/Album Id'),
  spelled('musicbrainz_originalalbumid', 'MusicBrainz original release id', 'MusicBrainz Original Album Id', 'MusicBrainz/Original Album Id'),
  spelled('musicbrainz_artistid', 'MusicBrainz artist id', 'MusicBrainz Artist Id', 'MusicBrainz/Artist Id'),
  spelled('musicbrainz_originalartistid', 'MusicBrainz original artist id', 'MusicBrainz Original Artist Id', 'MusicBrainz/Original Artist Id'),
  spelled('musicbrainz_albumartistid', 'MusicBrainz release artist id', 'MusicBrainz Album Artist Id', 'MusicBrainz/Album Artist Id'),
  spelled('musicbrainz_releasegroupid', 'MusicBrainz release group id', 'MusicBrainz Release Group Id', 'MusicBrainz/Release Group Id'),
  spelled('musicbrainz_workid', 'MusicBrainz work id', 'MusicBrainz Work Id', 'MusicBrainz/Work Id'),
  spelled('musicbrainz_discid', 'MusicBrainz disc id', 'MusicBrainz Disc Id', 'MusicBrainz/Disc Id'),
  spelled('musicbrainz_trmid', 'MusicBrainz TRM id', 'MusicBrainz TRM Id', 'MusicBrainz/TRM Id'),
  spelled('acoustid_id', 'AcoustID', 'Acoustid Id', 'Acoustid/Id'),
  spelled('acoustid_fingerprint', 'AcoustID fingerprint', 'Acoustid Fingerprint', 'Acoustid/Fingerprint', 'ACOUSTID_FINGERPRINT', { kind: 'longtext', single: true }),
  spelled('musicip_puid', 'MusicIP PUID', 'MusicIP PUID', 'MusicIP/PUID'),
  spelled('musicip_fingerprint', 'MusicIP fingerprint', 'MusicMagic Fingerprint', 'MusicIP/Fingerprint'),
  field('gapless', 'Gapless', { mp4: 'pgap' }, { kind: 'boolean', single: true }),
  field('podcast', 'Podcast', { id3: 'PCST', mp4: 'pcst' }, { kind: 'boolean', single: true }),
  field('podcasturl', 'Podcast URL', { id3: 'WFED', mp4: 'purl' }, { single: true }),
  field('show', 'Show', { mp4: 'tvsh' }, { single: true }),
  field('showsort', 'Show sort order', { mp4: 'sosn' }, { single: true }),
]

const byName = new Map(fields.map(f => [f.name, f]))

/** The row of a field, whatever the case of its name; undefined for a custom field. */
export function findField(name: string): Field | undefined {
  return byName.get(name.toLowerCase())
}

/** The name under which a field is known: the table's own for a standard one, as given for a custom one. */
export function canonicalName(name: string): string {
  return findField(name)?.name ?? name
}

/** A custom field is the same in any case. */
export function fieldKey(name: string): string {
  return name.toLowerCase()
}

/** Number and total, which share one item in most blocks. */
export const totals: ReadonlyMap<string, string> = new Map([
  ['tracknumber', 'totaltracks'],
  ['discnumber', 'totaldiscs'],
  ['movementnumber', 'movementtotal'],
])

export function fieldInfo({ name, label, multiple, kind, common }: Field): FieldInfo {
  return { name, label, multiple, kind, common }
}
