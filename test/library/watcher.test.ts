import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { FSWatcher } from 'node:fs'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createDirtyFolders } from '../../src/library/dirty.ts'
import type { LibraryPath } from '../../src/library/paths.ts'
import { folderTimes, walkFolders } from '../../src/library/walk.ts'
import { createWatcher, type WatchDependencies } from '../../src/library/watch.ts'
import type { Pool } from '../../src/workers/pool.ts'
import { temporaryFolder } from '../build-app.ts'
import { until } from './listening.ts'

const path = (text: string): LibraryPath => text as LibraryPath
const failed = (fault: unknown): never => assert.fail(String(fault))
const times = {
  dirty: { quiet: 10, longestWait: 50, rest: 20, patience: 100 },
  poll: { round: 40, rescan: 3_600_000 },
}

/** A watcher on a folder of the test, with what it asked to be looked at. */
function watcherOn(t: TestContext, given: Partial<WatchDependencies> & { folders: string[] }) {
  const rootPath = temporaryFolder(t)
  const root = Buffer.from(rootPath)
  const folders = given.folders.map(path)
  const old = new Date(2001, 1, 1)
  for (const folder of folders) mkdirSync(join(rootPath, folder), { recursive: true })
  for (const folder of folders) utimesSync(join(rootPath, folder), old, old)
  const looked: string[] = []
  const warnings: string[] = []
  const run = async (_name: string, { paths }: { paths: LibraryPath[] }) => folderTimes(root, paths)
  const watcher = createWatcher({
    root,
    mode: 'auto',
    pool: { run } as unknown as Pick<Pool, 'run'>,
    async look(paths) {
      looked.push(...paths)
      watcher.walked(walkFolders(root, paths))
      return []
    },
    rescan: () => {},
    warn: message => warnings.push(message),
    reportFault: failed,
    times,
    ...given,
  })
  t.after(() => watcher.close())
  const walk = (): void => {
    watcher.willWalk(folders)
    watcher.walked(walkFolders(root, folders))
  }
  return { watcher, root: rootPath, looked, warnings, walk }
}

test('with WATCH=poll folders are looked at when their time has changed, and only then', async t => {
  const { watcher, root, looked, walk } = watcherOn(t, { mode: 'poll', folders: ['', 'A', 'B'] })
  await watcher.ready
  walk()
  writeFileSync(join(root, 'B', '1.mp3'), 'x')
  await until(() => looked.includes('B'))
  assert.ok(!looked.includes('A'))
})

test('where the system has no more watches all folders are polled, and one warning says what to raise', async t => {
  let opened = 0
  const open: WatchDependencies['open'] = () => {
    if (++opened === 3) throw Object.assign(new Error('no more'), { code: 'ENOSPC' })
    return Object.assign(new EventEmitter(), { close: () => void opened-- }) as unknown as FSWatcher
  }
  const { watcher, root, looked, warnings, walk } = watcherOn(t, { open, folders: ['', 'A', 'B', 'C'] })
  await watcher.ready
  walk()
  assert.match(warnings.join(), /^The system cannot watch so many folders \(ENOSPC\).* fs\.inotify\.max_user_watches /)
  assert.equal(opened, 1, 'what was watched is let go, and nothing more is asked for')
  writeFileSync(join(root, 'A', '1.mp3'), 'x')
  await until(() => looked.includes('A'))
})

test('a folder that is gone is watched no more, with all below it', async t => {
  const open = new Set<string>()
  const { watcher, walk } = watcherOn(t, {
    folders: ['', 'A', 'A/B', 'AB'],
    open(folder) {
      const name = folder.toString().split('/').slice(3).join('/')
      open.add(name)
      return Object.assign(new EventEmitter(), { close: () => open.delete(name) }) as unknown as FSWatcher
    },
  })
  await watcher.ready
  walk()
  assert.deepEqual([...open], ['', 'A', 'A/B', 'AB'])
  watcher.gone([path('A')])
  assert.deepEqual([...open], ['', 'AB'])
})

test('what is hidden, and a write to what is no track, is no reason to look', async t => {
  let tell: (type: string, name: Buffer | null) => void = assert.fail
  const { watcher, looked, walk } = watcherOn(t, {
    folders: [''],
    open(_folder, listener) {
      tell = listener
      return Object.assign(new EventEmitter(), { close: () => {} }) as unknown as FSWatcher
    },
  })
  await watcher.ready
  walk()
  tell('rename', Buffer.from('.metadata-remote-1.tmp'))
  tell('change', Buffer.from('cover.jpg'))
  tell('change', Buffer.from('1.flac'))
  await until(() => looked.length > 0)
  assert.deepEqual(looked, [''])
})

test('folders are looked at once and together, also in a storm that does not end', async t => {
  const looks: string[][] = []
  let storm: NodeJS.Timeout | undefined
  const dirty = createDirtyFolders(
    async paths => {
      looks.push([...paths])
      return []
    },
    failed,
    { ...times.dirty, quiet: 30 },
  )
  t.after(() => {
    clearInterval(storm)
    return dirty.close()
  })
  storm = setInterval(() => {
    for (const name of ['A', 'B', 'A']) dirty.add(path(name))
  }, 5)
  await until(() => looks.length >= 2)
  assert.deepEqual(looks[0], ['A', 'B'])
})

test('a folder in which a file is being written is looked at again, but not for ever', async t => {
  const patience: boolean[] = []
  const dirty = createDirtyFolders(
    async (paths, isPatient) => {
      patience.push(isPatient(paths[0] as LibraryPath))
      return patience.at(-1) ? [...paths] : []
    },
    failed,
    times.dirty,
  )
  t.after(() => dirty.close())
  dirty.add(path('A'))
  await until(() => patience.at(-1) === false)
  assert.ok(patience.length > 2)
})

test('a look that fails is reported, and the next one is made all the same', async t => {
  const faults: unknown[] = []
  const looked: string[] = []
  const dirty = createDirtyFolders(
    async paths => {
      if (paths.includes(path('bad'))) throw new Error('this one')
      looked.push(...paths)
      return []
    },
    fault => faults.push(fault),
    times.dirty,
  )
  t.after(() => dirty.close())
  dirty.add(path('bad'))
  await until(() => faults.length === 1)
  dirty.add(path('good'))
  await until(() => looked.includes('good'))
})
