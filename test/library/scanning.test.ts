import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { buildApp } from '../../src/app.ts'
import { createGuard } from '../../src/library/guard.ts'
import { createLibrary } from '../../src/library/library.ts'
import { decodeName, type LibraryPath } from '../../src/library/paths.ts'
import { createScan } from '../../src/library/scan.ts'
import { createWatcher } from '../../src/library/watch.ts'
import type { ServiceEvent } from '../../src/schemas/event.ts'
import { createCatalogue } from '../../src/workers/catalogue.ts'
import { createPool, type Pool } from '../../src/workers/pool.ts'
import { configFor, temporaryFolder } from '../build-app.ts'
import { makeMp3, textFrame } from '../make-audio.ts'
import { openLibrary, putFile } from '../music-library.ts'
import { listed, listenTo, scanned, until } from './listening.ts'

const titled = (title: string): Uint8Array => makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', title)] } })
const path = (text: string): LibraryPath => text as LibraryPath
const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`${i % 12}/${i}.mp3`, titled(`${i}`)]))

/** A library alone, without a watcher's help; `before` comes in before every task of the pool. */
function libraryOf(t: TestContext, files: Record<string, Uint8Array>, before: (task: string) => void) {
  const rootPath = temporaryFolder(t)
  for (const [name, bytes] of Object.entries(files)) putFile(rootPath, name, bytes)
  const root = Buffer.from(rootPath)
  const real = createPool(2, null)
  const pool: Pool = {
    ...real,
    async run(name, input) {
      before(name)
      return real.run(name, input)
    },
    async read(name, input, limit) {
      before(name)
      return real.read(name, input, limit)
    },
  }
  const catalogue = createCatalogue(null, root)
  const events: ServiceEvent[] = []
  const faults: unknown[] = []
  const reportFault = (fault: unknown): void => void faults.push(fault)
  const warn = (message: string): void => void faults.push(message)
  const guard = createGuard({ root, counts: () => library.scan.counts(), rescan: () => {}, warn, info: () => {} })
  const library = createLibrary({
    root,
    options: { id3Version: 4 },
    pool,
    threads: 2,
    catalogue,
    makeScan: reader =>
      createScan({
        root,
        pool,
        threads: 2,
        catalogue,
        reader,
        guard,
        makeWatcher: scan => createWatcher({ ...scan, root, mode: 'off', pool, warn, reportFault }),
        publish: event => void events.push(event),
        noteMoved: () => {},
        warn,
        reportFault,
      }),
  })
  const titles = async (): Promise<[string, string | undefined][]> => {
    const { items } = await library.tracks(path(''), { recursive: true, limit: 1000 })
    return items.map(item => [item.path, item.tags.title?.[0]])
  }
  t.after(async () => {
    guard.close()
    await library.scan.close()
    await real.close()
    await catalogue.close()
  })
  return { root: rootPath, library, events, faults, titles }
}

test('tracks that vanish, move, come and change between walk and reading are in the end what they are', async t => {
  let done = false
  const { root, library, titles, faults } = libraryOf(t, many, task => {
    if (task !== 'readPacked' || done) return
    done = true
    rmSync(join(root, '0/0.mp3'))
    rmSync(join(root, '1'), { recursive: true })
    renameSync(join(root, '2/2.mp3'), join(root, '2/moved.mp3'))
    renameSync(join(root, '3'), join(root, 'moved'))
    writeFileSync(join(root, '4/4.mp3'), titled('changed'))
    putFile(root, 'new/new.mp3', titled('new'))
  })
  await library.scan.start()
  await library.scan.start()
  const expected = new Map<string, string>()
  for (const name of Object.keys(many)) {
    const [folder, file = ''] = name.split('/')
    const title = file.replace('.mp3', '')
    if (name === '0/0.mp3' || folder === '1') continue
    if (name === '2/2.mp3') expected.set('2/moved.mp3', title)
    else if (folder === '3') expected.set(`moved/${file}`, title)
    else expected.set(name, name === '4/4.mp3' ? 'changed' : title)
  }
  expected.set('new/new.mp3', 'new')
  assert.deepEqual(new Map(await titles()), expected)
  assert.deepEqual(faults, [])
})

test('an error in a task of a scan is reported by the scan, and the next one is whole', async t => {
  for (const task of ['walk', 'readPacked']) {
    let left = 2
    const { library, titles } = libraryOf(t, many, name => {
      if (name === task && --left === 0) throw new Error('the thread is gone')
    })
    await assert.rejects(library.scan.start(), /the thread is gone/)
    assert.equal(library.scan.state.complete, false)
    await library.scan.start()
    assert.equal(library.scan.state.complete, true)
    assert.equal((await titles()).length, 120)
  }
})

