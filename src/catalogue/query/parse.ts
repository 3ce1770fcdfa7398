import { longestQuery } from '../../schemas/query-length.ts'
import { findKey, type Key } from './keys.ts'
import { mistake, type Piece } from './piece.ts'
import type { Node, Query, Term } from './query.ts'
import {
  matchAt,
  type Place,
  peekKeyword,
  readQuoted,
  readValue,
  type Scanner,
  skipSpace,
  takeKeyword,
} from './scanner.ts'
import { type Scope, searched, termOf } from './terms.ts'

/*
 * query  = any ("OR" any)*            any  = some ("AND"? some)*
 * some   = ("-" | "NOT") some | "(" query ")" | key (":" | "=" | ":=") (value | "(" query ")") | number key ("<" | "<=" | ">" | ">=") value | value
 * value  = '"' anything, with \" and \\ '"' | anything up to white space or a parenthesis that the value did not open
 *
 * Words that only look like a key (`Mission: Impossible`), a dash between words and a quote within one (`7" mix`) are what they
 * are to a person: no mistake.
 */

const deepest = 32
const mostTerms = 100

/** What a query asks for. Throws QUERY_INVALID, which tells the piece that is wrong. */
export function parseQuery(text: string): Query {
  const source = text.toWellFormed()
  if (source.length > longestQuery)
    throw mistake(
      { source, start: longestQuery, end: source.length },
      `A query has at most ${longestQuery} characters.`,
    )
  const nul = source.indexOf('\0')
  if (nul >= 0) throw mistake({ source, start: nul, end: nul + 1 }, 'This character cannot be searched.')
  const scanner: Scanner = { source, at: 0, terms: 0 }
  const root = readAny(scanner, null, 0)
  if (scanner.at < source.length)
    throw mistake(
      { source, start: scanner.at, end: scanner.at + 1 },
      'This parenthesis closes nothing; quote it to search it.',
    )
  return { text, root: root ?? { kind: 'all' } }
}

/** Alternatives, up to the end or a closing parenthesis; null where there is nothing. */
function readAny(scanner: Scanner, scope: Scope | null, depth: number): Node | null {
  const nodes: Node[] = []
  let last: Place | null = null
  for (;;) {
    const node = readAll(scanner, scope, depth)
    const or = takeKeyword(scanner, 'OR')
    const lone = node ? null : (or ?? last)
    if (lone) throw lonely(scanner, lone, 'OR')
    if (node) nodes.push(node)
    if (!or) return joined('or', nodes)
    last = or
  }
}

/** Terms that must all hold. */
function readAll(scanner: Scanner, scope: Scope | null, depth: number): Node | null {
  const nodes: Node[] = []
  for (;;) {
    const and = takeKeyword(scanner, 'AND')
    if (and && nodes.length === 0) throw lonely(scanner, and, 'AND')
    const node = readSome(scanner, scope, depth)
    if (node) nodes.push(node)
    else if (and) throw lonely(scanner, and, 'AND')
    else return joined('and', nodes)
  }
}

function joined(kind: 'and' | 'or', nodes: readonly Node[]): Node | null {
  return nodes.length > 1 ? { kind, nodes } : (nodes[0] ?? null)
}

/** One term or group, negated or not; null at the end, a closing parenthesis or an OR. */
function readSome(scanner: Scanner, scope: Scope | null, depth: number): Node | null {
  skipSpace(scanner)
  const { source } = scanner
  const start = scanner.at
  if (start >= source.length || source[start] === ')' || peekKeyword(scanner, 'OR') || peekKeyword(scanner, 'AND'))
    return null
  if (depth > deepest) throw mistake({ source, start, end: start + 1 }, `A query is nested ${deepest} deep at most.`)
  const not = takeKeyword(scanner, 'NOT')
  if (not || source[start] === '-') {
    if (!not) scanner.at++
    const node = readSome(scanner, scope, depth + 1)
    if (!node) throw mistake({ source, start, end: scanner.at }, 'Behind NOT and the minus belongs what is not wanted.')
    return { kind: 'not', node }
  }
  if (source[start] === '(') return readGroup(scanner, scope, depth)
  return readTerm(scanner, scope, depth)
}

function readGroup(scanner: Scanner, scope: Scope | null, depth: number): Node {
  const { source } = scanner
  const start = scanner.at++
  const node = readAny(scanner, scope, depth + 1)
  if (source[scanner.at] !== ')')
    throw mistake({ source, start, end: start + 1 }, 'This parenthesis is not closed; quote it to search it.')
  scanner.at++
  if (!node) throw mistake({ source, start, end: scanner.at }, 'There is nothing in these parentheses.')
  return node
}

function readTerm(scanner: Scanner, scope: Scope | null, depth: number): Node {
  const { source } = scanner
  const start = scanner.at
  const head = readHead(scanner)
  if (!head) {
    const value = readValue(scanner)
    countTerm(scanner, value)
    return scope ? termOf(scope, value, value) : ({ kind: 'word', text: searched(value) } satisfies Term)
  }
  const { key, name, sign } = head
  const next = source[scanner.at]
  if (next === undefined || /[\s)]/.test(next))
    throw mistake(
      { source, start, end: scanner.at },
      `A value must follow, without a space; to search for “${name}${sign}” itself, write it in quotes.`,
    )
  const whole = sign.endsWith('=') && !/[<>]/.test(sign)
  if (next === '(' && !/[<>]/.test(sign)) return readGroup(scanner, { key, whole }, depth)
  const value = readValue(scanner)
  const compared = /[<>]/.test(sign)
    ? { ...value, text: sign + value.text, start: value.start - sign.length, quoted: false }
    : value
  countTerm(scanner, value)
  return termOf({ key, whole }, compared, {
    ...value,
    start,
    text: name + sign + value.text,
    quoted: head.quoted,
  })
}

/** The key of a term and the sign behind it; null, and nothing read, where the next thing is a value of its own. */
function readHead(scanner: Scanner): { key: Key; name: string; sign: string; quoted: boolean } | null {
  const { source, at } = scanner
  if (source[at] === '"') {
    const name = readQuoted(scanner)
    const sign = matchAt(/:=|[:=]/y, source, scanner.at)
    if (sign && name.text.trim() !== '') {
      scanner.at += sign.length
      return { key: findKey(name.text, true), name: name.text, sign, quoted: true }
    }
    scanner.at = at
    return null
  }
  const name = matchAt(/[^\s:=<>()"]+/y, source, at)
  const sign = name && matchAt(/:=|[<>]=?|[:=]/y, source, at + name.length)
  if (!name || !sign) return null
  const key = findKey(name, false)
  const behind = source[at + name.length + sign.length]
  if (key.kind === 'custom' && (behind === undefined || /[\s)]/.test(behind))) return null
  if (/[<>]/.test(sign) && !isMeasured(key)) return null
  scanner.at += name.length + sign.length
  return { key, name, sign, quoted: false }
}

/** Whether a key's values can be more and less, so that `key<value` is no word. */
function isMeasured(key: Key): boolean {
  if (key.kind === 'field') return key.values === 'number' || key.values === 'date'
  return key.kind === 'property' || key.kind === 'modified'
}

function lonely({ source }: Scanner, place: Place, word: 'OR' | 'AND'): Error {
  return mistake(
    { source, ...place },
    `Something must stand on both sides of ${word}; to search the word, write it in quotes.`,
  )
}

function countTerm(scanner: Scanner, value: Piece): void {
  scanner.terms++
  if (scanner.terms > mostTerms) throw mistake(value, `A query has at most ${mostTerms} terms.`)
}
