import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { bufferSource } from '../src/files/source.ts'
import { piecesBytes, splicedPieces } from '../src/files/splice.ts'
import { encodePage } from '../src/tags/containers/ogg-pages.ts'
import { openTags } from '../src/tags/containers/registry.ts'
import { patchTags } from '../src/tags/patch.ts'
import { albumOf, fieldsOf, fileName, firstOf, folderName, pick, use } from './made-tracks.ts'

/*
 * A library as large as real ones, of files as small as they can be: a real stream cut short, tags as a person has them, and on
 * two albums of three a cover of 2 kB; 4 to 10 kB in all. Everything follows from the number of a track, so that every run and
 * every machine makes the same library.
 *
 * Of a hundred albums 50 are FLAC, 40 MP3, 4 M4A, 3 Opus and 3 Ogg Vorbis. An artist has one to nine; every twelfth album has
 * two discs in folders of their own, every twentieth is a compilation. Some lack a genre, a date or a cover, as some always do.
 */

/** Written into a made library, so that it is known again. */
const mark = '.made-library.json'
/** Counted up with every change to what is made. */
const edition = 2
const foldersPerTrack = 8 / 100
const options = { id3Version: 4 } as const

interface Part {
  readonly path: string
  readonly tracks: number
  readonly from: number
  readonly to: number
}

/** Makes the library in an empty or missing folder, or finds it there. Throws where the folder holds anything else. */
export async function makeLargeLibrary(path: string, tracks: number): Promise<'made' | 'found'> {
  const wanted = JSON.stringify({ tracks, edition })
  if (existsSync(join(path, mark)) && readFileSync(join(path, mark), 'utf8') === wanted) return 'found'
  mkdirSync(path, { recursive: true })
  if (readdirSync(path).length > 0) throw new Error(`${path} is not empty, and is no made library of ${tracks} tracks.`)
  const folders = folderCount(tracks)
  const threads = availableParallelism()
  await Promise.all(
    Array.from({ length: threads }, (_, i) => {
      const from = Math.floor((folders * i) / threads)
      const to = Math.floor((folders * (i + 1)) / threads)
      return runPart({ path, tracks, from, to })
    }),
  )
  writeFileSync(join(path, mark), wanted)
  return 'made'
}

function runPart(part: Part): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: part })
    worker.once('message', () => resolve())
    worker.once('error', reject)
  })
}

/** Folders that hold tracks. */
export const folderCount = (tracks: number): number => Math.max(1, Math.round(tracks * foldersPerTrack))

interface Format {
  readonly extension: string
  readonly share: number
  readonly seed: () => Buffer
  /** Has the head of a seed claim another length (seconds). */
  readonly claim?: (file: Buffer, seconds: number) => void
}

const demo = join(import.meta.dirname, '..', 'demo')
const demoFile = (path: string): Buffer => readFileSync(join(demo, path))

const formats: readonly Format[] = [
  {
    extension: 'flac',
    share: 50,
    seed: () => cut(demoFile('Vesper Lindqvale/Harbour Lights/03 Undertow.flac'), 1800),
    // the number of samples at the end of STREAMINFO, 36 bits of which the first four stay zero
    claim: (file, seconds) => void file.writeUInt32BE(seconds * 44_100, 22),
  },
  {
    extension: 'mp3',
    share: 40,
    seed: () => cut(demoFile('Otto Farrow/Sketches/03 - Window Seat.mp3'), 2400),
    // the number of frames in LAME's header
    claim: (file, seconds) => void file.writeUInt32BE(Math.floor((seconds * 44_100) / 1152), file.indexOf('Info') + 8),
  },
  { extension: 'm4a', share: 4, seed: () => demoFile('Otto Farrow/Sketches/02 - Voice Memo.m4a') },
  { extension: 'opus', share: 3, seed: opus },
  { extension: 'ogg', share: 3, seed: () => demoFile('Otto Farrow/Sketches/01 - Kitchen Tape.ogg') },
]

/** The head of a file without its tags and pictures, and so many bytes of its sound. */
function cut(file: Buffer, sound: number): Buffer {
  const source = bufferSource(file)
  const opened = openTags(source, '', options)
  const { bare } = opened
  if (!bare) throw new Error(`A ${opened.container} file cannot be cut`)
  return Buffer.from(bare.read(0, Math.min(bare.size, sound)))
}

