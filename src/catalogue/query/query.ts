/*
 * A query as the parser understood it: plain data, so that it can be sent to the thread that answers it. All texts in it
 * are folded (library/order.ts), and all numbers in the units of the catalogue.
 */

export interface Query {
  readonly text: string
  readonly root: Node
}

export type Node =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly Node[] }
  | { readonly kind: 'not'; readonly node: Node }
  | Term

/**
 * `field` is the key of a field (tags/fields.ts), or `filename`. `word`, where it is not null, is what the whole term looks
 * for in all fields where no track has a field of this name: `Re:Zero` is more likely a title than a field.
 */
interface OfField {
  readonly field: string
  readonly word: string | null
}

export type Term =
  /** In any field, the file's name or the folder's path. */
  | { readonly kind: 'word'; readonly text: string }
  | (OfField & { readonly kind: 'text'; readonly text: string; readonly whole: boolean })
  /** The number that a value begins with. */
  | (OfField & { readonly kind: 'number'; readonly interval: Interval })
  /** The beginning of a value, as long as the bound: 1999-05 is not after 1999. */
  | (OfField & { readonly kind: 'date'; readonly from: DateBound | null; readonly to: DateBound | null })
  | { readonly kind: 'property'; readonly property: Property; readonly interval: Interval }
  | { readonly kind: 'modified'; readonly from: Moment | null; readonly to: Moment | null }
  | { readonly kind: 'path' | 'folder'; readonly text: string; readonly whole: boolean }
  | { readonly kind: 'format'; readonly format: string }
  | { readonly kind: 'flag'; readonly flag: Flag }
  /** A value that is not blank; `missing` holds only for tracks that were read. */
  | { readonly kind: 'has' | 'missing'; readonly field: string }
  | { readonly kind: 'has' | 'missing'; readonly property: Property }

/** Bytes, seconds, bit/s, Hz, and counts. */
export const properties = [
  'size',
  'duration',
  'bitrate',
  'sampleRate',
  'channels',
  'bitsPerSample',
  'pictures',
] as const
export type Property = (typeof properties)[number]

export const flags = ['readonly', 'writable', 'lossless', 'lossy'] as const
export type Flag = (typeof flags)[number]

/** Infinite where it has no bound. */
export interface Interval {
  readonly min: number
  readonly max: number
  /** Whether the bound itself is outside. */
  readonly minOpen: boolean
  readonly maxOpen: boolean
}

export interface DateBound {
  readonly date: string
  readonly open: boolean
}

/** In ms: before now, or since the epoch. A term's `from` is inside, its `to` is not. */
export type Moment = { readonly ago: number } | { readonly at: number }

export function isWithin(value: number, { min, max, minOpen, maxOpen }: Interval): boolean {
  return (minOpen ? value > min : value >= min) && (maxOpen ? value < max : value <= max)
}
