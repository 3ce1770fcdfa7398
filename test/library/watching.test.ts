import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Edit } from '../../src/schemas/change.ts'
import { makeFlac, makeMp3, textFrame } from '../make-audio.ts'
import { type MusicLibrary, openLibrary } from '../music-library.ts'
import { type Listener, listed, listenTo, scanned, until } from './listening.ts'

const titled = (title: string): Uint8Array =>
  makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', title)], padding: 200 } })

/** A library that was scanned, and what is told of it from then on. */
async function watched(
  t: TestContext,
  files: Record<string, Uint8Array>,
): Promise<MusicLibrary & Listener & { at(path: string): string }> {
  const library = await openLibrary(t, files, { STATE_DIR: '' })
  await scanned(library)
  return { ...library, ...listenTo(library.app), at: path => join(library.root, path) }
}

test('a track that another program adds is announced and listed', async t => {
  const library = await watched(t, { 'A/1.mp3': titled('one') })
  library.put('A/2.mp3', titled('two'))
  const { paths, added } = await library.changed(({ added }) => added?.length === 1)
  assert.deepEqual([paths, added], [['A/2.mp3'], ['A/2.mp3']])
  assert.deepEqual(await listed(library), ['A/1.mp3', 'A/2.mp3'])
})

test('of tracks that come and change at rest no more are said to be read than there are', async t => {
  const library = await watched(t, { 'A/1.mp3': titled('one') })
  library.put('A/2.mp3', titled('two'))
  await library.changed(({ added }) => added?.length === 1)
  writeFileSync(library.at('A/1.mp3'), titled('other'))
  await library.changed(({ changed }) => changed?.length === 1)
  await until(async () => (await library.get('/library')).body.catalogue.read === 2)
  for (const event of library.events)
    if (event.type === 'library.scan') assert.ok(event.read <= event.tracks, JSON.stringify(event))
})

test('so are tracks in folders that did not exist before', async t => {
  const library = await watched(t, { 'A/1.mp3': titled('one') })
  library.put('B/C/D/1.mp3', titled('two'))
  await library.changed(({ paths }) => paths.includes('B/C/D/1.mp3'))
  library.put('B/C/D/2.mp3', titled('three'))
  await library.changed(({ paths }) => paths.includes('B/C/D/2.mp3'))
  assert.deepEqual(await listed(library), ['A/1.mp3', 'B/C/D/1.mp3', 'B/C/D/2.mp3'])
})

test('a track that is written in place by another program is announced, and searched as it is now', async t => {
  const library = await watched(t, { 'A/1.mp3': titled('before') })
  writeFileSync(library.at('A/1.mp3'), titled('after'))
  await library.changed(({ changed }) => changed?.[0] === 'A/1.mp3')
  const [item] = (await library.get('/tracks', { recursive: 'true' })).body.items
  assert.deepEqual(item.tags.title, ['after'])
})

test('a track and a folder that are removed are announced as removed', async t => {
  const library = await watched(t, { 'A/1.mp3': titled('one'), 'A/2.mp3': titled('two'), 'B/C/1.mp3': titled('three') })
  rmSync(library.at('A/2.mp3'))
  await library.changed(({ removed }) => removed?.includes('A/2.mp3') === true)
  rmSync(library.at('B'), { recursive: true })
  await library.changed(({ removed }) => removed?.includes('B/C/1.mp3') === true)
  assert.deepEqual(await listed(library), ['A/1.mp3'])
})

test('what we write ourselves is announced once, by the change', async t => {
  const library = await watched(t, { 'A/1.mp3': titled('one'), 'A/2.mp3': makeFlac() })
  const set: Edit = { op: 'set', field: 'title', values: ['much longer than all the padding '.repeat(20)] }
  const { id } = await library.edit('A/1.mp3', set)
  await library.edit('A/1.mp3', { op: 'rename', to: 'renamed' })
  await library.undo(id)
  await library.change({ target: { paths: ['A/2.mp3'] }, edits: [{ op: 'delete' }] })
  // What another program does comes after all that was noticed of our own writes in the same folder.
  library.put('A/3.mp3', titled('three'))
  await library.changed(({ added }) => added?.includes('A/3.mp3') === true)
  const news = library.events.flatMap(event => (event.type === 'library.changed' && event.added ? [event.paths] : []))
  assert.deepEqual(news, [['A/3.mp3']])
  assert.deepEqual(await listed(library), ['A/3.mp3', 'A/renamed.mp3'])
})

test('a track that another program renames is the same track: older changes of it are undone exactly', async t => {
  const library = await watched(t, { 'A/1.mp3': titled('one') })
  const before = library.bytes('A/1.mp3')
  const { id } = await library.edit('A/1.mp3', { op: 'set', field: 'title', values: ['long '.repeat(100)] })
  renameSync(library.at('A/1.mp3'), library.at('A/one.mp3'))
  const { moved, paths } = await library.changed(({ moved }) => moved?.length === 1)
  assert.deepEqual(moved, [{ from: 'A/1.mp3', to: 'A/one.mp3' }])
  assert.deepEqual(paths, ['A/1.mp3', 'A/one.mp3'])
  const { files } = await library.undo(id)
  assert.deepEqual(
    files.map(({ path, status }) => [path, status]),
    [['A/one.mp3', 'applied']],
  )
  assert.ok(library.bytes('A/one.mp3').equals(before))
})

