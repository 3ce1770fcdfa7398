import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Writable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { buildApp } from '../../src/app.ts'
import { configFor, temporaryFolder } from '../build-app.ts'
import { listed, scanned, until } from '../library/listening.ts'
import { makeMp3, textFrame } from '../make-audio.ts'
import { type MusicLibrary, openLibrary, putFile } from '../music-library.ts'

/* The catalogue is a memory that can be thrown away: whatever becomes of it, the library is served, rightly, and the history stays. */

const titled = (title: string): Uint8Array =>
  makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', title)], padding: 50 } })

/** Enough tracks for a database of many pages. */
const files = Object.fromEntries(
  Array.from({ length: 300 }, (_, i) => [`${i % 10}/${i}.mp3`, titled(`${i} ${'some words '.repeat(20)}`)]),
)

async function titlesOf(library: MusicLibrary): Promise<number> {
  const { status, body } = await library.get('/tracks', { recursive: 'true', sort: '-title', limit: '1000' })
  assert.equal(status, 200, JSON.stringify(body))
  return body.items.filter(({ tags }: { tags: Record<string, string[]> }) => tags.title).length
}

const complete = (library: MusicLibrary) => async (): Promise<boolean> =>
  (await library.get('/library')).body.catalogue.complete

/** The library served with what the log says, as warnings and errors. */
async function served(t: TestContext, env: Record<string, string>) {
  const lines: { level: string; msg: string }[] = []
  const log = new Writable({
    write(chunk, _encoding, done) {
      lines.push(
        ...String(chunk)
          .trim()
          .split('\n')
          .map(line => JSON.parse(line)),
      )
      done()
    },
  })
  const app = await buildApp(configFor(t, { ...env, LOG_LEVEL: 'warn' }), { log })
  t.after(() => app.close())
  const get: MusicLibrary['get'] = async (url, query = {}) => {
    const reply = await app.inject({ url: `/api/v1${url}`, query })
    return { status: reply.statusCode, body: reply.json(), headers: reply.headers, raw: reply.rawPayload }
  }
  return { library: { app, get } as MusicLibrary, lines }
}

function libraryOf(t: TestContext): { MUSIC_DIR: string; STATE_DIR: string } {
  const env = { MUSIC_DIR: temporaryFolder(t), STATE_DIR: temporaryFolder(t) }
  for (const [path, bytes] of Object.entries(files)) putFile(env.MUSIC_DIR, path, bytes)
  return env
}

test('deleted while the server runs, it is made anew at the next start, and nothing else is lost', async t => {
  const env = { STATE_DIR: temporaryFolder(t) }
  const first = await openLibrary(t, files, env)
  await scanned(first)
  for (const name of ['', '-wal', '-shm']) rmSync(join(env.STATE_DIR, `catalogue.sqlite${name}`), { force: true })
  const { id } = await first.edit('0/0.mp3', { op: 'set', field: 'title', values: ['New'] })
  assert.equal(await titlesOf(first), 300)
  await first.app.close()

  const second = await openLibrary(t, {}, { ...env, MUSIC_DIR: first.root })
  await scanned(second)
  assert.equal(await titlesOf(second), 300)
  assert.equal((await second.undo(id)).files[0]?.status, 'applied')
})

test('locked by another process, it is left alone, and lives in memory for now', async t => {
  const env = libraryOf(t)
  const path = join(env.STATE_DIR, 'catalogue.sqlite')
  const other = new DatabaseSync(path)
  other.exec('PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE theirs (x); BEGIN EXCLUSIVE; INSERT INTO theirs VALUES (1)')
  t.after(() => other.close())
  const { library, lines } = await served(t, env)
  await scanned(library)
  assert.equal(await titlesOf(library), 300)
  assert.match(lines.map(({ msg }) => msg).join(), /cannot be kept in STATE_DIR/)
  other.exec('COMMIT')
  assert.equal(other.prepare('SELECT count(*) AS n FROM theirs').get()?.n, 1)
})

test('damaged where only later reads find it, it is replaced while the server runs', async t => {
  const env = libraryOf(t)
  const first = await buildApp(configFor(t, env))
  await first.service.library.scan.start()
  await first.close()
  // All pages but the first, which is all that opening it looks at, and those that hold its schema.
  const path = join(env.STATE_DIR, 'catalogue.sqlite')
  const pages = statSync(path).size / 4096
  const schema = pagesOfSchema(path)
  const file = openSync(path, 'r+')
  for (let page = 1; page < pages; page++)
    if (!schema.has(page)) writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096)
  fsyncSync(file)
  closeSync(file)

  const { library, lines } = await served(t, env)
  await until(complete(library))
  assert.equal(await titlesOf(library), 300)
  assert.equal((await listed(library)).length, 300)
  assert.match(lines.map(({ msg }) => msg).join(), /it is damaged|is made anew/)
  assert.equal((await library.app.inject('/health')).statusCode, 200)
})

test('on a disk that is full, it goes on in memory', async t => {
  const env = libraryOf(t)
  const full = join(temporaryFolder(t), 'full')
  mkdirSync(full)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=640k', 'tmpfs', full], { stdio: 'ignore' })
  } catch {
    return t.skip('a disk of its own takes rights that this user has not')
  }
  try {
    const { library, lines } = await served(t, { ...env, STATE_DIR: full })
    await until(complete(library))
    assert.equal(await titlesOf(library), 300)
    assert.match(lines.map(({ msg }) => msg).join(), /the disk is full|its disk failed/)
    await library.app.close()
  } finally {
    execFileSync('umount', ['-l', full])
  }
})

/** The pages (from 0) of the table of tables. */
function pagesOfSchema(path: string): Set<number> {
  const database = new DatabaseSync(path, { readOnly: true })
  const bytes = readFileSync(path)
  const found = new Set([0])
  // An inner page of a b-tree names its children; the table of tables has its root in page 1.
  const visit = (page: number, header: number): void => {
    found.add(page)
    if (bytes[page * 4096 + header] !== 5) return
    const cells = bytes.readUInt16BE(page * 4096 + header + 3)
    for (let i = 0; i < cells; i++) {
      const cell = bytes.readUInt16BE(page * 4096 + header + 12 + 2 * i)
      visit(bytes.readUInt32BE(page * 4096 + cell) - 1, 0)
    }
    visit(bytes.readUInt32BE(page * 4096 + header + 8) - 1, 0)
  }
  visit(0, 100)
  database.close()
  return found
}

test('of another library, it is thrown away', async t => {
  const env = libraryOf(t)
  const first = await buildApp(configFor(t, env))
  await first.service.library.scan.start()
  await first.close()
  const { library } = await served(t, { ...env, MUSIC_DIR: temporaryFolder(t) })
  await scanned(library)
  assert.deepEqual(await listed(library), [])
  assert.equal((await library.get('/library')).body.available, true)
})

test('where its file is no database at all, it is made anew', async t => {
  const env = libraryOf(t)
  writeFileSync(join(env.STATE_DIR, 'catalogue.sqlite'), 'not a database '.repeat(1000))
  const { library, lines } = await served(t, env)
  await scanned(library)
  assert.equal(await titlesOf(library), 300)
  assert.match(lines.map(({ msg }) => msg).join(), /is made anew/)
})
