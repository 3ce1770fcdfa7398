import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parseQuery } from '../../../src/catalogue/query/parse.ts'
import type { Interval, Node } from '../../../src/catalogue/query/query.ts'
import { CodedError } from '../../../src/errors.ts'
import { fields } from '../../../src/tags/fields.ts'

const root = (text: string): Node => parseQuery(text).root
const word = (text: string): Node => ({ kind: 'word', text })
const not = (node: Node): Node => ({ kind: 'not', node })
const and = (...nodes: Node[]): Node => ({ kind: 'and', nodes })
const or = (...nodes: Node[]): Node => ({ kind: 'or', nodes })
const inField = (field: string, text: string, whole = false): Node => ({ kind: 'text', field, word: null, text, whole })
const inCustom = (field: string, text: string, fallback: string | null): Node => ({
  kind: 'text',
  field,
  word: fallback,
  text,
  whole: false,
})

function intervalOf(text: string): Interval {
  const node = root(text)
  assert.ok(node.kind === 'property' || node.kind === 'number', `${text} is about numbers`)
  return node.interval
}

const between = (min: number, max: number, { minOpen = false, maxOpen = false } = {}): Interval => ({
  min,
  max,
  minOpen,
  maxOpen,
})

describe('words, phrases and groups', () => {
  const table: [query: string, node: Node][] = [
    ['', { kind: 'all' }],
    [' \t　', { kind: 'all' }],
    ['Café', word('cafe')],
    ['so what', and(word('so'), word('what'))],
    ['so AND what', and(word('so'), word('what'))],
    ['"So What"', word('so what')],
    ['"say \\"hi\\" \\\\ bye"', word('say "hi" \\ bye')],
    ['7" mix', and(word('7"'), word('mix'))],
    ["don't 100% _ '; --x", and(word("don't"), word('100%'), word('_'), word("';"), not(not(word('x'))))],
    ['AC-DC', word('ac-dc')],
    ['Miles - So – What', and(word('miles'), word('so'), word('what'))],
    ['-', { kind: 'all' }],
    ['a -b', and(word('a'), not(word('b')))],
    ['NOT b', not(word('b'))],
    ['-"b c"', not(word('b c'))],
    ['-(a b)', not(and(word('a'), word('b')))],
    ['a OR b c', or(word('a'), and(word('b'), word('c')))],
    ['(a OR b) c', and(or(word('a'), word('b')), word('c'))],
    ['or and not ORB', and(word('or'), word('and'), word('not'), word('orb'))],
    ['"OR"', word('or')],
    ['(live)', word('live')],
    ['foo(bar)', word('foo(bar)')],
    ['(foo(bar))', word('foo(bar)')],
    ['愛', word('愛')],
    ['🎵🎶', word('🎵🎶')],
  ]
  for (const [query, node] of table)
    test(query === '' ? 'nothing' : query, () => {
      assert.deepEqual(root(query), node)
    })
})

describe('fields', () => {
  const table: [query: string, node: Node][] = [
    ['artist:Miles', inField('artist', 'miles')],
    ['ARTIST:miles', inField('artist', 'miles')],
    ['artist:"Miles Davis"', inField('artist', 'miles davis')],
    ['artist="Miles Davis"', inField('artist', 'miles davis', true)],
    ['artist:="Miles Davis"', inField('artist', 'miles davis', true)],
    ['-artist:miles', not(inField('artist', 'miles'))],
    ['artist:(miles OR "bill e")', or(inField('artist', 'miles'), inField('artist', 'bill e'))],
    ['artist=(miles -title:x)', and(inField('artist', 'miles', true), not(inField('title', 'x')))],
    ['title:foo:bar', inField('title', 'foo:bar')],
    ['title:...baby', inField('title', '...baby')],
    ['"Album Artist":x', inField('albumartist', 'x')],
    ['filename:.mp3', inField('filename', '.mp3')],
    ['mycustom:Ü', inCustom('mycustom', 'u', 'mycustom:u')],
    ['"My Custom":x', inCustom('my custom', 'x', null)],
    ['"size":x', inCustom('size', 'x', null)],
    ['Re:Zero', inCustom('re', 'zero', 're:zero')],
    ['Mission: Impossible', and(word('mission:'), word('impossible'))],
    ['a<b', word('a<b')],
    ['compilation:yes', inField('compilation', '1', true)],
    ['compilation:0', not(inField('compilation', '1', true))],
    ['path:"A/b"', { kind: 'path', text: 'a/b', whole: false }],
    ['folder=A', { kind: 'folder', text: 'a', whole: true }],
    ['format:.FLAC', { kind: 'format', format: 'flac' }],
    ['is:readonly', { kind: 'flag', flag: 'readonly' }],
    ['missing:picture', { kind: 'missing', property: 'pictures' }],
    ['has:year', { kind: 'has', field: 'date' }],
    ['has:"My Custom"', { kind: 'has', field: 'my custom' }],
    ['missing:bitrate', { kind: 'missing', property: 'bitrate' }],
  ]
  for (const [query, node] of table)
    test(query, () => {
      assert.deepEqual(root(query), node)
    })

  test('every field is a key', () => {
    for (const { name } of fields) {
      const node = root(`${name.toUpperCase()}:"x"`)
      assert.deepEqual(node, inField(name, 'x'))
    }
  })
})

