export const panes = ['folders', 'tracks', 'edit', 'history'] as const
export type Pane = (typeof panes)[number]

/** What the address bar holds: the place, what is chosen there, and on a narrow screen the pane. */
export interface Address {
  readonly folder: string
  readonly recursive: boolean
  readonly selected: readonly string[]
  readonly pane: Pane
}

/** More chosen tracks than this would make an address too long to keep or share. */
const selectedAtMost = 40

/** `#Artist/Album?pick=01.flac&pick=02.flac`: the slashes stay readable, everything else is escaped. */
export function formatAddress({ folder, recursive, selected, pane }: Address): string {
  const query = new URLSearchParams()
  if (recursive) query.set('within', 'all')
  if (selected.length <= selectedAtMost) {
    const prefix = folder === '' ? '' : `${folder}/`
    for (const path of selected) query.append('pick', path.startsWith(prefix) ? path.slice(prefix.length) : path)
  }
  if (pane !== 'tracks') query.set('pane', pane)
  const place = folder.split('/').map(encodeURIComponent).join('/')
  return query.size > 0 ? `#${place}?${query}` : `#${place}`
}

export function parseAddress(hash: string): Address {
  const text = hash.startsWith('#') ? hash.slice(1) : hash
  const mark = text.indexOf('?')
  const query = new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1))
  const folder = decode(mark < 0 ? text : text.slice(0, mark))
  const prefix = folder === '' ? '' : `${folder}/`
  const pane = query.get('pane')
  return {
    folder,
    recursive: query.get('within') === 'all',
    selected: query.getAll('pick').map(name => prefix + name),
    pane: panes.find(name => name === pane) ?? 'tracks',
  }
}

function decode(place: string): string {
  try {
    return place.split('/').map(decodeURIComponent).join('/')
  } catch {
    // an address typed by hand: a stray percent sign is not worth an error
    return place
  }
}
