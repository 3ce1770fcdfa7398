import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Copy, rank } from '../../src/catalogue/duplicates/ranking.ts'
import type { Audio } from '../../src/schemas/track.ts'

const mp3: Audio = {
  container: 'MPEG',
  codec: 'MPEG 1 Layer 3',
  lossless: false,
  duration: 200,
  bitrate: 320_000,
  sampleRate: 44_100,
  channels: 2,
  bitsPerSample: null,
}
const flac: Audio = { ...mp3, container: 'FLAC', codec: 'FLAC', lossless: true, bitrate: 900_000, bitsPerSample: 16 }
const copy = (audio: Audio | null, more: Partial<Copy> = {}): Copy => ({
  audio,
  damaged: false,
  fields: 5,
  pictures: 1,
  ...more,
})

test('lossless is better than lossy, and it says so', () => {
  const { best, worse, reasons } = rank([copy(mp3), copy(flac)])
  assert.deepEqual(best, [1])
  assert.deepEqual(worse, ['Lossy (MPEG 1 Layer 3), where the best copy is lossless.', null])
  assert.deepEqual(reasons, ['It is lossless (FLAC); another copy is lossy (MPEG 1 Layer 3).'])
})

test('sound goes before tags, and what the best copy lacks is told', () => {
  const { best, reasons } = rank([copy(flac, { fields: 1, pictures: 0 }), copy(mp3)])
  assert.deepEqual(best, [0])
  assert.deepEqual(reasons.slice(1), [
    'But another copy has more fields set: 5 against 1.',
    'But another copy has a picture.',
  ])
})

for (const [what, better, worse] of [
  ['a readable copy', copy(mp3), copy(null, { damaged: true })],
  ['stereo', copy(mp3), copy({ ...mp3, channels: 1 })],
  ['more bits', copy({ ...flac, bitsPerSample: 24 }), copy(flac)],
  ['a higher sample rate', copy({ ...flac, sampleRate: 96_000 }), copy(flac)],
  ['a higher bit rate', copy(mp3), copy({ ...mp3, bitrate: 128_000 })],
  ['a whole copy', copy(mp3), copy({ ...mp3, duration: 198.5 })],
  ['more complete tags', copy(mp3), copy(mp3, { fields: 4 })],
  ['a picture', copy(mp3), copy(mp3, { pictures: 0 })],
  ['a better codec', copy({ ...mp3, codec: 'Opus', bitrate: 160_000 }), copy({ ...mp3, bitrate: 192_000 })],
] as const) {
  test(`${what} is better`, () => {
    for (const [copies, place] of [
      [[better, worse], 0],
      [[worse, better], 1],
    ] as const) {
      const verdict = rank(copies)
      assert.deepEqual(verdict.best, [place])
      assert.equal(verdict.worse[place], null)
      assert.match(verdict.worse[1 - place] ?? '', /\.$/)
      assert.doesNotMatch(verdict.reasons.join(), /undefined|NaN|null/)
    }
  })
}

test('the bit rate of lossless copies says nothing', () => {
  assert.deepEqual(rank([copy(flac), copy({ ...flac, bitrate: 700_000 })]).best, [0, 1])
})

test('a tie is called one', () => {
  const all = rank([copy(mp3), copy({ ...mp3, bitrate: 320_400 })])
  assert.deepEqual(all.best, [0, 1])
  assert.deepEqual(all.worse, [null, null])
  assert.match(all.reasons.join(), /^Nothing tells the copies apart/)

  const some = rank([copy(mp3, { fields: 1 }), copy(flac), copy(flac)])
  assert.deepEqual(some.best, [1, 2])
  assert.match(some.reasons.join(), /2 copies are equally good/)
})
