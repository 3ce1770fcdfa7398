import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeMp3 } from '../make-audio.ts'
import { openLibrary } from '../music-library.ts'

const popm = (email: string, rating: number, counter: number) => ({
  id: 'POPM',
  body: Buffer.concat([Buffer.from(`${email}\0`), Buffer.of(rating, 0, 0, 0, counter)]),
})

test('a rating is one, and replaces that of every program without its name or counter', async t => {
  const frames = [popm('player', 0, 7), popm('rater', 255, 9)]
  const library = await openLibrary(t, { 'a.mp3': makeMp3({ id3v2: { version: 4, frames } }) })
  assert.deepEqual((await library.track('a.mp3')).tags, { rating: ['5'] })
  await library.edit('a.mp3', { op: 'set', field: 'rating', values: ['2'] })
  assert.deepEqual((await library.track('a.mp3')).tags, { rating: ['2'] })
  for (const { body } of [popm('player', 64, 7), popm('rater', 64, 9)])
    assert.ok(library.bytes('a.mp3').includes(body), String(body))
})
