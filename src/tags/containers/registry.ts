import { CodedError } from '../../errors.ts'
import type { ByteSource } from '../../files/source.ts'
import { latin1 } from '../blocks/id3v2/text.ts'
import { aac } from './aac.ts'
import { aiff } from './aiff.ts'
import { asf } from './asf.ts'
import type { CodecOptions, Container, TagFile } from './container.ts'
import { dsdiff } from './dsdiff.ts'
import { dsf } from './dsf.ts'
import { flac } from './flac.ts'
import { monkeysAudio } from './monkeys-audio.ts'
import { mp4 } from './mp4.ts'
import { mpeg } from './mpeg.ts'
import { musepack } from './musepack.ts'
import { ogg } from './ogg.ts'
import { leadingId3v2 } from './surrounding.ts'
import { trueAudio } from './true-audio.ts'
import { wave } from './wave.ts'
import { wavpack } from './wavpack.ts'

/** The containers that can be written. Those with a marker of their own come first: AAC and MPEG audio are recognised by their frames only. */
const containers: readonly Container[] = [
  asf,
  flac,
  ogg,
  mp4,
  wave,
  aiff,
  dsf,
  dsdiff,
  wavpack,
  monkeysAudio,
  musepack,
  trueAudio,
  aac,
  mpeg,
]

/** Audio files that are listed although they cannot be written: extension to the name of the format. */
const readable: ReadonlyMap<string, string> = new Map([
  ['mka', 'Matroska'],
  ['weba', 'WebM'],
])

const markers: ReadonlyArray<readonly [at: number, marker: string, name: string]> = [
  [0, '\x1a\x45\xdf\xa3', 'Matroska'],
]

const extensionOf = (name: string): string => /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''

const writable = new Map(
  containers.flatMap(container => container.extensions.map(extension => [extension, container] as const)),
)

/** Whether a file of this name is a track. */
export function isTrackName(name: string): boolean {
  const extension = extensionOf(name)
  return writable.has(extension) || readable.has(extension)
}

/** Kinds of Ogg that have an extension of their own. */
const ownExtension: ReadonlyMap<string, string> = new Map([
  ['Ogg Opus', 'opus'],
  ['Ogg Speex', 'spx'],
  ['Ogg FLAC', 'oga'],
])

/** The extension that a container, as TagFile names it, asks for where the name of its file has another one; null where it fits. */
export function properExtension(container: string, name: string): string | null {
  const extensions = containers.find(({ name: own }) => container.startsWith(own))?.extensions
  if (!extensions || extensions.includes(extensionOf(name))) return null
  return ownExtension.get(container) ?? extensions[0] ?? null
}

/**
 * Takes a file apart by what it is, not by what it is called. Throws UNSUPPORTED_CONTAINER for a kind that cannot be written
 * and MALFORMED_FILE for one that is damaged or no audio at all.
 */
export function openTags(source: ByteSource, name: string, options: CodecOptions): TagFile {
  if (source.size === 0) throw new CodedError('MALFORMED_FILE', 'The file is empty.')
  const start = leadingId3v2(source).at(-1) ?? 0
  const other = markers.find(([at, marker]) => startsWith(source, start + at, marker))?.[2]
  if (other !== undefined)
    throw new CodedError('UNSUPPORTED_CONTAINER', `${other} files are listed and played, but cannot be edited yet.`)
  const byContent = containers.find(container => container.recognises(source, start))
  const container = byContent ?? writable.get(extensionOf(name))
  if (container) return container.open(source, options)
  const kind = readable.get(extensionOf(name)) ?? 'Such'
  throw new CodedError('UNSUPPORTED_CONTAINER', `${kind} files are listed and played, but cannot be edited yet.`)
}

function startsWith(source: ByteSource, at: number, marker: string): boolean {
  return at + marker.length <= source.size && latin1(source.read(at, marker.length)) === marker
}
