import { mistake, type Piece } from './piece.ts'

/** A stretch of a query's text, in code units. */
export interface Place {
  readonly start: number
  readonly end: number
}

export interface Scanner {
  readonly source: string
  at: number
  terms: number
}

type Keyword = 'OR' | 'AND' | 'NOT'

/** Reads a value, in quotes or up to white space or a parenthesis that it did not open. */
export function readValue(scanner: Scanner): Piece {
  const { source, at: start } = scanner
  if (source[start] === '"') return readQuoted(scanner)
  let open = 0
  while (scanner.at < source.length) {
    const character = source[scanner.at] as string
    if (/\s/.test(character) || (character === ')' && open === 0)) break
    if (character === '(') open++
    if (character === ')') open--
    scanner.at++
  }
  return { source, start, end: scanner.at, text: source.slice(start, scanner.at), quoted: false }
}

/** Reads what is in quotes. Throws QUERY_INVALID where they are not closed, or empty. */
export function readQuoted(scanner: Scanner): Piece {
  const { source, at: start } = scanner
  const inner = matchAt(/"(?:[^"\\]|\\[\s\S])*"/y, source, start)
  if (!inner) throw mistake({ source, start, end: source.length }, 'These quotes are not closed.')
  scanner.at = start + inner.length
  const text = inner.slice(1, -1).replace(/\\(["\\])/g, '$1')
  if (text === '') throw mistake({ source, start, end: scanner.at }, 'There is nothing in these quotes.')
  return { source, start, end: scanner.at, text, quoted: true }
}

/** White space, and dashes that stand alone between words. */
export function skipSpace(scanner: Scanner): void {
  scanner.at += matchAt(/(?:\s+|\p{Pd}+(?=[\s)]|$))*/uy, scanner.source, scanner.at)?.length ?? 0
}

/** Whether a keyword is next. */
export function peekKeyword(scanner: Scanner, word: Keyword): boolean {
  const { source, at } = scanner
  return source.startsWith(word, at) && /^[\s()]?$/.test(source[at + word.length] ?? '')
}

/** Takes the keyword where it is next, and tells where it was. */
export function takeKeyword(scanner: Scanner, word: Keyword): Place | null {
  skipSpace(scanner)
  if (!peekKeyword(scanner, word)) return null
  const start = scanner.at
  scanner.at += word.length
  return { start, end: scanner.at }
}

/** What a sticky pattern finds at a place. */
export function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0]
}
