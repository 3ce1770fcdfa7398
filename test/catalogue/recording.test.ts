import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { recordingSigns } from '../../src/catalogue/duplicates/recording.ts'
import type { Tags } from '../../src/schemas/common.ts'

const nameOf = (title: string, artist = 'The Beat', more: Tags = {}): string | null =>
  recordingSigns({ title: [title], artist: [artist], ...more }).name

describe('the same recording', () => {
  for (const [one, other] of [
    ['Mirror in the Bathroom', 'mirror in the bathroom'],
    ['Café del Mar', 'Cafe Del Mar'],
    ['Don’t Stop', "Don't Stop"],
    ['Rock & Roll', 'Rock and Roll'],
    ['Song', 'Song (Remastered 2011)'],
    ['Song', 'Song - 2011 Remaster'],
    ['Song', 'Song [2003 Digital Remaster]'],
    ['Song', 'Song (Remastered Version)'],
    ['Song', 'Song (feat. A Guest)'],
    ['Song', 'Song ft. A Guest'],
    ['Song', 'Song featuring A Guest (Remastered)'],
    ['Song (Live)', 'Song feat. A Guest (Live)'],
    ['Song', 'Song (Album Version)'],
    ['Song', 'Song [Explicit]'],
    ['硝子の灯台', '硝子の灯台 (feat. 花)'],
    ['Pt. 1', 'Pt 1'],
  ] as const)
    test(`${one} and ${other}`, () => assert.equal(nameOf(one), nameOf(other)))

  test('with and without the article and the guests of its artist', () => {
    assert.equal(nameOf('Song', 'The Beat'), nameOf('Song', 'Beat'))
    assert.equal(nameOf('Song', 'The Beat feat. Someone'), nameOf('Song', 'The Beat'))
  })

  test('with its artist known as that of the album only', () => {
    assert.equal(recordingSigns({ title: ['Song'], albumartist: ['The Beat'] }).name, nameOf('Song'))
  })
})

describe('another recording', () => {
  for (const [one, other] of [
    ['Song', 'Song (Live)'],
    ['Song', 'Song - Live at Somewhere'],
    ['Song', 'Song (Live / Remastered 2011)'],
    ['Song', 'Song (Acoustic)'],
    ['Song', 'Song (Somebody Remix)'],
    ['Song', 'Song (Radio Edit)'],
    ['Song', 'Song (Instrumental)'],
    ['Song', 'Song (Mono)'],
    ['Song', 'Song (Mono / 2009 Remaster)'],
    ['Song', 'Song (Demo)'],
    ['Song, Pt. 1', 'Song, Pt. 2'],
    ['6 ft Deep', '6'],
    ['A feat', 'A'],
    ['?', '!'],
    ['Remastered', 'Song'],
  ] as const)
    test(`${one} and ${other}`, () => assert.notEqual(nameOf(one), nameOf(other)))

  test('on a live album, in an unplugged session, by a subtitle, by its release type', () => {
    const studio = nameOf('Song', 'The Beat', { album: ['The Album'] })
    assert.notEqual(nameOf('Song', 'The Beat', { album: ['Live in Town'] }), studio)
    assert.notEqual(nameOf('Song', 'The Beat', { album: ['MTV Unplugged'] }), studio)
    assert.notEqual(nameOf('Song', 'The Beat', { subtitle: ['Live'] }), studio)
    assert.notEqual(nameOf('Song', 'The Beat', { album: ['The Album'], releasetype: ['album', 'live'] }), studio)
    assert.equal(nameOf('Song', 'The Beat', { album: ['Olive Trees'] }), studio)
  })

  test('by another artist, whose name only starts like it', () => {
    assert.notEqual(nameOf('Song', 'Simon & Garfunkel'), nameOf('Song', 'Simon'))
  })
})

test('a track without artist or title has no name', () => {
  assert.equal(recordingSigns({ title: ['Song'] }).name, null)
  assert.equal(recordingSigns({ artist: ['The Beat'] }).name, null)
  assert.equal(recordingSigns({}).name, null)
})

test('ids are known whatever their spelling, and what is no id is none', () => {
  const id = 'b1a9c0e9-d987-4042-ae91-78d6a3267d69'
  const { ids, recording } = recordingSigns({
    MUSICBRAINZ_RECORDINGID: [id.toUpperCase()],
    isrc: ['GB-AYE-69-00531', 'none'],
    acoustid_id: ['unknown'],
  })
  assert.deepEqual(ids, [`musicbrainz_recordingid ${id}`, 'isrc gbaye6900531'])
  assert.equal(recording, `musicbrainz_recordingid ${id}`)
})