describe('numbers', () => {
  const table: [query: string, interval: Interval][] = [
    ['tracknumber:5', between(5, 5)],
    ['track:05', between(5, 5)],
    ['tracknumber:1..5', between(1, 5)],
    ['bpm:120..', between(120, Infinity)],
    ['bpm:..120.5', between(-Infinity, 120.5)],
    ['bpm:>120', between(120, Infinity, { minOpen: true })],
    ['rating>=4', between(4, Infinity)],
    ['replaygain_track_gain:<-7.5', between(-Infinity, -7.5, { maxOpen: true })],
    ['mycustom:1990..1999', between(1990, 1999)],
    ['bitrate:192', between(191_500, 192_500, { maxOpen: true })],
    ['bitrate:<192', between(-Infinity, 191_500, { maxOpen: true })],
    ['bitrate<=192k', between(-Infinity, 192_500, { maxOpen: true })],
    ['bitrate:>191.75', between(191_750, Infinity, { minOpen: true })],
    ['duration:3:45', between(224.5, 225.5, { maxOpen: true })],
    ['duration:1:02:03..2h', between(3722.5, 7200.5, { maxOpen: true })],
    ['length:>=1m', between(59.5, Infinity)],
    ['samplerate:44.1k', between(44_050, 44_150, { maxOpen: true })],
    ['samplerate:>48kHz', between(48_000.5, Infinity)],
    ['size:>10M', between(10 * 1024 ** 2, Infinity, { minOpen: true })],
    ['size:..1.5GiB', between(-Infinity, 1.5 * 1024 ** 3)],
    ['channels:mono', between(0.5, 1.5, { maxOpen: true })],
    ['bits:24', between(23.5, 24.5, { maxOpen: true })],
    ['pictures:>1', between(1, Infinity, { minOpen: true })],
  ]
  for (const [query, interval] of table)
    test(query, () => {
      assert.deepEqual(intervalOf(query), interval)
    })

  test('text in quotes is no number', () => {
    assert.deepEqual(root('tracknumber:"A1"'), inField('tracknumber', 'a1'))
    assert.deepEqual(root('date:"unknown"'), inField('date', 'unknown'))
    assert.deepEqual(root('title:"1..2"'), inField('title', '1..2'))
  })
})

describe('dates', () => {
  const bound = (date: string, open = false) => ({ date, open })
  const table: [query: string, from: ReturnType<typeof bound> | null, to: ReturnType<typeof bound> | null][] = [
    ['date:1999', bound('1999'), bound('1999')],
    ['year:1990..1999', bound('1990'), bound('1999')],
    ['date:..1999-05', null, bound('1999-05')],
    ['originaldate:1999-05-31..', bound('1999-05-31'), null],
    ['date:>1999', bound('1999', true), null],
    ['date<2000-02-29', null, bound('2000-02-29', true)],
  ]
  for (const [query, from, to] of table)
    test(query, () => {
      const node = root(query)
      assert.ok(node.kind === 'date')
      assert.deepEqual([node.from, node.to], [from, to])
    })
})

describe('changed', () => {
  const day = 86_400_000
  const ago = (days: number) => ({ ago: days * day })
  const on = (date: string) => ({ at: Date.parse(date) })
  const table: [query: string, from: object | null, to: object | null][] = [
    ['changed:7d', ago(7), null],
    ['changed:<2W', ago(14), null],
    ['changed:>1y', null, ago(365)],
    ['changed:1d..3m', ago(90), ago(1)],
    ['changed:12h', ago(0.5), null],
    ['changed:2024-01-01..2024-02-01', on('2024-01-01'), on('2024-02-02')],
    ['modified:2024', on('2024-01-01'), on('2025-01-01')],
    ['changed:<2024-12', null, on('2024-12-01')],
    ['changed:>2024-12', on('2025-01-01'), null],
  ]
  for (const [query, from, to] of table)
    test(query, () => {
      assert.deepEqual(root(query), { kind: 'modified', from, to })
    })
})

