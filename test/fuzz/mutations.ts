import type { Random } from './random.ts'
import { sealPages } from './seeds.ts'
import { flatten, type Part, readNumber, type Structure, structureOf, writeNumber } from './structure.ts'

/* Small wrongs done to a file: some that a failing disk or a careless program does, some that only malice would. */

type Mutation = (bytes: Buffer, structure: Structure, random: Random, donor: Buffer) => Buffer

/** Puts bytes in the place of others; the sizes of the parts around are corrected where `honest`. */
function replace(
  bytes: Buffer,
  start: number,
  end: number,
  insert: Uint8Array,
  around: readonly Part[],
  honest: boolean,
) {
  const out = Buffer.concat([bytes.subarray(0, start), insert, bytes.subarray(end)])
  const delta = insert.length - (end - start)
  for (const { size } of honest ? around : []) {
    // The size of an APE tag stands behind its items.
    if (size && delta !== 0)
      writeNumber(
        out,
        size.offset < start ? size : { ...size, offset: size.offset + delta },
        readNumber(bytes, size) + delta,
      )
  }
  return out
}

const boundaries = ({ parts, numbers }: Structure): number[] => [
  ...flatten(parts).flatMap(({ part }) => [part.start, part.body, part.end]),
  ...numbers.map(({ offset }) => offset),
]

const somewhere = (bytes: Buffer, structure: Structure, random: Random): number => {
  const list = boundaries(structure)
  return Math.min(bytes.length, list.length > 0 && !random.once(4) ? random.pick(list) : random.below(bytes.length + 1))
}

const anyPart = (structure: Structure, random: Random) => {
  const list = flatten(structure.parts)
  return list.length > 0 ? random.pick(list) : null
}

const lieAboutASize: Mutation = (bytes, { numbers, parts }, random) => {
  if (numbers.length === 0) return bytes
  const out = Buffer.from(bytes)
  const number = random.pick(numbers)
  const limit = number.order === 'synchsafe' ? 2 ** (7 * number.width) : 2 ** (8 * number.width)
  const now = readNumber(bytes, number)
  const left = bytes.length - number.offset
  const other = flatten(parts)[random.below(Math.max(1, flatten(parts).length))]?.part
  const value = random.pick([
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    9,
    10,
    16,
    24,
    limit - 1,
    limit - 2,
    limit - 8,
    limit / 2,
    limit / 2 - 1,
    now + 1,
    now - 1,
    now + 2,
    now - 2,
    now + 8,
    now - 8,
    now * 2,
    Math.floor(now / 2),
    now + 128,
    255,
    256,
    254,
    bytes.length,
    bytes.length - 1,
    bytes.length + 1,
    left,
    left - 1,
    left + 1,
    left - number.width,
    bytes.length - now,
    other?.start ?? 0,
    (other?.end ?? 0) - number.offset,
    random.below(limit),
    random.below(bytes.length),
  ])
  writeNumber(out, number, ((value % limit) + limit) % limit)
  return out
}

const flip: Mutation = (bytes, structure, random) => {
  const out = Buffer.from(bytes)
  for (let times = 1 + random.below(3); times > 0 && out.length > 0; times--) {
    const at = Math.min(out.length - 1, somewhere(bytes, structure, random) + random.below(4))
    out[at] = random.pick([(out[at] as number) ^ (1 << random.below(8)), 0, 255, random.below(256)])
  }
  return out
}

const cutShort: Mutation = (bytes, structure, random) => bytes.subarray(0, somewhere(bytes, structure, random))
const cutOut: Mutation = (bytes, structure, random) => {
  const start = somewhere(bytes, structure, random)
  return replace(bytes, start, Math.min(bytes.length, start + 1 + random.below(40)), Buffer.alloc(0), [], false)
}

const double: Mutation = (bytes, structure, random) => {
  const found = anyPart(structure, random)
  if (!found) return bytes
  const { part, around } = found
  return replace(bytes, part.end, part.end, bytes.subarray(part.start, part.end), around, !random.once(3))
}

