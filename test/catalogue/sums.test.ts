import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openCatalogue } from '../../src/catalogue/database.ts'
import { createSums, type Sums } from '../../src/catalogue/duplicates/sums.ts'
import { createDuplicates } from '../../src/catalogue/duplicates.ts'

function open(t: TestContext) {
  const { database } = openCatalogue(null, 'test')
  t.after(() => database.close())
  database.exec("INSERT INTO folder (id, path, key, device, modified) VALUES (1, '', '', '', '')")
  const insert = database.prepare(
    "INSERT INTO track (id, folder, name, name_key, device, inode, revision, size, modified, linked) VALUES (?, 1, ?, ?, 'd', 'i', ?, 1, 1, ?)",
  )
  const duplicates = createDuplicates(database, () => 1)
  return {
    database,
    sums: createSums(database, duplicates.changed),
    add: (id: number, linked = 0) => insert.run(id, `${id}.mp3`, String(id).padStart(9, '0'), `r${id}`, linked),
    found() {
      while (!duplicates.step('audio', false));
      const { items, complete } = duplicates.page('audio', 100, null)
      return { paths: items.map(item => item.tracks.map(({ path }) => path)), complete }
    },
  }
}

/** All tracks that are to be summed at a stage. */
function todo(sums: Sums, stage: 'start' | 'all'): number[] {
  const ids: number[] = []
  let counted = 0
  for (let after: number | null = 0; after !== null; ) {
    const range: ReturnType<Sums['todo']> = sums.todo(stage, after)
    ids.push(...range.tracks.map(({ id }) => id))
    counted += sums.count(stage, after).count
    after = range.next
  }
  assert.equal(counted, ids.length)
  return ids
}

const sumOf = (id: number, sum: string | null) => ({ id, revision: `r${id}`, sum })

test('the start of all tracks is summed but of links, and all only of those that start alike', t => {
  const { sums, add, found } = open(t)
  for (const id of [1, 2, 3, 5000]) add(id)
  add(4, 1)
  assert.deepEqual(todo(sums, 'start'), [1, 2, 3, 5000])
  assert.deepEqual(todo(sums, 'all'), [])
  sums.store('start', [sumOf(1, 'aa'), sumOf(2, 'bb'), sumOf(3, ''), sumOf(5000, 'aa')])
  assert.deepEqual(todo(sums, 'start'), [])
  assert.deepEqual(todo(sums, 'all'), [1, 5000])
  assert.deepEqual(found(), { paths: [], complete: false })
  sums.store('all', [sumOf(1, 'cc'), sumOf(5000, 'cc')])
  assert.deepEqual(found(), { paths: [['1.mp3', '5000.mp3']], complete: true })
})

test('tracks without sound are no duplicates of each other', t => {
  const { sums, add, found } = open(t)
  for (const id of [1, 2]) add(id)
  sums.store('start', [sumOf(1, ''), sumOf(2, '')])
  assert.deepEqual([todo(sums, 'all'), found()], [[], { paths: [], complete: true }])
})

test('a sum of another revision is not taken, and one of a track that could not be read may be tried again', t => {
  const { sums, add, found } = open(t)
  for (const id of [1, 2]) add(id)
  sums.store('start', [{ id: 1, revision: 'old', sum: 'aa' }, sumOf(2, null)])
  assert.deepEqual(todo(sums, 'start'), [1])
  assert.equal(found().complete, false)
  sums.retry()
  assert.deepEqual(todo(sums, 'start'), [1, 2])
})

test('an edit of ours carries the sum on, whichever of its names the track has by then', t => {
  const { database, sums, add } = open(t)
  for (const id of [1, 2]) add(id)
  sums.store('start', [sumOf(1, 'aa'), sumOf(2, 'bb')])
  database.exec("UPDATE track SET revision = 'x' || id")
  assert.deepEqual(todo(sums, 'start'), [1, 2])
  type Paths = Parameters<Sums['carry']>[0]
  sums.carry(['1.mp3', 'new.mp3'] as unknown as Paths, 'r1', 'x1')
  sums.carry(['old.mp3', '2.mp3'] as unknown as Paths, 'some other', 'x2')
  assert.deepEqual(todo(sums, 'start'), [2], 'only from the revision that was summed')
})

test('sums are stored while other writes wait to be committed, and with them', t => {
  const { database, sums, add } = open(t)
  add(1)
  database.exec('BEGIN')
  sums.store('start', [sumOf(1, 'aa')])
  assert.ok(database.isTransaction)
  database.exec('COMMIT')
  assert.deepEqual(todo(sums, 'start'), [])
})