describe('a mistake is pointed at', () => {
  const table: [query: string, piece: string, says: RegExp][] = [
    ['a "b c', '"b c', /quotes are not closed/],
    ['a ""', '""', /nothing in these quotes/],
    ['title:"x', '"x', /quotes are not closed/],
    ['a (b', '(', /not closed/],
    ['a b)', ')', /closes nothing/],
    ['a ()', '()', /nothing in these parentheses/],
    ['artist: miles', 'artist:', /value must follow/],
    ['a artist:', 'artist:', /value must follow/],
    ['(artist:)', 'artist:', /value must follow/],
    ['"my field":', '"my field":', /value must follow/],
    ['OR a', 'OR', /both sides of OR/],
    ['a OR', 'OR', /both sides of OR/],
    ['a OR OR b', 'OR', /both sides of OR/],
    ['a AND OR b', 'AND', /both sides of AND/],
    ['a AND', 'AND', /both sides of AND/],
    ['AND a', 'AND', /both sides of AND/],
    ['a NOT', 'NOT', /what is not wanted/],
    ['a -(b', '(', /not closed/],
    ['bitrate:fast', 'fast', /kbit\/s/],
    ['bitrate:<', '<', /1\.\.5/],
    ['bitrate:..', '..', /1\.\.5/],
    ['x bitrate:320..192', '320..192', /backwards/],
    ['bitrate:1..2..3', '2..3', /kbit\/s/],
    ['bitrate:192q', '192q', /unit “q” is unknown/],
    ['size:1..5X', '5X', /unit “x” is unknown/],
    ['channels:2k', '2k', /no unit/],
    ['duration:3:99', '3:99', /minutes and seconds/],
    ['tracknumber:A1', 'A1', /wants a number/],
    ['tracknumber:5..1', '5..1', /backwards/],
    ['🎵 date:99', '99', /1999-05/],
    ['date:1999-13', '1999-13', /no such month/],
    ['date:1999..2001-02-29', '2001-02-29', /no such day/],
    ['date:1999..1990', '1999..1990', /backwards/],
    ['date:1999-05..1998', '1999-05..1998', /backwards/],
    ['changed:7q', '7q', /unit “q” is unknown/],
    ['changed:soon', 'soon', /an age such as 7d/],
    ['changed:7d..2024', '7d..2024', /two ages/],
    ['changed:30d..7d', '30d..7d', /backwards/],
    ['compilation:maybe', 'maybe', /yes or no/],
    ['is:good', 'good', /readonly/],
    ['missing:size', 'size', /Every track/],
    ['has:filename', 'filename', /Every track/],
    ['a \u0301', '\u0301', /nothing in this/],
    ['a \0', '\0', /cannot be searched/],
  ]
  for (const [query, piece, says] of table)
    test(JSON.stringify(query), () => {
      const error = mistakeOf(query)
      assert.match(error.message, says)
      const characters = [...query]
      const { position, length } = error.at ?? { position: 0, length: 0 }
      assert.equal(characters.slice(position - 1, position - 1 + length).join(''), piece)
    })

  test('what is missing at the end is pointed at there', () => {
    assert.match(mistakeOf('a OR').message, /^Character 3, “OR”/)
  })
})

describe('hostile queries', () => {
  const table: [name: string, query: string, says: RegExp][] = [
    ['too long', 'a'.repeat(2001), /2000 characters/],
    ['too many terms', 'a '.repeat(101), /100 terms/],
    ['too deep in parentheses', `${'('.repeat(999)}a${')'.repeat(999)}`, /nested 32 deep/],
    ['too many minuses', `${'-'.repeat(1999)}a`, /nested 32 deep/],
    ['too deep in groups of a field', `${'a:('.repeat(600)}b`, /nested 32 deep/],
    ['many backslashes', `"${'\\'.repeat(1998)}`, /not closed/],
  ]
  for (const [name, query, says] of table)
    test(name, () => {
      assert.match(mistakeOf(query).message, says)
    })

  test('any text is either understood or a mistake within it', () => {
    const pieces = fc.constantFrom('a', '"', '(', ')', ':', '=', '<', '..', '-', ' ', 'OR', 'NOT ', '\\', 'date', 'bitrate', 'has', '7', 'd', '🎵', '\ud800', '\u0301', '　') // biome-ignore format: a list
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces, { maxLength: 60 }).map(all => all.join('')),
        ),
        text => {
          try {
            parseQuery(text)
          } catch (error) {
            assert.ok(error instanceof CodedError && error.code === 'QUERY_INVALID' && error.at)
            assert.ok(
              error.at.position >= 1 && error.at.position - 1 + error.at.length <= [...text.toWellFormed()].length,
            )
          }
        },
      ),
      { numRuns: 2000 },
    )
  })
})

function mistakeOf(query: string): CodedError {
  try {
    parseQuery(query)
  } catch (error) {
    assert.ok(error instanceof CodedError, String(error))
    assert.equal(error.code, 'QUERY_INVALID')
    return error
  }
  return assert.fail('the query was understood')
}
