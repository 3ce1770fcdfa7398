/** What is known of how a file is built, folded. Container and codec as music-metadata names them; blank where it found none. */
export interface Build {
  readonly extension: string
  readonly container: string
  readonly codec: string
}

interface Format {
  readonly extensions: readonly string[]
  readonly container?: RegExp
  readonly codec?: RegExp
}

const mp4: Format = { extensions: ['m4a', 'm4b', 'm4p', 'm4r', 'mp4'], container: /m4a|m4b|m4p|mp4|isom|qt/ }
const aiff: Format = { extensions: ['aif', 'aiff', 'aifc'], container: /^aiff/ }
const ape: Format = { extensions: ['ape'], container: /^monkey's audio/ }
const asf: Format = { extensions: ['wma', 'asf'], container: /^asf/ }
const matroska: Format = { extensions: ['mka', 'weba'], container: /^ebml/ }

/** What people call formats, by what is in the file; the extension only decides where nothing could be read. */
const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['mp3', { extensions: ['mp3'], codec: /layer ?3$/ }],
  ['mp2', { extensions: ['mp2'], codec: /layer 2$/ }],
  ['flac', { extensions: ['flac', 'fla'], codec: /^flac$/ }],
  ['ogg', { extensions: ['ogg', 'oga', 'opus', 'spx'], container: /^ogg/ }],
  ['vorbis', { extensions: ['ogg', 'oga'], codec: /^vorbis/ }],
  ['opus', { extensions: ['opus'], codec: /^opus/ }],
  ['speex', { extensions: ['spx'], codec: /^speex/ }],
  ['mp4', mp4],
  ['m4a', mp4],
  ['alac', { extensions: [], codec: /alac/ }],
  ['aac', { extensions: ['aac', 'adts', 'adif'], codec: /aac/ }],
  ['asf', asf],
  ['wma', asf],
  ['wav', { extensions: ['wav', 'wave', 'bwf', 'rf64'], container: /^wave/ }],
  ['aiff', aiff],
  ['aif', aiff],
  ['ape', ape],
  ['wv', { extensions: ['wv'], container: /^wavpack/ }],
  ['wavpack', { extensions: ['wv'], container: /^wavpack/ }],
  ['mpc', { extensions: ['mpc', 'mp+', 'mpp'], container: /^musepack/ }],
  ['musepack', { extensions: ['mpc', 'mp+', 'mpp'], container: /^musepack/ }],
  ['tta', { extensions: ['tta'] }],
  ['dsf', { extensions: ['dsf'], container: /^dsf/ }],
  ['dff', { extensions: ['dff'], container: /^dsdiff/ }],
  ['dsd', { extensions: ['dsf', 'dff'], container: /^(?:dsf|dsdiff)/, codec: /^ds[dt]\b/ }],
  ['mka', matroska],
  ['matroska', matroska],
])

/** Whether a file is of a format; of one without a row here, that is what its extension says. */
export function isFormat(format: string, { extension, container, codec }: Build): boolean {
  const known = formats.get(format)
  if (!known) return extension === format
  const told = (known.container && container) || (known.codec && codec)
  if (!told) return known.extensions.includes(extension)
  return (known.container?.test(container) ?? false) || (known.codec?.test(codec) ?? false)
}
