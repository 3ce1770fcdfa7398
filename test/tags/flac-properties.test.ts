import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseBuffer } from 'music-metadata'
import { bufferSource } from '../../src/files/source.ts'
import { readAudio } from '../../src/tags/audio.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { makeFlac, vorbisComment } from '../make-audio.ts'

const demo = join(import.meta.dirname, '..', '..', 'demo')
const files = globSync('**/*.flac', { cwd: demo }).map(name => join(demo, name))

const round = (n: number | null | undefined): number | null => (n ? Number(n.toFixed(6)) : null)

test('what we tell of a FLAC is what music-metadata tells of it', async () => {
  const made = makeFlac({ blocks: [vorbisComment(['TITLE=a'])] })
  const all = [made, ...files.map(name => readFileSync(name))]
  assert.ok(all.length > 5)
  for (const [i, bytes] of all.entries()) {
    const source = bufferSource(bytes)
    let file: ReturnType<typeof openTags>
    try {
      file = openTags(source, 'a.flac', { id3Version: 4 })
    } catch {
      continue
    }
    if (!file.properties) continue
    const { format } = await parseBuffer(bytes, 'audio/flac').catch(() => ({ format: null }))
    if (!format) continue
    const ours = await readAudio(source, 'a.flac', file)
    assert.deepEqual(
      [ours?.container, ours?.codec, ours?.lossless, ours?.sampleRate, ours?.channels, ours?.bitsPerSample, round(ours?.duration)],
      ['FLAC', format.codec, format.lossless, format.sampleRate, format.numberOfChannels, format.bitsPerSample, round(format.duration)],
      files[i - 1] ?? 'made',
    ) // biome-ignore format: a table
    if (ours?.bitrate && format.bitrate)
      assert.ok(
        Math.abs(ours.bitrate / format.bitrate - 1) < 0.05,
        `${files[i - 1]}: ${ours.bitrate}, ${format.bitrate}`,
      )
  }
})