const drop: Mutation = (bytes, structure, random) => {
  const found = anyPart(structure, random)
  return found
    ? replace(bytes, found.part.start, found.part.end, Buffer.alloc(0), found.around, !random.once(3))
    : bytes
}

const swap: Mutation = (bytes, structure, random) => {
  const found = anyPart(structure, random)
  const siblings = found ? (found.around.at(-1)?.parts ?? structure.parts) : []
  const [a, b] = [random.pick(siblings), random.pick(siblings)].sort((x, y) => (x?.start ?? 0) - (y?.start ?? 0))
  if (!a || !b || a.end > b.start) return bytes
  const part = (from: number, to: number) => bytes.subarray(from, to)
  return Buffer.concat([
    part(0, a.start),
    part(b.start, b.end),
    part(a.end, b.start),
    part(a.start, a.end),
    part(b.end, bytes.length),
  ])
}

/** Puts a part of this file, or of another, into a part, at its start or its end. */
const nest: Mutation = (bytes, structure, random, donor) => {
  const target = anyPart(structure, random)
  const [file, from] = random.once(3) ? [donor, structureOf(donor)] : [bytes, structure]
  const source = anyPart(from, random)
  if (!target || !source) return bytes
  const at = random.once(2) ? target.part.body : target.part.end
  return replace(
    bytes,
    at,
    at,
    file.subarray(source.part.start, source.part.end),
    [...target.around, target.part],
    !random.once(3),
  )
}

const addJunk: Mutation = (bytes, structure, random) => {
  const at = somewhere(bytes, structure, random)
  const junk = random.pick([
    random.bytes(1 + random.below(40)),
    Buffer.alloc(1 + random.below(300)),
    Buffer.alloc(1 + random.below(20), 255),
    Buffer.from(
      random.pick([
        'ID3\x04\0\0\0\0\0\x0a',
        'TAG',
        'APETAGEX',
        'LYRICS200',
        'OggS',
        'fLaC',
        'LIST',
        'id3 ',
        '\0\0\0\x08free',
        '\0\0\0\0mdat',
      ]),
      'latin1',
    ),
  ])
  const inner = flatten(structure.parts).find(({ part }) => part.start < at && at < part.end)
  return replace(bytes, at, at, junk, inner ? [...inner.around, inner.part] : [], random.once(2))
}

const overwrite: Mutation = (bytes, structure, random) => {
  const out = Buffer.from(bytes)
  out.set(
    random.once(2) ? random.bytes(24).subarray(0, Math.min(24, out.length)) : Buffer.alloc(Math.min(24, out.length)),
    Math.max(0, Math.min(somewhere(bytes, structure, random), out.length - 24)),
  )
  return out
}

const splice: Mutation = (bytes, structure, random, donor) =>
  Buffer.concat([
    bytes.subarray(0, somewhere(bytes, structure, random)),
    donor.subarray(somewhere(donor, structureOf(donor), random)),
  ])

const mutations: readonly Mutation[] = [
  lieAboutASize,
  lieAboutASize,
  lieAboutASize,
  lieAboutASize,
  flip,
  flip,
  cutShort,
  cutOut,
  double,
  drop,
  swap,
  nest,
  addJunk,
  overwrite,
  splice,
]

/** A file with one to four wrongs; the checksums of Ogg pages are made right again for half of them, so that the wrong goes deeper. */
export function mutate(seed: Buffer, random: Random, donor: Buffer): Buffer {
  let bytes = seed
  for (let times = random.pick([1, 1, 1, 2, 2, 3, 4]); times > 0; times--)
    bytes = random
      .pick(mutations)(bytes, structureOf(bytes), random, donor)
      .subarray(0, 64 * 1024)
  return random.once(2) && seed.includes('OggS') ? sealPages(Buffer.from(bytes)) : bytes
}

/** A seed cut short at each place where something starts or ends, and right beside it. */
export function cutEverywhere(seed: Buffer): Buffer[] {
  const places = new Set(boundaries(structureOf(seed)).flatMap(at => [at - 1, at, at + 1]))
  return [...places].filter(at => at >= 0 && at < seed.length).map(at => seed.subarray(0, at))
}
