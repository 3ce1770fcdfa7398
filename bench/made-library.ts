import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bufferSource } from '../src/files/source.ts'
import { piecesBytes, splicedPieces } from '../src/files/splice.ts'
import { openTags } from '../src/tags/containers/registry.ts'
import { patchTags } from '../src/tags/patch.ts'

const demo = join(import.meta.dirname, '..', 'demo')
const options = { id3Version: 4 } as const

/** A PCM stream of silence in a RIFF or FORM wrapper: one second, mono, 8 kHz, 8 bits. */
const silence = Buffer.alloc(8000, 0x80)

function wav(): Buffer {
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.writeUInt32LE(36 + silence.length, 4)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(1, 22)
  head.writeUInt32LE(8000, 24)
  head.writeUInt32LE(8000, 28)
  head.writeUInt16LE(1, 32)
  head.writeUInt16LE(8, 34)
  head.write('data', 36)
  head.writeUInt32LE(silence.length, 40)
  return Buffer.concat([head, silence])
}

function aiff(): Buffer {
  const head = Buffer.alloc(54)
  head.write('FORM', 0)
  head.writeUInt32BE(46 + silence.length, 4)
  head.write('AIFFCOMM', 8)
  head.writeUInt32BE(18, 16)
  head.writeUInt16BE(1, 20)
  head.writeUInt32BE(silence.length, 22)
  head.writeUInt16BE(8, 26)
  // 8000 as an 80-bit float
  head.set([0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0], 28)
  head.write('SSND', 38)
  head.writeUInt32BE(8 + silence.length, 42)
  return Buffer.concat([head, silence])
}

/** One untagged or lightly tagged file of each format, by extension. */
export function seedFiles(find: (extension: string) => string): ReadonlyMap<string, Buffer> {
  return new Map([
    ...['mp3', 'flac', 'ogg', 'm4a'].map(extension => [extension, readFileSync(join(demo, find(extension)))] as const),
    ['wav', wav()],
    ['aiff', aiff()],
  ])
}

/** A cover of 60 kB that is a PNG by its header, and otherwise incompressible. */
function cover(): Uint8Array {
  const head = Buffer.from('89504e470d0a1a0a0000000d4948445200000258000002580802000000', 'hex')
  const noise = Buffer.alloc(60_000)
  for (let i = 0, x = 1; i < noise.length; i++) {
    x = (x * 1103515245 + 12345) & 0x7fffffff
    noise[i] = x >> 16
  }
  return Buffer.concat([head, noise, Buffer.from('0000000049454e44ae426082', 'hex')])
}

/** The fields of a well-kept track. */
function fieldsOf(n: number): Map<string, string[]> {
  const album = Math.floor(n / 12)
  return new Map([
    ['title', [`Track ${n} of the made library`]],
    ['artist', [`Artist ${album % 50}`, 'A Guest']],
    ['album', [`Album ${album}`]],
    ['albumartist', [`Artist ${album % 50}`]],
    ['date', [`${1960 + (album % 60)}-05-17`]],
    ['genre', ['Electronic', 'Ambient']],
    ['tracknumber', [String((n % 12) + 1)]],
    ['totaltracks', ['12']],
    ['discnumber', ['1']],
    ['totaldiscs', ['1']],
    ['composer', ['A Composer']],
    ['label', ['A Label']],
    ['isrc', [`DEXXX${String(n).padStart(7, '0')}`]],
    ['musicbrainz_albumid', ['01234567-89ab-cdef-0123-456789abcdef']],
    ['musicbrainz_recordingid', ['01234567-89ab-cdef-0123-456789abcdef']],
    ['comment', ['made for measuring']],
  ])
}

export interface MadeLibrary {
  readonly path: string
  /** Relative paths. */
  readonly files: readonly string[]
  remove(): void
}

/** A library of `count` tagged tracks with covers in the formats of `seeds`, twelve to a folder. */
export function makeLibrary(count: number, seeds: ReadonlyMap<string, Buffer>): MadeLibrary {
  const path = mkdtempSync(join(tmpdir(), 'metadata-remote-bench-'))
  const image = cover()
  const formats = [...seeds]
  const files: string[] = []
  for (let n = 0; n < count; n++) {
    const [extension, seed] = formats[n % formats.length] as readonly [string, Buffer]
    const folder = `Artist ${Math.floor(n / 12) % 50}/Album ${Math.floor(n / 12)}`
    mkdirSync(join(path, folder), { recursive: true })
    const file = `${folder}/${String((n % 12) + 1).padStart(2, '0')} Track.${extension}`
    writeFileSync(join(path, file), tagged(seed, file, n, image))
    files.push(file)
  }
  return { path, files, remove: () => rmSync(path, { recursive: true, force: true }) }
}

function tagged(seed: Buffer, name: string, n: number, image: Uint8Array): Uint8Array {
  const source = bufferSource(seed)
  const file = openTags(source, name, options)
  const added = [{ type: 3, mime: 'image/png', description: '', width: 600, height: 600, data: image }]
  const { splices, refused } = patchTags(
    source,
    name,
    file,
    { fields: fieldsOf(n), pictures: { kept: [], removed: [], added } },
    options,
  )
  if (refused.length > 0) throw new Error(`${name}: ${JSON.stringify(refused)}`)
  return piecesBytes(source, splicedPieces(source.size, splices))
}
