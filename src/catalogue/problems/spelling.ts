/*
 * When two spellings mean the same. A key takes away what people vary without meaning it: case, accents, punctuation, white space,
 * an article in front, `&` for `and`. Marks of other scripts than Latin, Greek and Cyrillic are letters to their readers and stay.
 */

const accents = /[\u0300-\u036f]/g
const notLetters = /[^\p{L}\p{N}\p{M}]+/gu
/** Longer texts are no names, and patterns take their time over them: they are only like themselves. */
const longest = 300
/** Keys shorter than this say too little: `M!` is not `M`. */
const shortest = 3

function comparable(text: string): string {
  return text.normalize('NFKD').replace(accents, '').normalize('NFC').toLowerCase().trim()
}

/** What spellings of one name have in common. A name of signs alone, or of one or two letters, only varies in case. */
export function spellingKey(text: string): string {
  if (text.length > longest) return text
  const plain = comparable(text)
  const words = plain.replace(/^the\s+(?!the$)|,\s*the$/g, '').replace(/\s*(?:[&+]|\band\b)\s*/g, ' and ')
  const key = words.replace(notLetters, '')
  return [...key].length < shortest ? plain : key
}

/** The same for genres: no article, `n` for `and`, and a slash that divides stays. */
export function genreKey(text: string): string {
  if (text.length > longest) return text
  const plain = comparable(text)
  const words = plain
    .replace(/\s*(?:[&+]|\band\b|(?<=[\p{L}\s])['’]?\bn\b['’]?(?=[\s\p{L}]))\s*/gu, ' and ')
    .replace(/^rnb$/, 'r and b')
  const key = words.replace(/[^\p{L}\p{N}\p{M}/]+/gu, '')
  return [...key].length < shortest ? plain : key
}

export interface Spelling {
  readonly text: string
  readonly tracks: number
}

/** The spelling to prefer: the most frequent; among equals one in mixed case, with more accents, longer, or met first. */
export function bestSpelling(spellings: readonly Spelling[]): string {
  const ranked = [...spellings].sort(
    (a, b) =>
      b.tracks - a.tracks ||
      Number(isMixed(b.text)) - Number(isMixed(a.text)) ||
      accentsIn(b.text) - accentsIn(a.text) ||
      b.text.length - a.text.length,
  )
  return ranked[0]?.text ?? ''
}

const isMixed = (text: string): boolean => text !== text.toLowerCase() && text !== text.toUpperCase()
const accentsIn = (text: string): number => text.normalize('NFKD').match(accents)?.length ?? 0

/** How often each text comes, in the order of its first. */
export function counted(texts: Iterable<string>): Spelling[] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].map(([text, tracks]) => ({ text, tracks }))
}