for (const [what, from, to] of [
  ['beside', 'B', 'C'],
  ['into one that is looked at first', 'B', 'A/B'],
  ['out of one that is looked at first', 'A/Inner', 'Z'],
] as const) {
  test(`a folder that another program moves ${what} takes the history of its tracks along`, async t => {
    const library = await watched(t, {
      [`${from}/Disc/1.mp3`]: titled('one'),
      [`${from}/Disc/2.mp3`]: titled('two'),
      'A/3.mp3': titled('three'),
    })
    const before = library.bytes(`${from}/Disc/1.mp3`)
    const { id } = await library.edit(`${from}/Disc/1.mp3`, { op: 'set', field: 'title', values: ['x'] })
    const renamed = await library.edit(`${from}/Disc/2.mp3`, { op: 'rename', to: 'renamed' })
    renameSync(library.at(from), library.at(to))
    await library.changed(({ moved }) => moved?.some(each => each.to === `${to}/Disc/1.mp3`) === true)
    assert.equal((await library.undo(id)).files[0]?.path, `${to}/Disc/1.mp3`)
    assert.ok(library.bytes(`${to}/Disc/1.mp3`).equals(before))
    assert.equal((await library.undo(renamed.id)).files[0]?.status, 'applied')
    assert.ok(library.bytes(`${to}/Disc/2.mp3`).equals(Buffer.from(titled('two'))))
  })
}

test('tracks that take over the names of others are told apart', async t => {
  const library = await watched(t, { 'A/1.mp3': titled('one'), 'A/2.mp3': titled('two') })
  const { id } = await library.edit('A/1.mp3', { op: 'set', field: 'artist', values: ['of one'] })
  renameSync(library.at('A/2.mp3'), library.at('A/3.mp3'))
  renameSync(library.at('A/1.mp3'), library.at('A/2.mp3'))
  await library.changed(({ paths }) => paths.includes('A/3.mp3'))
  const { items } = (await library.get('/tracks', { path: 'A' })).body
  assert.deepEqual(
    items.map(({ path, tags }: { path: string; tags: Record<string, string[]> }) => [path, tags.title]),
    [
      ['A/2.mp3', ['one']],
      ['A/3.mp3', ['two']],
    ],
  )
  const [file] = (await library.undo(id)).files
  assert.deepEqual([file?.path, file?.status], ['A/2.mp3', 'applied'])
  assert.ok(library.bytes('A/2.mp3').equals(Buffer.from(titled('one'))))
})

test('a file that is still being written is announced when it is at rest', async t => {
  const library = await watched(t, { 'A/1.mp3': titled('one') })
  const whole = Buffer.from(titled('two'))
  const path = library.at('A/2.mp3')
  writeFileSync(path, whole.subarray(0, 100))
  for (let at = 100; at < whole.length; at += 400) {
    await new Promise(resolve => setTimeout(resolve, 100))
    appendFileSync(path, whole.subarray(at, at + 400))
  }
  await library.changed(({ paths }) => paths.includes('A/2.mp3'))
  const { items } = (await library.get('/tracks', { path: 'A' })).body
  assert.deepEqual(items[1].tags.title, ['two'])
  const told = library.events.filter(event => event.type === 'library.changed')
  assert.equal(told.length, 1)
})

test('an archive of many tracks is announced in few messages, whose names are cut', async t => {
  const library = await watched(t, { 'A/1.mp3': titled('one') })
  const bytes = titled('many')
  for (let folder = 0; folder < 30; folder++) {
    mkdirSync(library.at(`B/${folder}`), { recursive: true })
    for (let i = 0; i < 50; i++) writeFileSync(library.at(`B/${folder}/${i}.mp3`), bytes)
  }
  let count = 0
  await library.heard(() => {
    count = library.events.flatMap(event => (event.type === 'library.changed' ? (event.added ?? []) : [])).length
    return count >= 1500 || library.events.some(event => event.type === 'library.changed' && event.truncated === true)
  })
  const news = library.events.filter(event => event.type === 'library.changed')
  assert.ok(news.length <= 15, `${news.length} messages`)
  for (const event of news) assert.ok(event.paths.length <= 1000)
})

test('with WATCH=off nothing is noticed by itself, but by a list', async t => {
  const library = await openLibrary(t, { 'A/1.mp3': titled('one') }, { WATCH: 'off' })
  await scanned(library)
  const { events, changed } = listenTo(library.app)
  library.put('A/2.mp3', titled('two'))
  assert.deepEqual(events, [])
  assert.equal((await library.get('/tracks', { path: 'A' })).body.total, 2)
  await changed(({ added }) => added?.[0] === 'A/2.mp3')
})
