import assert from 'node:assert/strict'
import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Edit } from '../../src/schemas/change.ts'
import { temporaryFolder } from '../build-app.ts'
import { makeMp3, textFrame } from '../make-audio.ts'
import { assertProblem, type MusicLibrary, only, openLibrary, putFile, stateOf } from '../music-library.ts'

/* Law 6: a path from outside never leaves MUSIC_DIR, by `..`, prefix, link, encoding or race. */

const mp3 = makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Secret')] } })
const title: Edit = { op: 'set', field: 'title', values: ['Changed'] }

/** A library beside a folder that it must not touch and whose name starts with its own. */
async function besideOthers(
  t: TestContext,
): Promise<{ library: MusicLibrary; outside: string; untouched: () => void }> {
  const parent = temporaryFolder(t)
  putFile(parent, 'music/in.mp3', mp3)
  putFile(parent, 'music-private/secret.mp3', mp3)
  const outside = join(parent, 'music-private')
  const before = stateOf(join(outside, 'secret.mp3'))
  const library = await openLibrary(t, {}, { MUSIC_DIR: join(parent, 'music') })
  return { library, outside, untouched: () => assert.deepEqual(stateOf(join(outside, 'secret.mp3')), before) }
}

const leaving: [path: string, status: number, code: string][] = [
  ['../music-private/secret.mp3', 403, 'PATH_OUTSIDE_LIBRARY'],
  ['..', 403, 'PATH_OUTSIDE_LIBRARY'],
  ['in.mp3/../../music-private/secret.mp3', 403, 'PATH_OUTSIDE_LIBRARY'],
  ['/etc/passwd', 403, 'PATH_OUTSIDE_LIBRARY'],
  ['C:\\Windows\\win.ini', 403, 'PATH_OUTSIDE_LIBRARY'],
  ['in.mp3\0.txt', 400, 'PATH_INVALID'],
  ['./in.mp3', 400, 'PATH_INVALID'],
  ['A//in.mp3', 400, 'PATH_INVALID'],
  ['A/', 400, 'PATH_INVALID'],
  ['\ud800.mp3', 400, 'PATH_INVALID'],
  [`${'x'.repeat(300)}.mp3`, 400, 'PATH_INVALID'],
]

test('a path that leaves the library, or is none, is refused by every call', async t => {
  const { library, untouched } = await besideOthers(t)
  for (const [path, status, code] of leaving) {
    await t.test(JSON.stringify(path.slice(0, 50)), async () => {
      // A query is UTF-8: half a surrogate pair can come in JSON only.
      const queries = path.isWellFormed() ? ['/folders', '/tracks', '/track', '/track/picture', '/changes'] : []
      for (const url of queries) {
        const query: Record<string, string> = url === '/track/picture' ? { path, index: '0' } : { path }
        assertProblem(await library.get(url, query), status, code)
      }
      for (const target of [{ paths: [path] }, { folder: path }])
        assertProblem(await library.post('/changes', { target, edits: [title] }), status, code)
      untouched()
      assert.equal((await library.history()).total, 0)
    })
  }
})

test('a path that is encoded once more leads nowhere', async t => {
  const { library, untouched } = await besideOthers(t)
  for (const encoded of [
    '%2e%2e%2fmusic-private%2fsecret.mp3',
    '%252e%252e%252fmusic-private/secret.mp3',
    '..%5csecret.mp3',
  ]) {
    const { statusCode } = await library.app.inject(`/api/v1/track?path=${encoded}`)
    assert.ok([400, 403, 404].includes(statusCode), `${encoded}: ${statusCode}`)
  }
  untouched()
})

test('a link to a file outside is not listed, not read and not written', async t => {
  const { library, outside, untouched } = await besideOthers(t)
  symlinkSync(join(outside, 'secret.mp3'), join(library.root, 'link.mp3'))
  const { items } = (await library.get('/tracks')).body as { items: { path: string }[] }
  assert.deepEqual(
    items.map(({ path }) => path),
    ['in.mp3'],
  )
  assertProblem(await library.get('/track', { path: 'link.mp3' }), 403, 'PATH_OUTSIDE_LIBRARY')
  assert.equal((await library.edit('link.mp3', title)).error?.code, 'PATH_OUTSIDE_LIBRARY')
  untouched()
})

test('a link to a folder outside, also to one whose name starts with the library’s, is not entered', async t => {
  const { library, outside, untouched } = await besideOthers(t)
  symlinkSync(outside, join(library.root, 'linked'))
  assert.deepEqual((await library.get('/folders')).body.folders, [])
  assertProblem(await library.get('/tracks', { path: 'linked' }), 403, 'PATH_OUTSIDE_LIBRARY')
  assert.equal((await library.edit('linked/secret.mp3', title)).error?.code, 'PATH_OUTSIDE_LIBRARY')
  assertProblem(
    await library.post('/changes', { target: { folder: 'linked', recursive: true }, edits: [title] }),
    403,
    'PATH_OUTSIDE_LIBRARY',
  )
  untouched()
})

test('a link within the library is followed, and edits reach the file it leads to', async t => {
  const { library } = await besideOthers(t)
  symlinkSync('in.mp3', join(library.root, 'link.mp3'))
  assert.equal((await library.edit('link.mp3', title)).status, 'applied')
  assert.deepEqual((await library.track('in.mp3')).tags.title, ['Changed'])
  assert.deepEqual((await library.track('link.mp3')).tags.title, ['Changed'])
})

test('links that go round in circles end the walk', async t => {
  const { library } = await besideOthers(t)
  mkdirSync(join(library.root, 'A'))
  symlinkSync('..', join(library.root, 'A', 'up'))
  const { body } = await library.get('/tracks', { recursive: 'true' })
  const paths = (body.items as { path: string }[]).map(({ path }) => path)
  assert.ok(paths.includes('in.mp3') && paths.length <= 2, String(paths))
})

test('a folder replaced by a link that leads out, after it was planned in, is not written', async t => {
  const { library, outside, untouched } = await besideOthers(t)
  putFile(library.root, 'A/secret.mp3', mp3)
  const { id } = await library.edit('A/secret.mp3', title)
  renameSync(join(library.root, 'A'), join(library.root, 'B'))
  symlinkSync(outside, join(library.root, 'A'))
  const undone = await library.undo(id)
  assert.equal(only(undone.files).error?.code, 'PATH_OUTSIDE_LIBRARY')
  untouched()
})

test('an edit breaks a hard link, so that the other name keeps its bytes, and says so', async t => {
  const { library } = await besideOthers(t)
  const seeding = join(temporaryFolder(t), 'seeding.mp3')
  linkSync(join(library.root, 'in.mp3'), seeding)
  const { status, warnings } = await library.edit('in.mp3', title)
  assert.equal(status, 'applied')
  assert.match(warnings.join(), /hard link/)
  assert.ok(stateOf(seeding).bytes.equals(mp3))
  rmSync(seeding)
})

const namesRefused = [
  '../music-private/secret',
  'A/b',
  '..',
  '.',
  '.hidden',
  'a\0b',
  'x'.repeat(300),
  'song.flac',
  '\ud800',
]

test('a new name that is none, hides the file or leads elsewhere is refused', async t => {
  const { library, untouched } = await besideOthers(t)
  for (const to of namesRefused) {
    await t.test(JSON.stringify(to.slice(0, 30)), async () => {
      const { status, error } = await library.edit('in.mp3', { op: 'rename', to })
      assert.deepEqual([status, error?.code], ['refused', 'NAME_INVALID'])
      assert.deepEqual(library.entries(), ['in.mp3'])
      untouched()
    })
  }
})
