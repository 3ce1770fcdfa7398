/*
 * One order for names and values, wherever they are listed: natural (2 before 10), case and accents only where all else is
 * equal. It is an order of keys, so that SQLite sorts as we do (but for letters beyond the basic plane, which come last for it).
 */

const ascii = /^[\0-\x7f]*$/

/** A text as searches see it: compatibility forms, accents and case taken away. */
export function folded(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
}

/** Digits of a number whose length one letter can tell; longer numbers carry their length in digits. */
const shortNumber = 8

/** The key of a text in natural order: each number in it is led by its length, and so comes before all longer ones. */
export function sortKey(text: string): string {
  return folded(text).replace(/\d+/g, run => {
    const digits = run.replace(/^0+/, '')
    return digits.length <= shortNumber
      ? `${digits.length}${digits}`
      : `${shortNumber + 1}${String(digits.length).padStart(5, '0')}${digits}`
  })
}

/** The key of a path: that of its parts, one after the other, so that a folder stands right before what is in it. */
export function pathKey(path: string): string {
  return path === '' ? '' : `${path.split('/').map(sortKey).join('\u0001')}\u0001`
}

/** 2 before 10, case and accents only where all else is equal. */
export function compareNames(a: string, b: string): number {
  const [one, other] = [sortKey(a), sortKey(b)]
  return one < other ? -1 : one > other ? 1 : a < b ? -1 : a > b ? 1 : 0
}

/** Sorts texts in place, each key made once. */
export function sortNames(names: string[]): string[] {
  const keys = new Map(names.map(name => [name, sortKey(name)]))
  return names.sort((a, b) => {
    const [one, other] = [keys.get(a) as string, keys.get(b) as string]
    return one < other ? -1 : one > other ? 1 : a < b ? -1 : a > b ? 1 : 0
  })
}
