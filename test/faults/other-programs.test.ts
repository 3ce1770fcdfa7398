import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openFolder } from '../../src/files/folder.ts'
import { openJournal } from '../../src/files/journal.ts'
import { openTrack, writeTrack } from '../../src/files/write.ts'
import type { Edit } from '../../src/schemas/change.ts'
import { temporaryFolder } from '../build-app.ts'
import { seedNamed } from '../fuzz/seeds.ts'
import { only, openLibrary, putFile } from '../music-library.ts'

/* The world around: other programs and editors on the same files, links, odd names, what may not be written. In place and as a new file. */

const title = (value: string): Edit => ({ op: 'set', field: 'title', values: [value] })
const short = title('New title')
const long = title('A longer title '.repeat(400))
const ways = { 'in place': short, 'as a new file': long }
const mp3 = seedNamed('a24.mp3')

/** A library whose state is kept, so that writes happen in place where they can. */
const openDurable = (t: TestContext, files: Record<string, Uint8Array>, env: Record<string, string> = {}) =>
  openLibrary(t, files, { STATE_DIR: temporaryFolder(t), ...env })

const meddlings: [what: string, act: (path: string) => void][] = [
  ['renamed', path => renameSync(path, `${path}.moved`)],
  [
    'replaced',
    path => {
      writeFileSync(`${path}.new`, seedNamed('a23.mp3'))
      renameSync(`${path}.new`, path)
    },
  ],
  ['truncated', path => truncateSync(path, 700)],
  ['grown', path => appendFileSync(path, 'more')],
  ['removed', path => rmSync(path)],
]

for (const [what, act] of meddlings) {
  for (const [way, edit] of Object.entries(ways)) {
    test(`a file ${what} by another program between plan and apply is not written ${way}`, async t => {
      const library = await openDurable(t, { 'a.mp3': mp3 })
      const { revision } = await library.track('a.mp3')
      act(join(library.root, 'a.mp3'))
      const left = library.entries().map(entry => [entry, library.bytes(entry)])
      const change = await library.change({
        target: { paths: ['a.mp3'] },
        edits: [edit],
        revisions: { 'a.mp3': revision },
      })
      assert.ok(
        ['REVISION_CONFLICT', 'TRACK_NOT_FOUND'].includes(only(change.files).error?.code ?? ''),
        JSON.stringify(change),
      )
      assert.deepEqual(
        library.entries().map(entry => [entry, library.bytes(entry)]),
        left,
      )
      assert.equal((await library.history()).total, 0)
    })
  }

  test(`a file ${what} by another program while a new one is made is not replaced, and nothing is left behind`, async t => {
    const root = temporaryFolder(t)
    putFile(root, 'a.mp3', mp3)
    const path = join(root, 'a.mp3')
    let theirs: [string, Buffer][] = []
    const look = () =>
      readdirSync(root)
        .filter(entry => !entry.startsWith('.'))
        .sort()
        .map((entry): [string, Buffer] => [entry, readFileSync(join(root, entry))])
    await assert.rejects(
      write(root, [{ offset: 0, remove: 0, insert: Buffer.from('new') }], () => {
        act(path)
        theirs = look()
      }),
      { code: 'REVISION_CONFLICT' },
    )
    assert.deepEqual(look(), theirs)
    assert.deepEqual(
      readdirSync(root).filter(entry => entry.startsWith('.')),
      [],
    )
  })

  test(`a file ${what} by another program before a write in place is not written, and no record stands`, async t => {
    const root = temporaryFolder(t)
    putFile(root, 'a.mp3', mp3)
    const stateDir = temporaryFolder(t)
    const folder = openFolder(Buffer.from(root), Buffer.from(root))
    t.after(() => folder.close())
    const track = openTrack(folder, Buffer.from('a.mp3'))
    t.after(() => track.close())
    act(join(root, 'a.mp3'))
    const left = readdirSync(root).map(entry => [entry, readFileSync(join(root, entry))])
    const splices = [{ offset: 0, remove: 3, insert: Buffer.from('new') }]
    await assert.rejects(request(folder, root, track, splices, stateDir, () => {}))
    assert.deepEqual(
      readdirSync(root).map(entry => [entry, readFileSync(join(root, entry))]),
      left,
    )
  })
}

