/*
 * A cell holds the values of a field with two backslashes between them, which is what Mp3tag users know. So that every list of
 * values comes back from its cell as it was, also through a spreadsheet:
 *   `\u{5C}` is the character of that hexadecimal number. It stands for a backslash that would read as something else, for control
 *   characters and for halves of surrogate pairs, which spreadsheets or UTF-8 lose; line feeds and tabs stand as they are.
 *   A leading apostrophe is added to a cell that a spreadsheet would take for a formula, and taken away again; a cell that is
 *   nothing but one is an empty value. `'Round Midnight` needs none: what follows its own is no formula.
 */

const separator = '\\\\'
/** C0 and DEL but for line feed and tab; lone surrogates. */
const unfit = String.raw`(?![\n\t\u0080-\u009f])\p{Cc}|\p{Cs}`
/** And a backslash before another, before what reads as an escape or becomes one, or at the end. */
const unclear = new RegExp(String.raw`\\(?=\\|u\{[0-9a-fA-F]{1,6}\}|$|${unfit})|${unfit}`, 'gu')
const escaped = /\\u\{([0-9a-fA-F]{1,6})\}/g
const highest = 0x10ffff

/** What programs take for a formula, in either width (OWASP, CSV injection); a cell of only apostrophes, so that the rule can be undone. */
const formula = /^'*(?:[=+\-@\t＝＋－＠]|$)/u
/** A spreadsheet shows and saves it as it is. */
const wholeNumber = /^-[1-9]\d{0,14}$/

/** The cell of a field's values; no value makes an empty cell. */
export function encodeValues(values: readonly string[]): string {
  return values.length === 0 ? '' : protect(values.map(escapeText).join(separator))
}

/** The values of a cell, none for an empty one: encodeValues turned back. */
export function decodeValues(cell: string): string[] {
  if (cell === '') return []
  if (!cell.startsWith("'") && !cell.includes('\\')) return [cell]
  return unprotect(cell).split(separator).map(unescapeText)
}

/** The text of a cell that holds one value by nature, a path or a name: two backslashes in it are two backslashes. */
export function decodeText(cell: string): string {
  return unescapeText(unprotect(cell))
}

/** A character as its number. */
export function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`
}

function escapeText(text: string): string {
  return text.replace(unclear, escapeCharacter)
}

function unescapeText(text: string): string {
  return text.replace(escaped, (whole, digits: string) => {
    const code = Number.parseInt(digits, 16)
    return code > highest ? whole : String.fromCodePoint(code)
  })
}

function protect(cell: string): string {
  return isRisky(cell) ? `'${cell}` : cell
}

function unprotect(cell: string): string {
  return cell.startsWith("'") && isRisky(cell) ? cell.slice(1) : cell
}

function isRisky(cell: string): boolean {
  return formula.test(cell) && !wholeNumber.test(cell)
}
