import { folded } from '../../library/order.ts'
import { fileNameField } from '../values.ts'
import { findKey, type Key } from './keys.ts'
import { comparesNumbers, readDates, readMoments, readNumbers, readProperty } from './literals.ts'
import { mistake, type Piece } from './piece.ts'
import { type Flag, flags, type Node, type Property, type Term } from './query.ts'

/** What a value is looked for in. */
export interface Scope {
  readonly key: Key
  readonly whole: boolean
}

/** A term of a key. `term` is all of it, which is a word where no track has such a field. */
export function termOf({ key, whole }: Scope, value: Piece, term: Piece): Node {
  switch (key.kind) {
    case 'custom':
      return fieldTerm(key.field, value, whole, term.quoted ? null : searched(term))
    case 'field':
      if (value.quoted || key.values === 'longtext' || key.values === 'text')
        return fieldTerm(key.field, value, whole, null)
      if (key.values === 'number') return { kind: 'number', field: key.field, word: null, interval: readNumbers(value) }
      if (key.values === 'date' && whole) return fieldTerm(key.field, value, whole, null)
      if (key.values === 'date') return { kind: 'date', field: key.field, word: null, ...readDates(value) }
      return booleanTerm(key.field, value)
    case 'property':
      return { kind: 'property', property: key.property, interval: readProperty(value, key.property) }
    case 'modified':
      return { kind: 'modified', ...readMoments(value) }
    case 'path':
    case 'folder':
      return { kind: key.kind, text: searched(value), whole }
    case 'format':
      return { kind: 'format', format: searched(value).replace(/^\./, '') }
    case 'is':
      return { kind: 'flag', flag: readFlag(value) }
    default:
      return { kind: key.kind, ...readThing(value) }
  }
}

function fieldTerm(field: string, value: Piece, whole: boolean, word: string | null): Term {
  return !whole && !value.quoted && comparesNumbers(value)
    ? { kind: 'number', field, word, interval: readNumbers(value) }
    : { kind: 'text', field, word, text: searched(value), whole }
}

/** A track without such a field says no. */
function booleanTerm(field: string, value: Piece): Node {
  const yes: Term = { kind: 'text', field, word: null, text: '1', whole: true }
  const text = value.text.toLowerCase()
  if (['1', 'yes', 'true'].includes(text)) return yes
  if (['0', 'no', 'false'].includes(text)) return { kind: 'not', node: yes }
  throw mistake(value, 'This field is either yes or no.')
}

function readFlag(value: Piece): Flag {
  const flag = flags.find(name => name === value.text.toLowerCase())
  if (!flag) throw mistake(value, `A track can be ${flags.join(', ')}.`)
  return flag
}

/** What `has:` and `missing:` are about. */
function readThing(value: Piece): { field: string } | { property: Property } {
  const key = findKey(value.text, value.quoted)
  if (key.kind === 'property' && key.property !== 'size') return { property: key.property }
  if (key.kind === 'custom' || (key.kind === 'field' && key.field !== fileNameField)) return { field: key.field }
  throw mistake(value, 'Every track has this; name a field or picture.')
}

/** The text of a piece as it is looked for. */
export function searched(piece: Piece): string {
  const text = folded(piece.text)
  if (text === '') throw mistake(piece, 'There is nothing in this to look for.')
  return text
}
