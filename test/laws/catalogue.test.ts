import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { openCatalogue } from '../../src/catalogue/database.ts'
import { createListing } from '../../src/catalogue/listing.ts'
import { hasBit } from '../../src/catalogue/query/bits.ts'
import { findTracks } from '../../src/catalogue/query/match.ts'
import { parseQuery } from '../../src/catalogue/query/parse.ts'
import { createStore } from '../../src/catalogue/store.ts'
import { folded } from '../../src/library/order.ts'
import { joinPath, type LibraryPath, nameOf, parentOf } from '../../src/library/paths.ts'
import { noFacts, type TrackReading } from '../../src/library/reading.ts'
import type { WalkedFolder } from '../../src/library/walk.ts'

/*
 * Whatever happens to the files, in whatever order and however often it is looked at meanwhile: when all folders have been walked and all
 * tracks read, the catalogue knows what a naive model knows, and no more.
 */

interface File {
  readonly inode: number
  readonly time: number
  readonly titles: readonly string[]
}
type Files = Map<LibraryPath, File>

const path = (text: string): LibraryPath => text as LibraryPath
const folders = ['', 'A', 'B', 'A/C', 'A/C/D', 'é'].map(path)
const names = ['1.mp3', '2.mp3', '10.mp3', 'Ö.mp3']
const words = ['so', 'what', 'So What', 'ö', '硝子', '硝子の灯台', 'a'.repeat(400)]

const anyPath = fc.tuple(fc.constantFrom(...folders), fc.constantFrom(...names)).map(([a, b]) => joinPath(a, b))
const anyFolder = fc.constantFrom(...folders.slice(1))
const titles = fc.uniqueArray(fc.constantFrom(...words, 'What so', 'ever'), { maxLength: 3 })

type Step =
  | { readonly do: 'write' | 'replace'; readonly at: LibraryPath; readonly titles: readonly string[] }
  | { readonly do: 'remove' | 'removeFolder'; readonly at: LibraryPath }
  | {
      readonly do: 'move' | 'swap' | 'moveFolder'
      readonly at: LibraryPath
      readonly to: LibraryPath
      readonly own: boolean
    }
  | { readonly do: 'walk'; readonly which: readonly LibraryPath[] }
  | { readonly do: 'read'; readonly limit: number }
  | { readonly do: 'forget' | 'search' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('write', 'replace'), at: anyPath, titles }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), at: anyPath }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('removeFolder' as const), at: anyFolder }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('move', 'swap'), at: anyPath, to: anyPath, own: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('moveFolder' as const), at: anyFolder, to: anyFolder, own: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('walk' as const), which: fc.subarray(folders) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), limit: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('forget', 'search') }) },
)

const revisionOf = ({ inode, time }: File): string => `${inode.toString(36)}.10.${time.toString(36)}`
const isBelow = (at: string, folder: string): boolean => folder === '' || at.startsWith(`${folder}/`)

function walkOf(files: Files, at: LibraryPath): WalkedFolder {
  const below = [...files.keys()].filter(each => isBelow(each, at))
  if (at !== '' && below.length === 0) return { path: at, found: null }
  const own = below.filter(each => parentOf(each) === at)
  const states = own.map(each => files.get(each) as File)
  const inner = below.filter(each => parentOf(each) !== at)
  const children = inner.map(each => each.slice(at === '' ? 0 : at.length + 1).split('/', 1)[0] as string)
  return {
    path: at,
    found: {
      device: 'd',
      modified: '1',
      folders: [...new Set(children)],
      tracks: JSON.stringify({
        names: own.map(nameOf),
        revisions: states.map(revisionOf),
        inodes: states.map(({ inode }) => inode.toString(36)),
        sizes: states.map(() => 10),
        modified: states.map(({ time }) => time),
        linked: states.map(() => false),
      }),
      latest: 0,
      shown: { folders: new Set(children).size, tracks: own.length },
    },
  }
}

const readingOf = (at: LibraryPath, file: File): TrackReading => ({
  summary: {
    path: at,
    name: nameOf(at),
    revision: revisionOf(file),
    size: 10,
    modified: new Date(file.time).toISOString(),
    writable: true,
    reason: null,
    audio: null,
    tags: file.titles.length > 0 ? { title: [...file.titles], artist: ['same'] } : {},
    pictures: 0,
  },
  facts: noFacts,
})

