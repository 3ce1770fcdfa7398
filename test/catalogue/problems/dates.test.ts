import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateMeant, isDate } from '../../../src/catalogue/problems/dates.ts'
import { album, found, mended } from './library.ts'

test('date-malformed: the one track, with the date that can only be meant', () => {
  const tracks = album('Artist/Album', n => (n === 2 ? { date: '17.05.2003', originaldate: '05/06/1999' } : {}))
  assert.deepEqual(found('date-malformed', tracks), { 'Artist/Album/02 Title 2.flac': ['date = 2003-05-17'] })
  const only = album('Artist/Album', n => (n === 2 ? { date: '20030517' } : {}))
  assert.deepEqual(found('date-malformed', mended('date-malformed', only)), {})
})

test('date-malformed: a date of zeros is none', () => {
  const tracks = album('Artist/Album', n => (n === 2 ? { date: '0000-00-00' } : {}))
  assert.deepEqual(found('date-malformed', tracks), { 'Artist/Album/02 Title 2.flac': ['remove date'] })
})

test('a year, a month, a day and a moment are dates', () => {
  for (const text of ['1999', '1999-02', '1999-02-28', '2000-02-29', '2003-05-17T07:00:00Z', '2003-05-17 07:00'])
    assert.ok(isDate(text), text)
  for (const text of ['99', '0000', '1999-13', '1999-02-29', '1999-2-3', '1999/02/03', 'May 1999', '', '1999-02-28x'])
    assert.ok(!isDate(text), text)
})

for (const [text, meant] of [
  ['2003/05/17', '2003-05-17'],
  ['2003.05.17', '2003-05-17'],
  ['2003-5-7', '2003-05-07'],
  ['20030517', '2003-05-17'],
  ['17.05.2003', '2003-05-17'],
  ['5.6.2003', '2003-06-05'],
  ['17/05/2003', '2003-05-17'],
  ['05/17/2003', '2003-05-17'],
  ['05/05/2003', '2003-05-05'],
  ['05/06/2003', null],
  ['05/2003', '2003-05'],
  ['2003-05-00', '2003-05'],
  ['2003-00-00', '2003'],
  [' 2003 ', '2003'],
  ['© 2003', '2003'],
  ['17 May 2003', '2003-05-17'],
  ['May 17th, 2003', '2003-05-17'],
  ['September 2003', '2003-09'],
  ['2003-01-30 03:28:45 UTC', '2003-01-30'],
  ['31.02.2003', null],
  ['0000', null],
  ['99', null],
  ['unknown', null],
  ['1999, 2003', null],
] as const) {
  test(`“${text}” means ${meant ?? 'nothing for sure'}`, () => assert.equal(dateMeant(text), meant))
}
