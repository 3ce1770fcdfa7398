import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openCatalogue } from '../../../src/catalogue/database.ts'
import { createChecking } from '../../../src/catalogue/problems/checking.ts'
import { createPages } from '../../../src/catalogue/problems/pages.ts'
import type { CataloguedTrack } from '../../../src/catalogue/problems/rule.ts'
import { createStore } from '../../../src/catalogue/store.ts'
import type { LibraryPath } from '../../../src/library/paths.ts'
import { album, track } from './library.ts'

/** A catalogue in memory with these tracks, and what finds their problems. */
function catalogueOf(tracks: readonly CataloguedTrack[]) {
  const { database } = openCatalogue(null, 'test')
  const store = createStore(database, Buffer.from('/nowhere'))
  const put = (list: readonly CataloguedTrack[]) => {
    store.store(list.map(({ facts, ...summary }) => ({ summary: { ...summary, revision: `${++revision}.1` }, facts })))
    store.flush()
  }
  let revision = 0
  let checking = createChecking(database, () => store.generation)
  put(tracks)
  const pages = createPages(database)
  return {
    database,
    store,
    put,
    step: (budget: number) => checking.step(budget),
    isDone: () => checking.left() === 'nothing',
    reopen() {
      store.save()
      checking = createChecking(database, () => store.generation)
    },
    problems(kind: string): string[] {
      while (checking.step(1000) === 'more');
      assert.equal(checking.left(), 'nothing')
      return pages.page({ kind, path: '' as LibraryPath, limit: 1000, cursor: null }).items.map(({ path }) => path)
    },
  }
}

const heap = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    track(`Heap/${i} Song.mp3`, {
      album: `Album ${i % 100}`,
      tracknumber: `${Math.floor(i / 100) + 1}`,
      date: i === 700 ? null : '1999',
    }),
  )

test('a folder with very many tracks is checked album by album, in small steps', () => {
  const catalogue = catalogueOf(heap(1500))
  let steps = 1
  while (catalogue.step(0) === 'more') steps++
  assert.ok(steps > 8, `${steps} steps`)
  assert.deepEqual(catalogue.problems('missing-date'), ['Heap/700 Song.mp3'])
  assert.equal(catalogue.problems('jellyfin-joins-albums').length, 1000, 'a page of them')
})

test('a check that was cut off is begun anew by the next process', () => {
  const catalogue = catalogueOf(heap(1500))
  for (let i = 0; i < 4; i++) catalogue.step(0)
  assert.ok(!catalogue.isDone())
  catalogue.reopen()
  assert.deepEqual(catalogue.problems('missing-date'), ['Heap/700 Song.mp3'])
})

test('what changes while its folder is being checked is checked again', () => {
  const catalogue = catalogueOf(heap(1500))
  for (let i = 0; i < 4; i++) catalogue.step(0)
  catalogue.put([
    track('Heap/0 Song.mp3', { album: 'Album 0', date: null }),
    track('Heap/700 Song.mp3', { album: 'Album 0' }),
  ])
  assert.deepEqual(catalogue.problems('missing-date'), ['Heap/0 Song.mp3'])
})

test('rules of another version check all again', () => {
  const catalogue = catalogueOf(album('A/B', n => (n === 2 ? { date: null } : {})))
  assert.equal(catalogue.problems('missing-date').length, 1)
  catalogue.database.exec('DELETE FROM problem; UPDATE problem_version SET version = 0')
  catalogue.reopen()
  assert.equal(catalogue.problems('missing-date').length, 1)
})

test('the discs of an album are one album, whichever of them changes or goes', () => {
  const discs = [1, 2].flatMap(disc => album(`A/B/CD ${disc}`, () => ({ discnumber: null })))
  const catalogue = catalogueOf(discs)
  assert.equal(catalogue.problems('discs-unnumbered').length, 6)
  catalogue.put(album('A/B/CD 1', () => ({ discnumber: '1' })))
  assert.equal(catalogue.problems('discs-unnumbered').length, 3)
  catalogue.database.exec("DELETE FROM track WHERE folder = (SELECT id FROM folder WHERE path = 'A/B/CD 2')")
  assert.deepEqual(catalogue.problems('discs-unnumbered'), [])
})

test('a name is judged by the whole library, and again when that changes', () => {
  const named = (folder: string, artist: string) =>
    album(folder, () => ({ artist, albumartist: artist, album: folder }))
  const catalogue = catalogueOf([
    ...named('One', 'The Band X'),
    ...named('Two', 'The Band X'),
    ...named('Three', 'Band X'),
  ])
  assert.deepEqual(new Set(catalogue.problems('artist-spellings').map(path => path.split('/')[0])), new Set(['Three']))
  catalogue.put([...named('One', 'Band X'), ...named('Four', 'Band X')])
  assert.deepEqual(new Set(catalogue.problems('artist-spellings').map(path => path.split('/')[0])), new Set(['Two']))
  catalogue.put(named('Two', 'Somebody'))
  assert.deepEqual(catalogue.problems('artist-spellings'), [])
})
