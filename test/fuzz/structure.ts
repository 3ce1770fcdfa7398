/* What a file is built of, as far as its own sizes lead: parts within parts, and the numbers that say how long they are. Never fails. */

export interface NumberAt {
  readonly offset: number
  readonly width: number
  readonly order: 'be' | 'le' | 'synchsafe'
}

export interface Part {
  readonly start: number
  /** Where the header ends and the body starts. */
  readonly body: number
  readonly end: number
  /** The number that tells its size, and what it tells besides the body. */
  readonly size: (NumberAt & { readonly extra: number }) | null
  readonly parts: readonly Part[]
}

export interface Structure {
  readonly parts: readonly Part[]
  readonly numbers: readonly NumberAt[]
}

export function readNumber(bytes: Buffer, { offset, width, order }: NumberAt): number {
  let value = 0
  for (let i = 0; i < width; i++) {
    const byte = bytes[order === 'le' ? offset + width - 1 - i : offset + i] ?? 0
    value = order === 'synchsafe' ? value * 128 + (byte & 127) : value * 256 + byte
  }
  return value
}

export function writeNumber(bytes: Buffer, { offset, width, order }: NumberAt, value: number): void {
  const base = order === 'synchsafe' ? 128n : 256n
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)))
  for (let i = 0; i < width; i++, rest /= base) {
    const at = order === 'le' ? offset + i : offset + width - 1 - i
    if (at < bytes.length) bytes[at] = Number(rest % base)
  }
}

const mostParts = 400

