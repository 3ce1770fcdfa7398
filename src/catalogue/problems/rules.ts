import { albumArtistDiffers, albumArtistMissing } from './album-artist.ts'
import { refused, wrongExtension } from './content.ts'
import { malformedDate } from './dates.ts'
import { discsUnnumbered } from './discs.ts'
import { embyJoins, embySplits } from './emby.ts'
import { jellyfinArtistFolder, jellyfinJoins, jellyfinSplits } from './jellyfin.ts'
import { joinedGuests, joinedValues } from './joined.ts'
import { missingAlbum, missingArtist, missingDate, missingNumber, missingPicture, missingTitle } from './missing.ts'
import { mojibake } from './mojibake.ts'
import { navidromeArtists, navidromeSplits } from './navidrome.ts'
import { doubledNumbers, gapsInNumbers } from './numbers.ts'
import { olderTag } from './older-tag.ts'
import { largePicture, noFrontPicture } from './pictures.ts'
import type { Rule } from './rule.ts'
import { albumSpellings, artistSpellings, genreSpellings } from './spellings.ts'
import { totalsDiffer, totalsMissing } from './totals.ts'

/** Every kind of problem, in the order in which they are shown. To add a kind is to add a rule here. */
export const rules: readonly Rule[] = [
  refused,
  wrongExtension,
  mojibake,
  olderTag,
  missingTitle,
  missingArtist,
  missingAlbum,
  missingNumber,
  missingDate,
  missingPicture,
  albumArtistMissing,
  albumArtistDiffers,
  albumSpellings,
  artistSpellings,
  genreSpellings,
  joinedValues,
  joinedGuests,
  doubledNumbers,
  gapsInNumbers,
  totalsMissing,
  totalsDiffer,
  discsUnnumbered,
  malformedDate,
  largePicture,
  noFrontPicture,
  jellyfinSplits,
  jellyfinJoins,
  jellyfinArtistFolder,
  navidromeSplits,
  navidromeArtists,
  embySplits,
  embyJoins,
]
