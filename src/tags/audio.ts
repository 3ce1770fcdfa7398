import { type IAudioMetadata, parseFromTokenizer } from 'music-metadata'
import { AbstractTokenizer, EndOfStreamError, type IGetToken, type IReadChunkOptions } from 'strtok3'
import { type ByteSource, readLimit } from '../files/source.ts'
import type { Audio } from '../schemas/track.ts'
import type { TagFile } from './containers/container.ts'
import { openTags } from './containers/registry.ts'

/* Audio properties, and the second opinion on a written file: both by music-metadata. */

/**
 * What one parsing may cost: reads by the size of the file (a page of Ogg, the smallest thing that there are many of, takes three),
 * bytes, and time between the first read and the last. A file that asks for more is made to keep us busy.
 */
const secondsAllowed = 20
const readsFor = (size: number): number => Math.min(4_000_000, 100_000 + size / 32)
const bytesFor = (size: number): number => readLimit + 4 * size

/** Feeds music-metadata from a byte source: its own reading of files costs more than its parsing. */
class SourceTokenizer extends AbstractTokenizer {
  override fileInfo: { size: number; mimeType?: string; path?: string }
  readonly #source: ByteSource
  readonly #tagsBehind: boolean
  #readsLeft: number
  #bytesLeft: number
  readonly #start = performance.now()

  /** `tagsBehind`: whether tags may stand at the end of the source; without, they are not looked for. */
  constructor(source: ByteSource, kind: FileKind, tagsBehind: boolean) {
    super({ maxBufferSize: readLimit })
    this.#source = source
    this.#tagsBehind = tagsBehind
    this.#readsLeft = readsFor(source.size)
    this.#bytesLeft = bytesFor(source.size)
    this.fileInfo = { size: source.size, ...kind }
  }