/** Takes a file apart. */
export function structureOf(bytes: Buffer): Structure {
  const numbers: NumberAt[] = []
  let count = 0
  const latin1 = (at: number, length: number): string =>
    bytes.toString('latin1', at, Math.min(bytes.length, at + length))
  const tell = (offset: number, width: number, order: NumberAt['order']): NumberAt => {
    const number = { offset, width, order }
    if (offset + width <= bytes.length) numbers.push(number)
    return number
  }

  interface Shape {
    /** Bytes of the header, and where in it the size is. */
    readonly header: number
    readonly sizeAt: number
    readonly width: number
    readonly order: NumberAt['order']
    /** What the size tells besides the body: the header, or less where it tells less. */
    readonly extra?: number
    readonly even?: boolean
    readonly isOne?: (at: number) => boolean
    readonly inside?: (start: number, body: number, end: number) => readonly Part[]
  }

  /** Parts side by side. */
  function walk(start: number, end: number, shape: Shape): Part[] {
    const parts: Part[] = []
    let at = start
    while (at + shape.header <= end && count < mostParts && (shape.isOne?.(at) ?? true)) {
      count++
      const size = { ...tell(at + shape.sizeAt, shape.width, shape.order), extra: shape.extra ?? 0 }
      const body = at + shape.header
      const claimed = readNumber(bytes, size) - size.extra
      const until = Math.min(end, body + Math.max(0, claimed))
      parts.push({ start: at, body, end: until, size, parts: shape.inside?.(at, body, until) ?? [] })
      if (claimed < 0 || body + claimed > end) break
      at = until + (shape.even ? (until - body) % 2 : 0)
    }
    return parts
  }

  const id3Frames = (start: number, end: number, version: number): Part[] =>
    walk(start, end, {
      header: version === 2 ? 6 : 10,
      sizeAt: version === 2 ? 3 : 4,
      width: version === 2 ? 3 : 4,
      order: version === 4 ? 'synchsafe' : 'be',
      isOne: at => bytes[at] !== 0,
    })

  function id3(start: number): Part[] {
    return walk(start, bytes.length, {
      header: 10,
      sizeAt: 6,
      width: 4,
      order: 'synchsafe',
      isOne: at => latin1(at, 3) === 'ID3',
      inside: (at, body, end) => {
        const version = bytes[at + 3] ?? 0
        tell(at + 3, 1, 'be')
        tell(at + 5, 1, 'be')
        if (!((bytes[at + 5] ?? 0) & 0x40)) return id3Frames(body, end, version)
        const order = version === 4 ? 'synchsafe' : 'be'
        const extended = tell(body, 4, order)
        return id3Frames(body + readNumber(bytes, extended) + (version === 4 ? 0 : 4), end, version)
      },
    })
  }

  function comments(start: number, end: number): Part[] {
    const shape: Shape = { header: 4, sizeAt: 0, width: 4, order: 'le' }
    const vendor = tell(start, 4, 'le')
    const at = start + 4 + readNumber(bytes, vendor)
    tell(at, 4, 'le')
    return walk(at + 4, end, shape)
  }

  function flacPicture(start: number): Part[] {
    let at = start
    for (const skip of [0, 1, 2]) {
      const number = tell(at, 4, 'be')
      at += 4 + (skip === 0 ? 0 : readNumber(bytes, number))
    }
    tell(at + 16, 4, 'be')
    return []
  }

  const inFlacBlock = (type: number, body: number, end: number): readonly Part[] =>
    type === 4 ? comments(body, end) : type === 6 ? flacPicture(body) : []

  const chunks = (start: number, end: number, order: 'be' | 'le', width: number): Part[] =>
    walk(start, end, {
      header: 4 + width,
      sizeAt: 4,
      width,
      order,
      even: true,
      inside: (at, body, until) => {
        const id = latin1(at, 4)
        if (/^id3 $/i.test(id)) return id3(body)
        if (['RIFF', 'RF64', 'FORM', 'FRM8', 'LIST', 'PROP'].includes(id)) return chunks(body + 4, until, order, width)
        if (id === 'ds64') for (const offset of [0, 8, 16]) tell(body + offset, 8, 'le')
        return []
      },
    })

  const atomParents = new Set([
    'moov',
    'trak',
    'mdia',
    'minf',
    'stbl',
    'dinf',
    'udta',
    'ilst',
    '----',
    'covr',
    'trkn',
    'meta',
    'dref',
  ])
  const atoms = (start: number, end: number): Part[] =>
    walk(start, end, {
      header: 8,
      sizeAt: 0,
      width: 4,
      order: 'be',
      extra: 8,
      inside: (at, body, until) => {
        const type = latin1(at + 4, 4)
        if (type === 'meta') return atoms(body + 4, until)
        if (atomParents.has(type) || type.startsWith('\xa9')) return atoms(body + (type === 'dref' ? 8 : 0), until)
        const width = type === 'co64' ? 8 : 4
        if (type !== 'mdat') for (let i = 0; i < 3; i++) tell(body + 4 + i * width, width, 'be')
        return []
      },
    })

  const attributePlaces = new Set(['40a4d0d2', '941c2344', 'eacbf8c5', '3326b275'])
  const objects = (start: number, end: number): Part[] =>
    walk(start, end, {
      header: 24,
      sizeAt: 16,
      width: 8,
      order: 'le',
      extra: 24,
      inside: (at, body, until) => {
        const guid = bytes.toString('hex', at, at + 4)
        if (guid === '3026b275') {
          tell(body, 4, 'le')
          return objects(body + 6, until)
        }
        if (guid === 'b503bf5f') {
          tell(body + 18, 4, 'le')
          return objects(body + 22, until)
        }
        if (guid === 'a1dcab8c') tell(body + 16, 8, 'le')
        if (attributePlaces.has(guid)) for (let i = 0; i < 20; i++) tell(body + i * 2, 2, 'le')
        return []
      },
    })

  function pages(start: number): Part[] {
    const parts: Part[] = []
    for (let at = start; latin1(at, 4) === 'OggS' && at + 27 <= bytes.length && count++ < mostParts; ) {
      const lacing = bytes[at + 26] ?? 0
      tell(at + 5, 1, 'le')
      tell(at + 14, 4, 'le')
      tell(at + 18, 4, 'le')
      tell(at + 26, 1, 'le')
      let length = 0
      for (let i = 0; i < lacing; i++) length += bytes[tell(at + 27 + i, 1, 'le').offset] ?? 0
      const body = at + 27 + lacing
      const end = Math.min(bytes.length, body + length)
      const signature = [['\x03vorbis', 7] as const, ['OpusTags', 8] as const].find(
        ([s]) => latin1(body, s.length) === s,
      )
      const type = bytes[body] ?? 0
      const isBlock =
        parts.length > 0 &&
        [4, 6, 0x84].includes(type) &&
        bytes.readUIntBE(Math.min(body + 1, bytes.length - 3), 3) + 4 === length
      const inner = signature
        ? comments(body + signature[1], end)
        : isBlock
          ? inFlacBlock(type & 127, body + 4, end)
          : []
      parts.push({ start: at, body, end, size: null, parts: inner })
      at = end
    }
    return parts
  }

  /** The tags behind a stream: ID3v1, Lyrics3 and APE, whose size counts its items and one edge. */
  function tail(from: number): Part[] {
    const parts: Part[] = []
    let end = bytes.length
    if (end - from >= 128 && latin1(end - 128, 3) === 'TAG') {
      parts.push({ start: end - 128, body: end - 125, end, size: null, parts: [] })
      end -= 128
    }
    if (latin1(end - 9, 9) === 'LYRICS200') {
      const length = Number(latin1(end - 15, 6)) + 15
      if (length <= end - from) {
        parts.push({ start: end - length, body: end - length + 11, end, size: null, parts: [] })
        end -= length
      }
    }
    if (latin1(end - 32, 8) === 'APETAGEX') {
      const size = { ...tell(end - 20, 4, 'le'), extra: 32 }
      for (const offset of [12, 8, 24]) tell(end - 32 + offset, 4, 'le')
      const start = Math.max(from, end - readNumber(bytes, size))
      const items = walk(start, end - 32, { header: 8, sizeAt: 0, width: 4, order: 'le' })
      parts.push({ start, body: start, end, size, parts: items })
    }
    return parts
  }

  const front = id3(0)
  const at = front.at(-1)?.end ?? 0
  const id = latin1(at, 4)
  const main =
    id === 'fLaC'
      ? flacBlocks(at + 4)
      : id === 'RIFF' || id === 'RF64'
        ? chunks(at, bytes.length, 'le', 4)
        : id === 'FORM'
          ? chunks(at, bytes.length, 'be', 4)
          : id === 'FRM8'
            ? chunks(at, bytes.length, 'be', 8)
            : id === 'OggS'
              ? pages(at)
              : id === 'DSD '
                ? dsf(at)
                : id === '\x30\x26\xb2\x75'
                  ? objects(at, bytes.length)
                  : ['ftyp', 'moov', 'mdat'].includes(latin1(at + 4, 4))
                    ? atoms(at, bytes.length)
                    : []
  return { parts: [...front, ...main, ...tail(at)], numbers }

  function flacBlocks(start: number): Part[] {
    let last = false
    return walk(start, bytes.length, {
      header: 4,
      sizeAt: 1,
      width: 3,
      order: 'be',
      isOne: () => !last,
      inside: (block, body, end) => {
        tell(block, 1, 'be')
        last = ((bytes[block] ?? 0) & 128) !== 0
        return inFlacBlock((bytes[block] ?? 0) & 127, body, end)
      },
    })
  }

  function dsf(start: number): Part[] {
    for (const offset of [12, 20]) tell(start + offset, 8, 'le')
    const shape: Shape = {
      header: 12,
      sizeAt: 4,
      width: 8,
      order: 'le',
      extra: 12,
      isOne: part => latin1(part, 3) !== 'ID3',
    }
    const parts = walk(start, bytes.length, shape)
    return [...parts, ...id3(parts.at(-1)?.end ?? start)]
  }
}

/** Every part with the parts around it, outermost first. */
export function flatten(
  parts: readonly Part[],
  around: readonly Part[] = [],
): { part: Part; around: readonly Part[] }[] {
  return parts.flatMap(part => [{ part, around }, ...flatten(part.parts, [...around, part])])
}
