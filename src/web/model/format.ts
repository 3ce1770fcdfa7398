import type { Audio } from '../../schemas/track.ts'

/** Seconds as `3:07` or `1:02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes / 1000
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

/** The audio properties in a line of short parts: `3:07`, `FLAC`, `44.1 kHz`, `16 bit`, `stereo`, `912 kbit/s`. */
export function audioParts(audio: Audio): string[] {
  const parts: string[] = []
  if (audio.duration !== null) parts.push(formatDuration(audio.duration))
  const name = audio.codec ?? audio.container
  if (name) parts.push(name.replace(/^MPEG [\d.]+ Layer (\d)$/, 'MP$1'))
  if (audio.bitrate) parts.push(`${Math.round(audio.bitrate / 1000)} kbit/s`)
  if (audio.sampleRate) parts.push(`${Number((audio.sampleRate / 1000).toFixed(1))} kHz`)
  if (audio.bitsPerSample) parts.push(`${audio.bitsPerSample} bit`)
  if (audio.channels)
    parts.push(audio.channels === 1 ? 'mono' : audio.channels === 2 ? 'stereo' : `${audio.channels} ch`)
  return parts
}

/** `01`, `1/12`, or `2.01` on the second disc of several: what the number column shows. */
export function trackPosition(tags: Record<string, string[] | undefined>): string {
  const number = tags.tracknumber?.[0] ?? ''
  const disc = tags.discnumber?.[0]
  const discs = tags.totaldiscs?.[0]
  return disc && number && (disc !== '1' || (discs !== undefined && discs !== '1')) ? `${disc}.${number}` : number
}
