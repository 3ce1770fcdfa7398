import { oggDamage } from './ogg-headers.ts'
import { type PageGroup, sizesThatFit } from './ogg-layout.ts'

/* The comment packets of Vorbis, Opus and Speex: a signature, the comments, and what may follow them up to the end of the packet. */

export interface CommentCodec {
  readonly name: string
  /** What the first packet of the stream starts with. */
  readonly identification: string
  /** What the comment packet starts with. */
  readonly signature: string
  /** The part of the bytes behind the comments that has to stay, and whether padding may follow it. */
  readonly tail: (bytes: Uint8Array) => Tail
}

interface Tail {
  readonly fixed: Uint8Array
  readonly paddable: boolean
}

export const commentCodecs: readonly CommentCodec[] = [
  // Vorbis I §5.2.1: a framing bit, without which decoders reject the stream. Zeros behind it mean nothing.
  {
    name: 'Ogg Vorbis',
    identification: '\x01vorbis',
    signature: '\x03vorbis',
    tail: bytes =>
      ((bytes[0] ?? 0) & 1) === 1
        ? { fixed: withoutZeros(bytes), paddable: true }
        : { fixed: Uint8Array.from(bytes), paddable: false },
  },
  // RFC 7845 §5.2: the lowest bit of the first byte says whether the rest is to be preserved or may be padding.
  {
    name: 'Ogg Opus',
    identification: 'OpusHead',
    signature: 'OpusTags',
    tail: bytes =>
      ((bytes[0] ?? 0) & 1) === 1
        ? { fixed: Uint8Array.from(bytes), paddable: false }
        : { fixed: new Uint8Array(0), paddable: true },
  },
  // The Speex manual, "Ogg file format": comments only; decoders read them by their lengths and nothing behind them.
  {
    name: 'Ogg Speex',
    identification: 'Speex   ',
    signature: '',
    tail: bytes => ({ fixed: withoutZeros(bytes), paddable: true }),
  },
]

function withoutZeros(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes.subarray(0, bytes.findLastIndex(byte => byte !== 0) + 1))
}

/** Length in bytes of the comments at the start of `bytes`. Throws MALFORMED_FILE where they claim more than there is. */
export function commentsLength(bytes: Uint8Array): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const afterText = (at: number): number => {
    const end = at + 4 <= view.length ? at + 4 + view.readUInt32LE(at) : Number.POSITIVE_INFINITY
    if (end > view.length) throw oggDamage('Its comments claim more bytes than their packet has')
    return end
  }
  let at = afterText(0)
  if (at + 4 > view.length) throw oggDamage('Its comments claim more bytes than their packet has')
  const count = view.readUInt32LE(at)
  at += 4
  // The loop ends by itself where the count is a lie: every comment takes at least four bytes.
  for (let i = 0; i < count; i++) at = afterText(at)
  return at
}

/** Padding for a packet that has to grow, and the most that is left in one that shrinks (bytes). */
export const newPadding = 2048
export const mostPadding = 64 * 1024

/** The length for a packet that needs `needed` bytes, with padding: as before if it can be, else so that its pages stay as many. */
export function paddedLength(needed: number, before: number, group: PageGroup): number {
  const spare = before - needed
  if (spare >= 0 && spare <= mostPadding) return before
  const { least, most } = sizesThatFit(group)
  const wanted = needed + newPadding
  if (wanted < least && least - needed <= mostPadding) return least
  return needed <= most ? Math.min(wanted, most) : wanted
}
