import { isFormat } from '../../../src/catalogue/query/formats.ts'
import { isWithin, type Moment, type Node, type Property } from '../../../src/catalogue/query/query.ts'
import { folded } from '../../../src/library/order.ts'

/** A track as plain data; null where the file does not say. */
export interface PlainTrack {
  id: number
  folder: string
  name: string
  read: boolean
  writable: boolean
  lossless: boolean | null
  container: string | null
  codec: string | null
  modified: number
  numbers: Record<Property, number | null>
  tags: Record<string, string[]>
}

/** Whether a query holds for a track, decided one track and one value after the other. */
export function holds(node: Node, track: PlainTrack, library: readonly PlainTrack[], now: number): boolean {
  const texts = (field: string) => textsOf(track, field)
  switch (node.kind) {
    case 'all':
      return true
    case 'not':
      return !holds(node.node, track, library, now)
    case 'and':
      return node.nodes.every(each => holds(each, track, library, now))
    case 'or':
      return node.nodes.some(each => holds(each, track, library, now))
    case 'word':
      return hasWord(track, node.text)
    case 'text':
    case 'number':
    case 'date': {
      const known = library.some(each => textsOf(each, node.field).length > 0)
      if (node.word !== null && !known) return hasWord(track, node.word)
      return texts(node.field).some(text => {
        if (node.kind === 'text') return node.whole ? text === node.text : text.includes(node.text)
        if (node.kind === 'number') {
          const found = text.match(/^\s*[-+]?\d+(\.\d+)?/)
          return found !== null && isWithin(Number(found[0]), node.interval)
        }
        if (!/^\d\d\d\d/.test(text)) return false
        const compare = (date: string) => {
          const start = text.slice(0, date.length)
          return start < date ? -1 : start > date ? 1 : 0
        }
        const { from, to } = node
        return (!from || compare(from.date) >= Number(from.open)) && (!to || compare(to.date) <= -Number(to.open))
      })
    }
    case 'property': {
      const number = track.numbers[node.property]
      return number !== null && isWithin(number, node.interval)
    }
    case 'modified': {
      const at = (moment: Moment) => ('at' in moment ? moment.at : now - moment.ago)
      return (!node.from || track.modified >= at(node.from)) && (!node.to || track.modified < at(node.to))
    }
    case 'folder':
    case 'path': {
      const path = folded(node.kind === 'folder' || track.folder === '' ? '' : `${track.folder}/`)
      const full = node.kind === 'folder' ? folded(track.folder) : path + folded(track.name)
      return node.whole ? full === node.text : full.includes(node.text)
    }
    case 'format': {
      const extension = track.name.includes('.') ? (track.name.split('.').at(-1) ?? '') : ''
      const [container, codec] = [track.container ?? '', track.codec ?? '']
      return isFormat(node.format, {
        extension: extension.toLowerCase(),
        container: container.toLowerCase(),
        codec: codec.toLowerCase(),
      })
    }
    case 'flag':
      if (!track.read) return false
      if (node.flag === 'readonly' || node.flag === 'writable') return track.writable === (node.flag === 'writable')
      return track.lossless === (node.flag === 'lossless')
    default: {
      const has =
        'field' in node
          ? texts(node.field).some(text => text.trim() !== '')
          : node.property === 'pictures'
            ? (track.numbers.pictures ?? 0) > 0
            : track.numbers[node.property] !== null
      return node.kind === 'has' ? has : track.read && !has
    }
  }
}

function textsOf(track: PlainTrack, field: string): string[] {
  if (field === 'filename') return [folded(track.name)]
  return Object.entries(track.tags).flatMap(([name, values]) =>
    name.toLowerCase() === field ? values.map(folded) : [],
  )
}

function hasWord(track: PlainTrack, text: string): boolean {
  const all = [folded(track.folder), folded(track.name), ...Object.values(track.tags).flat().map(folded)]
  return all.some(each => each.includes(text))
}