test('a scan can be stopped at any moment, and nothing is left running', async t => {
  const lines: string[] = []
  for (const stopAt of ['at once', 'walking', 'reading', 'ready']) {
    const root = temporaryFolder(t)
    for (const [name, bytes] of Object.entries(many)) putFile(root, name, bytes)
    const log = { write: (line: string) => void lines.push(line) }
    const app = await buildApp(configFor(t, { MUSIC_DIR: root, WORKERS: '2', LOG_LEVEL: 'warn' }), { log })
    const { heard } = listenTo(app)
    if (stopAt !== 'at once') await heard(event => event.type === 'library.scan' && event.state === stopAt)
    await app.close()
  }
  assert.deepEqual(lines, [])
})

test('what is watched while the server stops leaves no fault', async t => {
  const lines: string[] = []
  const log = { write: (line: string) => void lines.push(line) }
  const root = temporaryFolder(t)
  const app = await buildApp(configFor(t, { MUSIC_DIR: root, LOG_LEVEL: 'warn' }), { log })
  await app.service.library.scan.start()
  for (let i = 0; i < 50; i++) putFile(root, `A/${i}.mp3`, titled('x'))
  const { heard } = listenTo(app)
  const stop = app.close()
  for (let i = 0; i < 50; i++) putFile(root, `B/${i}.mp3`, titled('x'))
  await Promise.race([stop, heard(() => false)])
  assert.deepEqual(lines, [])
})

test('links that lead in a circle are walked once, and what they lead to is listed once', async t => {
  const library = await openLibrary(t, { 'A/B/1.mp3': titled('one') })
  symlinkSync('..', join(library.root, 'A/B/up'))
  symlinkSync('loop', join(library.root, 'A/loop'))
  symlinkSync('../A', join(library.root, 'A/self'))
  await scanned(library)
  await library.app.service.library.scan.start()
  assert.deepEqual(await listed(library), ['A/B/1.mp3'])
  assert.equal(library.app.service.library.scan.state.folders, 3)
  assert.equal((await library.get('/library')).body.catalogue.complete, true)
})

test('names that are not UTF-8 are catalogued, found and followed', async t => {
  const library = await openLibrary(t, { 'A/1.mp3': titled('one') })
  const root = Buffer.from(`${library.root}/`)
  const bytes = (...parts: (string | number)[]): Buffer =>
    Buffer.concat(parts.map(part => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))))
  const folder = bytes('Caf', 0xe9)
  const name = bytes('Bj', 0xf6, 'rk.mp3')
  mkdirSync(Buffer.concat([root, folder]))
  const file = Buffer.concat([root, folder, Buffer.from('/'), name])
  writeFileSync(file, titled('strange'))
  utimesSync(file, 1, 1)
  await scanned(library)
  await library.app.service.library.scan.renew()
  const shown = `${decodeName(folder)}/${decodeName(name)}`
  assert.deepEqual(await listed(library), ['A/1.mp3', shown])
  const { items } = (await library.get('/tracks', { recursive: 'true', q: 'strange' })).body
  assert.deepEqual(
    items.map((item: { path: string }) => item.path),
    [shown],
  )
  const { id } = await library.edit(shown, { op: 'set', field: 'title', values: ['New'] })
  const { changed } = listenTo(library.app)
  const renamed = bytes('N', 0xe4, 'me.mp3')
  renameSync(file, Buffer.concat([root, folder, Buffer.from('/'), renamed]))
  const to = `${decodeName(folder)}/${decodeName(renamed)}`
  const { moved } = await changed(event => event.moved?.length === 1)
  assert.deepEqual(moved, [{ from: shown, to }])
  assert.equal((await library.undo(id)).files[0]?.path, to)
})

test('a folder of very many names is walked, and the server answers meanwhile', async t => {
  const root = temporaryFolder(t)
  mkdirSync(join(root, 'long'))
  for (let i = 0; i < 20_000; i++) writeFileSync(join(root, 'long', `${i}.jpg`), '')
  for (let i = 0; i < 300; i++) writeFileSync(join(root, 'long', `${i}.mp3`), '')
  const library = await openLibrary(t, {}, { MUSIC_DIR: root })
  const scan = scanned(library)
  assert.equal((await library.app.inject('/health')).statusCode, 200)
  await scan
  assert.equal((await listed(library)).length, 300)
  await until(async () => (await library.get('/library')).body.catalogue.complete)
})
