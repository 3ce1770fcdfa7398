import { genres, vocabularies } from './words.ts'

/* The searches that are timed: two hundred, always the same, of every kind that people and scripts send. */

const every = <T>(list: readonly T[], step: number, from = 0): T[] => list.filter((_, i) => i % step === from % step)
const words = vocabularies.map(vocabulary => vocabulary.words.map(word => word.toLowerCase()))
const [latin = [], accented = [], japanese = [], chinese = [], korean = [], cyrillic = [], greek = []] = words

/** `what` to its queries. */
export const queries: ReadonlyMap<string, readonly string[]> = new Map([
  ['one word', every(latin, 8).slice(0, 28)],
  [
    'two words',
    every(latin, 11, 3)
      .slice(0, 20)
      .map((word, i) => `${word} ${latin[(i * 37 + 5) % latin.length]}`),
  ],
  [
    'the start of a word',
    every(latin, 13, 1)
      .slice(0, 16)
      .map(word => word.slice(0, 3)),
  ],
  ['two letters', ['ra', 'st', 'qu', 'ix', 'oo', 'zz']],
  ['accents', every(accented, 6).slice(0, 14)],
  ['accents left out', ['foret', 'coeur', 'grun', 'cancion', 'nino', 'lodz', 'zolty', 'sehir']],
  ['Chinese and Japanese', [...every(japanese, 5).slice(0, 14), ...every(chinese, 5).slice(0, 10)]],
  ['other scripts', [...every(korean, 5), ...every(cyrillic, 7), ...every(greek, 6)].slice(0, 12)],
  [
    'field and word',
    every(latin, 15, 2)
      .slice(0, 16)
      .map((word, i) => `${['title', 'artist', 'album', 'albumartist'][i % 4]}:${word}`),
  ],
  [
    'exact',
    every(genres, 5)
      .slice(0, 6)
      .map(genre => `genre:"${genre}"`),
  ],
  [
    'without',
    every(latin, 19, 4)
      .slice(0, 8)
      .map((word, i) => `${word} -${latin[(i * 53 + 11) % latin.length]}`),
  ],
  [
    'field and without',
    ['genre:jazz -album:moon', 'artist:river -title:night', 'genre:rock -genre:"Indie Rock"', 'album:夜 -title:雨'],
  ],
  [
    'years',
    ['date:1990..1999', 'date:1969', 'date:2001..', 'date:..1960', 'date:1985..1986', 'genre:jazz date:1959..1965'],
  ],
  [
    'properties',
    [
      'bitrate:<192',
      'duration:>300',
      'duration:60..90',
      'samplerate:44100',
      'channels:1',
      'format:flac',
      'format:mp3 duration:>440',
      'format:opus',
      'size:>8000',
    ],
  ],
  [
    'missing',
    [
      'missing:picture',
      'missing:genre',
      'missing:date',
      'missing:composer',
      'missing:picture genre:jazz',
      'missing:date format:flac',
    ],
  ],
  ['changed', ['changed:7d', 'changed:7d river']],
  ['file names', ['filename:01', 'filename:flac', 'filename:rain']],
  ['ids', ['musicbrainz_albumid:0a1b', 'f00d', 'label:"Tin Roof"', 'composer:lantern']],
  [
    'long',
    ['the river of the night where no one waits for trains', 'silver golden copper iron brass amber ivory velvet'],
  ],
  ['nothing found', ['xylophonist', 'qqqqqq', 'title:zzzz', 'artist:"Nobody At All"']],
])