async function write(root: string, splices: Parameters<typeof request>[3], check: () => void): Promise<unknown> {
  const folder = openFolder(Buffer.from(root), Buffer.from(root))
  const track = openTrack(folder, Buffer.from('a.mp3'))
  try {
    return await request(folder, root, track, splices, null, check)
  } finally {
    track.close()
    folder.close()
  }
}

function request(
  folder: ReturnType<typeof openFolder>,
  root: string,
  track: ReturnType<typeof openTrack>,
  splices: readonly { offset: number; remove: number; insert: Uint8Array }[],
  stateDir: string | null,
  check: () => void,
) {
  const name = Buffer.from('a.mp3')
  const journal = stateDir === null ? null : openJournal(stateDir)
  return writeTrack({
    folder,
    folderPath: Buffer.from(root),
    name,
    newName: name,
    track,
    splices,
    toggle: new Uint8Array(0),
    owner: null,
    session: '00000000',
    journal,
    check: async () => check(),
  })
}

for (const [way, edit] of Object.entries(ways)) {
  test(`a hard link keeps its bytes when the file would be written ${way}, and the plan and the change say so`, async t => {
    const library = await openDurable(t, { 'a.mp3': mp3 })
    const seeding = join(temporaryFolder(t), 'seeding.mp3')
    linkSync(join(library.root, 'a.mp3'), seeding)
    const body = { target: { paths: ['a.mp3'] }, edits: [edit] }
    assert.match(only((await library.change({ ...body, dryRun: true })).files).warnings.join(), /hard link/)
    const change = await library.change(body)
    assert.match(only(change.files).warnings.join(), /hard link/)
    assert.ok(readFileSync(seeding).equals(mp3))
    assert.ok(!library.bytes('a.mp3').equals(mp3))
    assert.equal(statSync(seeding).nlink, 1)
    await library.undo(change.id ?? '')
    assert.ok(library.bytes('a.mp3').equals(mp3))
  })

  test(`of two editors who looked at the same file, the second to write it ${way} is told`, async t => {
    const library = await openDurable(t, { 'a.mp3': mp3 })
    const other = await openDurable(t, {}, { MUSIC_DIR: library.root })
    const { revision } = await library.track('a.mp3')
    const body = (value: Edit) => ({ target: { paths: ['a.mp3'] }, edits: [value], revisions: { 'a.mp3': revision } })
    assert.equal((await library.change(body(edit))).state, 'applied')
    const first = library.bytes('a.mp3')
    for (const editor of [library, other])
      assert.equal(only((await editor.change(body(title('Other one')))).files).error?.code, 'REVISION_CONFLICT')
    assert.ok(library.bytes('a.mp3').equals(first))
    assert.equal((await other.history()).total, 0)
  })
}

test('many edits of one file at once are made one behind the other, and undone lead back to its bytes', async t => {
  const library = await openDurable(t, { 'a.mp3': mp3 }, { WORKERS: '2' })
  const values = Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? `Long ${'title '.repeat(500)}${i}` : `Title ${i}`))
  const files = await Promise.all(values.map(value => library.edit('a.mp3', title(value))))
  assert.deepEqual(new Set(files.map(({ status }) => status)), new Set(['applied']))
  assert.ok(values.includes((await library.track('a.mp3')).tags.title?.[0] ?? ''))
  const { items } = await library.history()
  assert.equal(items.length, values.length)
  // Written in another order than begun, perhaps: whichever can be undone now is the newest.
  const left = new Set(items.map(({ id }) => id))
  while (left.size > 0) {
    const before = left.size
    for (const id of left) if ((await library.undo(id ?? '')).state === 'undone') left.delete(id)
    assert.ok(left.size < before, 'one of them can be undone')
  }
  assert.deepEqual((await library.track('a.mp3')).tags.title, ['Old title'])
})