/** Two seconds of Opus at 48 kHz, by its page positions; the packets themselves are noise. */
function opus(): Buffer {
  const le32 = (n: number) => Buffer.of(n & 255, (n >> 8) & 255, (n >> 16) & 255, n >>> 24)
  const head = Buffer.concat([Buffer.from('OpusHead'), Buffer.of(1, 2, 0x38, 1), le32(48000), Buffer.of(0, 0, 0)])
  const tags = Buffer.concat([Buffer.from('OpusTags'), le32(5), Buffer.from('bench'), le32(0)])
  const sound = Buffer.from(Array.from({ length: 240 }, (_, i) => (i === 0 ? 0xfc : pick(255, i))))
  const granule = (samples: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(BigInt(samples))
    return bytes
  }
  const page = (sequence: number, flags: number, samples: number, packets: readonly Buffer[]) =>
    encodePage(
      {
        sequence,
        flags,
        granule: granule(samples),
        serial: 7,
        lacing: Uint8Array.from(packets.map(({ length }) => length)),
      },
      Buffer.concat(packets),
    )
  const sounds = Array<Buffer>(6).fill(sound)
  return Buffer.concat([
    page(0, 2, 0, [head]),
    page(1, 0, 0, [tags]),
    page(2, 0, 48_000, sounds),
    page(3, 4, 96_000, sounds),
  ])
}

/** A picture that is a JPEG by its headers, and otherwise incompressible. */
function cover(album: number): Buffer {
  const side = [300, 500, 600, 1000][pick(4, use.cover, album, 1)] as number
  const head = Buffer.from(
    'ffd8ffe000104a46494600010100000100010000ffc0000b080000000001011100ffda0008010100003f00',
    'hex',
  )
  head.writeUInt16BE(side, 25)
  head.writeUInt16BE(side, 27)
  const noise = Buffer.concat(
    Array.from({ length: 31 }, (_, i) => createHash('sha512').update(`${album}.${i}`).digest()),
  ).map(byte => (byte === 255 ? 254 : byte))
  return Buffer.concat([head, noise, Buffer.of(0xff, 0xd9)])
}

function formatOf(album: number): Format {
  let left = pick(100, use.format, album)
  for (const format of formats) {
    left -= format.share
    if (left < 0) return format
  }
  throw new Error('The shares of the formats do not add up to a hundred')
}

function makePart({ path, tracks, from, to }: Part): void {
  const folders = folderCount(tracks)
  const seeds = new Map(formats.map(format => [format, format.seed()]))
  for (let folder = from; folder < to; folder++) {
    const { album } = albumOf(folder)
    const format = formatOf(album)
    const seed = seeds.get(format) as Buffer
    const image = pick(3, use.cover, album) > 0 ? cover(album) : null
    const directory = join(path, folderName(folder))
    mkdirSync(directory, { recursive: true })
    const first = firstOf(folder, folders, tracks)
    const count = firstOf(folder + 1, folders, tracks) - first
    for (let i = 0; i < count; i++) {
      const fields = fieldsOf(first + i, i + 1, count, folder)
      format.claim?.(seed, 60 + pick(400, use.size, first + i, 1))
      const name = `${String(i + 1).padStart(2, '0')} ${fileName(fields.get('title')?.[0] ?? '')}.${format.extension}`
      writeFileSync(join(directory, name), tagged(seed, name, fields, image))
    }
  }
}

function tagged(seed: Buffer, name: string, fields: Map<string, string[]>, image: Buffer | null): Uint8Array {
  const source = bufferSource(seed)
  const added = image ? [{ type: 3, mime: 'image/jpeg', description: '', width: 500, height: 500, data: image }] : []
  const pictures = image ? { kept: [], removed: [], added } : null
  const { splices, refused } = patchTags(source, name, openTags(source, name, options), { fields, pictures }, options)
  if (refused.length > 0) throw new Error(`${name}: ${JSON.stringify(refused)}`)
  return piecesBytes(source, splicedPieces(source.size, splices))
}

if (!isMainThread && workerData !== null && typeof workerData === 'object' && 'tracks' in workerData) {
  makePart(workerData as Part)
  parentPort?.postMessage('done')
}