  override async readBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    const position = options?.position ?? this.position
    const length = this.#fill(target, options)
    this.position = position + length
    return length
  }

  override async peekBuffer(target: Uint8Array, options?: IReadChunkOptions): Promise<number> {
    return this.#fill(target, options)
  }

  // What the parent does for a token, in one step: most of a parsing is small tokens.

  override async readToken<T>(token: IGetToken<T>, position = this.position): Promise<T> {
    const value = this.#take(token, position)
    this.position = position + token.len
    return value
  }

  override async peekToken<T>(token: IGetToken<T>, position = this.position): Promise<T> {
    return this.#take(token, position)
  }

  #fill(target: Uint8Array, options?: IReadChunkOptions): number {
    const { position, length, mayBeLess } = this.normalizeOptions(target, options)
    const available = Math.max(0, Math.min(length, this.#source.size - position))
    if (available < length && !mayBeLess) throw new EndOfStreamError()
    this.#spend(available)
    if (available > 0) target.set(this.#source.read(position, available))
    return available
  }

  #take<T>(token: IGetToken<T>, position: number): T {
    const { len } = token
    // Also where one of them is no number.
    if (!(len >= 0 && position >= 0 && position + len <= this.#source.size)) throw new EndOfStreamError()
    this.#spend(len)
    // A copy in a buffer of its own: some tokens count from the start of the buffer, and some parsers write into it.
    return token.get(new Uint8Array(this.#source.read(position, len)), 0)
  }

  #spend(bytes: number): void {
    this.#bytesLeft -= bytes
    const isLate = performance.now() - this.#start > secondsAllowed * 1000
    if (--this.#readsLeft < 0 || this.#bytesLeft < 0 || isLate) throw new EndOfStreamError()
  }

  override supportsRandomAccess(): boolean {
    return this.#tagsBehind
  }

  setPosition(position: number): void {
    this.position = position
  }
}

type FileKind = { mimeType?: string; path?: string }

const mimeTypes: Readonly<Record<string, string>> = {
  MP3: 'audio/mpeg',
  FLAC: 'audio/flac',
  'Ogg Vorbis': 'audio/ogg',
  'Ogg Opus': 'audio/ogg',
  'Ogg Speex': 'audio/ogg',
  'Ogg FLAC': 'audio/ogg',
  ASF: 'audio/x-ms-asf',
  MP4: 'audio/mp4',
  AAC: 'audio/aacp',
  WAV: 'audio/wav',
  AIFF: 'audio/aiff',
  'AIFF-C': 'audio/aiff',
  DSF: 'audio/dsf',
  DSDIFF: 'audio/dsd',
  WavPack: 'audio/wavpack',
  "Monkey's Audio": 'audio/ape',
  Musepack: 'audio/musepack',
}

/** How music-metadata is to take a file: by what we found it to be, or else by its name. */
export function fileKind(container: string | null, name: string): FileKind {
  const mimeType = container === null ? undefined : mimeTypes[container]
  return mimeType ? { mimeType } : { path: name }
}

function parse(source: ByteSource, kind: FileKind, tagsBehind = true): Promise<IAudioMetadata> {
  return parseFromTokenizer(new SourceTokenizer(source, kind, tagsBehind), { duration: false, skipCovers: true })
}

/**
 * Audio properties of a file, or null where there are none to be found. Those of FLAC, most of many libraries, stand in 34 bytes that its
 * codec reads in any case; for them music-metadata would take as long as for all else in the file. `file` is the file taken apart, where a codec could:
 * the tags around a bare stream of frames need not be parsed for its properties.
 */
export async function readAudio(source: ByteSource, name: string, file: TagFile | null): Promise<Audio | null> {
  if (file?.properties) return file.properties
  if (file && !file.bare && isTrap(file)) return null
  const kind = fileKind(file?.container ?? null, name)
  try {
    const bare = file?.bare
    const { format } = await parse(bare ?? source, kind, !bare)
    return {
      container: format.container ?? null,
      codec: format.codec ?? null,
      lossless: format.lossless ?? null,
      duration: finite(format.duration),
      bitrate: finite(wholeBitrate(format, file?.leftOut ?? 0)),
      sampleRate: finite(format.sampleRate),
      channels: finite(format.numberOfChannels),
      bitsPerSample: finite(format.bitsPerSample),
    }
  } catch {
    return null
  }
}

/** The bit rate where it was counted from the bytes that were shown: that is done for Opus, which does not tell it. */
function wholeBitrate({ codec, bitrate, duration }: IAudioMetadata['format'], leftOut: number): number | undefined {
  return codec === 'Opus' && bitrate !== undefined && duration ? bitrate + (8 * leftOut) / duration : bitrate
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}

/** Tags (by native format) and properties of a file as music-metadata reads it whole; null where it cannot. */
export async function independentReading(source: ByteSource, kind: FileKind): Promise<IAudioMetadata | null> {
  try {
    return await parse(source, kind)
  } catch {
    return null
  }
}

/** Streams behind which their tag stands: music-metadata finds it by the stream's own length, and in one that was cut off reads the tag as sound. */
const tagBehind: ReadonlySet<string> = new Set(['Musepack', 'WavPack', "Monkey's Audio", 'AAC', 'TrueAudio'])

/** The stream alone of such a file, as our own codec finds it; null for all others. */
async function streamReading(
  after: ByteSource,
  file: TagFile,
  kind: FileKind,
  name: string,
): Promise<IAudioMetadata | null> {
  if (!tagBehind.has(file.container)) return null
  const { bare } = openTags(after, name, { id3Version: 4 })
  return bare ? independentReading(bare, kind) : null
}

/**
 * Whether a file holds a list of people so long that music-metadata, which takes the square of its length for it, would not
 * come back: it is then not asked.
 */
function isTrap(file: TagFile): boolean {
  return file.blocks.some(
    block =>
      block.kind === 'id3v2' && block.items().some(({ id, bytes }) => peopleLists.has(id) && bytes > longestList),
  )
}

const peopleLists: ReadonlySet<string> = new Set(['TIPL', 'TMCL', 'IPLS', 'IPL'])
/** Bytes that a list of people may have to be shown to music-metadata. */
const longestList = 32 * 1024

/**
 * Reads the file before an edit, and returns what judges it afterwards: why an independent reader would take the edited file for
 * damaged, or null where it reads it as well as the old one, with the same codec, sample rate, channels and bits.
 */
export async function damageJudge(
  before: ByteSource,
  file: TagFile,
  name: string,
): Promise<(after: ByteSource) => Promise<string | null>> {
  if (isTrap(file)) return async () => null
  const kind = fileKind(file.container, name)
  const old = await independentReading(before, kind)
  return async after => {
    if (!old) return null
    const now = (await independentReading(after, kind)) ?? (await streamReading(after, file, kind, name))
    if (!now) return 'an independent reader could read the old file and cannot read the new one'
    for (const property of ['codec', 'sampleRate', 'numberOfChannels', 'bitsPerSample'] as const) {
      const was = old.format[property]
      // What a file told with wrong sizes only may come to light when an edit corrects them.
      if (was !== undefined && was !== now.format[property])
        return `an independent reader finds another ${property} in the new file`
    }
    return null
  }
}