const names: [what: string, name: Buffer][] = [
  ['that is not UTF-8', Buffer.from('caf\xe9 \xff\xfe.mp3', 'latin1')],
  [
    'with half a letter at its end',
    Buffer.concat([Buffer.from('x.mp'), Buffer.from([0xe3, 0x82]), Buffer.from('.mp3')]),
  ],
  ['in decomposed letters (NFD)', Buffer.from('Ångström é.mp3'.normalize('NFD'))],
  ['of 255 bytes', Buffer.from(`${'ü'.repeat(125)}x.mp3`)],
]

for (const [what, name] of names) {
  for (const [way, edit] of Object.entries(ways)) {
    test(`a name ${what} is listed, edited ${way}, renamed and undone`, async t => {
      const library = await openDurable(t, {})
      const root = Buffer.from(`${library.root}/`)
      const folder = () => readdirSync(library.root, { encoding: 'buffer' }) as unknown as Buffer[]
      writeFileSync(Buffer.concat([root, name]), mp3)
      const { items } = (await library.get('/tracks')).body as { items: { path: string }[] }
      const { path } = only(items)
      const edited = await library.edit(path, edit)
      assert.equal(edited.status, 'applied', JSON.stringify(edited.error))
      assert.deepEqual(folder(), [name])
      const renamed = await library.edit(path, { op: 'rename', to: 'plain' })
      assert.equal(renamed.status, 'applied', JSON.stringify(renamed.error))
      assert.deepEqual(folder(), [Buffer.from('plain.mp3')])
      await library.undo(renamed.id)
      await library.undo(edited.id)
      assert.deepEqual(folder(), [name])
      assert.ok(readFileSync(Buffer.concat([root, name])).equals(mp3))
    })
  }
}

test('nothing in a read-only library is written, and every file says why', async t => {
  const files = { 'a.mp3': mp3, 'A/b.flac': seedNamed('a.flac'), 'A/B/c.m4a': seedNamed('a.m4a') }
  const library = await openDurable(t, files)
  const folders = ['', 'A', 'A/B'].map(folder => join(library.root, folder))
  for (const folder of folders) chmodSync(folder, 0o555)
  try {
    const before = Object.keys(files).map(path => library.state(path))
    for (const edits of [[short], [long], [{ op: 'rename', to: 'x' } as const]]) {
      const change = await library.change({ target: { paths: ['A/B/c.m4a', 'A/b.flac', 'a.mp3'] }, edits })
      assert.deepEqual(
        change.files.map(({ status, error }) => [status, error?.code]),
        Array(3).fill(['refused', 'READ_ONLY']),
      )
    }
    assert.deepEqual(
      Object.keys(files).map(path => library.state(path)),
      before,
    )
  } finally {
    for (const folder of folders) chmodSync(folder, 0o755)
  }
  assert.deepEqual(library.entries(), ['A', 'A/B', 'A/B/c.m4a', 'A/b.flac', 'a.mp3'])
  assert.equal((await library.history()).total, 0)
})

for (const [way, edit] of Object.entries(ways)) {
  test(`a file written ${way} that the history cannot record is put back, also after the next start`, async t => {
    const stateDir = temporaryFolder(t)
    const library = await openLibrary(t, { 'a.mp3': mp3 }, { STATE_DIR: stateDir })
    const { history } = library.app.service
    Object.assign(history, {
      recordFiles() {
        throw new Error('database or disk is full')
      },
    })
    const refused = await library.edit('a.mp3', edit)
    assert.deepEqual([refused.status, refused.error?.code], ['failed', 'NO_SPACE'])
    assert.ok(library.bytes('a.mp3').equals(mp3))
    assert.deepEqual(library.entries(), ['a.mp3'])
    assert.equal((await library.history()).total, 0)
    await library.app.close()

    // What the journal has of it is no unfinished write: the start leaves the old bytes.
    const again = await openLibrary(t, {}, { MUSIC_DIR: library.root, STATE_DIR: stateDir })
    await again.app.service.swept
    assert.ok(again.bytes('a.mp3').equals(mp3), 'after a start')
    assert.equal((await again.history()).total, 0)
  })
}