/** The catalogue that is brought up to date with files step by step. */
function follow(steps: readonly Step[]) {
  const files: Files = new Map()
  const { database } = openCatalogue(':memory:', 'x')
  const store = createStore(database, Buffer.from('/there is no such folder'))
  let next = 1

  function move(at: LibraryPath, to: LibraryPath): void {
    const file = files.get(at)
    if (!file) return
    files.delete(at)
    files.set(to, file)
  }

  function moveFolder(at: LibraryPath, to: LibraryPath): boolean {
    const taken = [...files.keys()].some(each => isBelow(each, to))
    if (taken || at === to || isBelow(to, at) || isBelow(at, to)) return false
    for (const each of [...files.keys()].filter(file => isBelow(file, at))) move(each, path(to + each.slice(at.length)))
    return true
  }

  function read(limit: number): number {
    const unread = store.unread(limit)
    const there = unread.filter(each => files.has(each))
    store.store(there.map(each => readingOf(each, files.get(each) as File)))
    store.lost(unread.filter(each => !files.has(each)))
    return unread.length
  }

  for (const each of steps) {
    switch (each.do) {
      case 'write':
        files.set(each.at, { inode: files.get(each.at)?.inode ?? next++, time: next++, titles: each.titles })
        break
      case 'replace':
        files.set(each.at, { inode: next++, time: next++, titles: each.titles })
        break
      case 'remove':
        files.delete(each.at)
        break
      case 'removeFolder':
        for (const file of [...files.keys()]) if (isBelow(file, each.at)) files.delete(file)
        break
      case 'move': {
        const file = files.get(each.at)
        if (!file || each.at === each.to) break
        move(each.at, each.to)
        if (each.own) store.noted({ kind: 'track', before: each.at, after: each.to, revision: revisionOf(file) })
        break
      }
      case 'swap': {
        const [one, other] = [files.get(each.at), files.get(each.to)]
        if (!one || !other) break
        files.set(each.at, other)
        files.set(each.to, one)
        break
      }
      case 'moveFolder':
        if (moveFolder(each.at, each.to) && each.own) store.noted({ kind: 'folder', before: each.at, after: each.to })
        break
      case 'walk':
        store.walked(each.which.map(at => walkOf(files, at)))
        break
      case 'read':
        read(each.limit)
        break
      case 'search':
        // What searches keep in memory has to follow from here on.
        store.flush()
        findTracks(database, parseQuery('so'), 0)
        break
      case 'forget':
        store.forgetMissing(Date.now() + 1)
    }
  }

  const existing = [path('')]
  for (const at of existing) {
    for (const name of walkOf(files, at).found?.folders ?? []) existing.push(joinPath(at, name))
  }
  for (const at of existing) store.walked([walkOf(files, at)])
  while (read(1000) > 0);
  store.forgetMissing(Date.now() + 1)
  store.flush()
  return { files, database, store, existing }
}

const check = (steps: readonly Step[]): void => {
  const { files, database, store, existing } = follow(steps)
  const listing = createListing(
    database,
    () => store.generation,
    () => ({ has: () => true }),
  )
  const request = { path: path(''), recursive: true, q: '', sort: '' }
  const { tracks } = listing.page(request, 1000, null)
  const known = new Map(tracks.map(({ summary }) => [summary.path, [summary.revision, summary.tags.title ?? []]]))
  assert.deepEqual(known, new Map([...files].map(([at, file]) => [at, [revisionOf(file), [...file.titles]]])))
  assert.deepEqual(
    new Set(
      database
        .prepare('SELECT path FROM folder')
        .all()
        .map(row => row.path),
    ),
    new Set(files.size === 0 ? [''] : existing),
    'folders',
  )

  const values = new Set<string>()
  for (const [at, file] of files) {
    values.add(`filename\0${nameOf(at)}`)
    if (file.titles.length > 0) values.add('artist\0same')
    for (const title of file.titles) values.add(`title\0${title.slice(0, 200)}`)
  }
  const kept = database.prepare('SELECT field || char(0) || substr(text, 1, 200) AS value FROM value').all()
  assert.deepEqual(
    kept.map(row => row.value).sort(),
    [...values].sort(),
    'values without a track, or tracks without theirs',
  )

  const ids = new Map(
    database
      .prepare('SELECT t.id, f.path, t.name FROM track t JOIN folder f ON f.id = t.folder')
      .all()
      .map(row => [joinPath(path(row.path as string), row.name as string), row.id as number]),
  )
  for (const word of words) {
    const found = findTracks(database, parseQuery(`title:"${word}"`), 0)
    const expected = [...files].filter(([, { titles }]) => titles.some(title => folded(title).includes(folded(word))))
    assert.deepEqual(
      [...ids]
        .filter(([, id]) => hasBit(found, id))
        .map(([at]) => at)
        .sort(),
      expected.map(([at]) => at).sort(),
      word.slice(0, 20),
    )
  }
  database.close()
}

test('however files come, go, move and change, the catalogue is in the end what a naive model is', async () => {
  await fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => check(steps)),
    { numRuns: 300 },
  )
})
