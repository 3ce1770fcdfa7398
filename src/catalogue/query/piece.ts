import { CodedError } from '../../errors.ts'

/** A piece of a query's text, from `start` to `end` in code units; `text` is without quotes and escapes. */
export interface Piece {
  readonly source: string
  readonly start: number
  readonly end: number
  readonly text: string
  readonly quoted: boolean
}

/** A part of a piece that was not in quotes. */
export function partOf(piece: Piece, from: number, to = piece.text.length): Piece {
  return { ...piece, start: piece.start + from, end: piece.start + to, text: piece.text.slice(from, to) }
}

const longestShown = 40

/** The error for a mistake in a piece: where it is, in characters from 1, the piece itself, and what a person can do. */
export function mistake({ source, start, end }: Pick<Piece, 'source' | 'start' | 'end'>, sentence: string): CodedError {
  const characters = [...source.slice(start, end)]
  const position = [...source.slice(0, start)].length + 1
  const shown =
    characters.length > longestShown ? `${characters.slice(0, longestShown).join('')}…` : characters.join('')
  const place = shown === '' ? 'at the end of the query' : `“${shown}”`
  return new CodedError('QUERY_INVALID', `Character ${position}, ${place}: ${sentence}`, {
    at: { position, length: characters.length },
  })
}
