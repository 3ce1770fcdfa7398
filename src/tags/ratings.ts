/*
 * Ratings. A person gives stars, 0 to 5; every block has its own scale: POPM 0 to 255 (ID3v2), WM/SharedUserRating 0 to 99 (ASF), and
 * in blocks of plain text whatever the program that wrote it took: stars, a percentage, or a fraction of 1.
 */

/** POPM values for 1 to 5 stars, as Windows and most players write them. */
const popmSteps = [1, 64, 128, 196, 255] as const

/** Stars of a POPM rating (0 to 255). */
export function starsOfPopm(rating: number): number {
  return rating === 0 ? 0 : rating < 32 ? 1 : rating < 96 ? 2 : rating < 160 ? 3 : rating < 224 ? 4 : 5
}

export function popmOfStars(stars: number): number {
  return stars === 0 ? 0 : (popmSteps[stars - 1] ?? 255)
}

/** WM/SharedUserRating for no star to five as Windows writes them, and from where on it shows as many. */
const sharedSteps = [0, 1, 25, 50, 75, 99] as const
const sharedFrom = [0, 1, 13, 38, 63, 87] as const

/** Stars of a WM/SharedUserRating, or the text itself where it is none. */
export function starsOfShared(text: string): string {
  return /^\d{1,2}$/.test(text) ? String(sharedFrom.findLastIndex(from => Number(text) >= from)) : text
}

/** A WM/SharedUserRating as text, or the text itself where it is no number of stars. */
export function sharedOfStars(stars: string): string {
  return /^[0-5]$/.test(stars) ? String(sharedSteps[Number(stars)]) : stars
}

/** What one star is in a text of a rating: 0.2, 1 or 20. A text that tells no scale (`1`, `0`) is taken for stars. */
function scaleOf(text: string): number {
  const value = Number(text)
  if (/^(0?\.\d+|1\.0+)$/.test(text)) return 0.2
  return value > 5 ? 20 : 1
}

/** Stars of a rating written as text, or the text itself where it is no number from 0 to 100. */
export function starsOfText(text: string): string {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0 || value > 100) return text
  return String(Math.round(value / scaleOf(text)))
}

/** A rating as text, in the scale of the one that it replaces; a percentage where there is none, which most players write. */
export function textOfStars(stars: string, before: string | undefined): string {
  if (!/^[0-5]$/.test(stars)) return stars
  const scale =
    before === undefined || (starsOfText(before) === before && !/^[0-5]$/.test(before)) ? 20 : scaleOf(before)
  return scale === 0.2 ? (Number(stars) * scale).toFixed(1) : String(Number(stars) * scale)
}
