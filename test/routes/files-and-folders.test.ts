import assert from 'node:assert/strict'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Change, ChangeFile, Edit } from '../../src/schemas/change.ts'
import { temporaryFolder } from '../build-app.ts'
import { makeMp3, textFrame } from '../make-audio.ts'
import { assertProblem, type MusicLibrary, only, openLibrary } from '../music-library.ts'

const mp3 = makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Old')] } })
const other = makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Other')] } })
const lyrics = Buffer.from('[00:01.00] la')
const title = (value: string): Edit => ({ op: 'set', field: 'title', values: [value] })
const move = (to: string): Edit => ({ op: 'move', to })
const rename = (to: string): Edit => ({ op: 'rename', to })
const remove: Edit = { op: 'delete' }

/** What is in the library, but for the trash. */
const visible = (library: MusicLibrary): string[] => library.entries().filter(entry => !entry.startsWith('.metadata'))
/** Every file that lies in the trash, without what keeps servers out of it. */
const trashed = (library: MusicLibrary): string[] =>
  library
    .entries()
    .filter(entry => /^\.metadata-remote-trash\/\d/.test(entry) && statSync(join(library.root, entry)).isFile())
    .map(entry => entry.split('/').slice(2).join('/'))
const onFolder = (library: MusicLibrary, folder: string, ...edits: Edit[]): Promise<Change> =>
  library.change({ target: { folder }, edits })
/** What became of one track, and the id; behind it there may be folders that were made. */
async function edit(library: MusicLibrary, path: string, ...edits: Edit[]): Promise<ChangeFile & { id: string }> {
  const { id = '', files } = await library.change({ target: { paths: [path] }, edits })
  return { ...(files[0] as ChangeFile), id }
}
const refusal = ({ status, error }: ChangeFile) => [status, error?.code]

test('a track is moved to another folder as it is, undone and redone', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3, 'B/b.mp3': other })
  const before = library.state('A/a.mp3')
  const planned = await library.change({ target: { paths: ['A/a.mp3'] }, edits: [move('B')], dryRun: true })
  assert.deepEqual(only(planned.files).changes, [
    { kind: 'path', field: 'path', before: ['A/a.mp3'], after: ['B/a.mp3'] },
  ])
  assert.deepEqual(visible(library), ['A', 'A/a.mp3', 'B', 'B/b.mp3'])

  const { id, status, changes } = await edit(library, 'A/a.mp3', move('B'))
  assert.deepEqual([status, changes], ['applied', only(planned.files).changes])
  assert.deepEqual(visible(library), ['A', 'B', 'B/a.mp3', 'B/b.mp3'])
  assert.deepEqual(library.state('B/a.mp3'), before)
  await library.undo(id)
  assert.deepEqual(library.state('A/a.mp3'), before)
  await library.redo(id)
  assert.deepEqual(library.state('B/a.mp3'), before)
})

test('a move, a new name and new tags are one edit, and one undo', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3, 'A/a.lrc': lyrics })
  const { id, status } = await edit(library, 'A/a.mp3', move('B/C'), rename('b'), title('New'))
  assert.equal(status, 'applied')
  assert.deepEqual(visible(library), ['A', 'B', 'B/C', 'B/C/b.lrc', 'B/C/b.mp3'])
  assert.deepEqual((await library.track('B/C/b.mp3')).tags.title, ['New'])
  await library.undo(id)
  assert.deepEqual(visible(library), ['A', 'A/a.lrc', 'A/a.mp3'])
  assert.ok(library.bytes('A/a.mp3').equals(mp3))
  await library.redo(id)
  assert.deepEqual(visible(library), ['A', 'B', 'B/C', 'B/C/b.lrc', 'B/C/b.mp3'])
})

test('the folders that a move lacks are shown in its plan, made once, and gone after undo', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3, 'b.mp3': other }, { WORKERS: '2' })
  const body = { target: { paths: ['a.mp3', 'b.mp3'] }, edits: [move('New/Folder')] }
  const planned = await library.change({ ...body, dryRun: true })
  const made = (change: Change) =>
    change.files.flatMap(({ changes }) =>
      changes.filter(({ field }) => field === 'folder').map(({ after }) => after[0]),
    )
  assert.deepEqual(made(planned), ['New', 'New/Folder'])
  const applied = await library.change(body)
  assert.deepEqual([applied.state, made(applied)], ['applied', ['New', 'New/Folder']])
  assert.deepEqual(visible(library), ['New', 'New/Folder', 'New/Folder/a.mp3', 'New/Folder/b.mp3'])
  assert.equal((await library.undo(applied.id ?? '')).state, 'undone')
  assert.deepEqual(visible(library), ['a.mp3', 'b.mp3'])
  assert.equal((await library.redo(applied.id ?? '')).state, 'applied')
  assert.equal((await library.undo(applied.id ?? '')).state, 'undone')
  assert.deepEqual(visible(library), ['a.mp3', 'b.mp3'])
})

test('several workers that make the same folders, also those of the trash, do not get in the way of each other', async t => {
  const paths = Array.from({ length: 24 }, (_, i) => `Old/${i}/a.mp3`)
  const library = await openLibrary(t, Object.fromEntries(paths.map(path => [path, mp3])), { WORKERS: '4' })
  const before = visible(library)
  const files = paths.map((path, i) => ({ path, edits: [move(`New/All/${i}`)] }))
  const moved = (await library.post('/changes', { files })).body as Change
  assert.deepEqual([moved.state, moved.summary.applied], ['applied', 2 * paths.length + 2], JSON.stringify(moved.files))
  assert.equal((await library.undo(moved.id ?? '')).state, 'undone')
  assert.deepEqual(visible(library), before)

  const { id = '', state, files: deleted } = await library.change({ target: { paths }, edits: [remove] })
  assert.equal(state, 'applied', JSON.stringify(deleted))
  assert.equal((await library.undo(id)).state, 'undone')
  assert.equal((await library.redo(id)).state, 'applied')
  assert.equal((await library.undo(id)).state, 'undone')
  assert.deepEqual(visible(library), before)
})

test('a folder that was made for a move and has got something else stays at undo, and says so', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  const { id } = await edit(library, 'a.mp3', move('New'))
  library.put('New/notes.txt', lyrics)
  const undone = await library.undo(id)
  assert.deepEqual(undone.files.map(refusal), [
    ['applied', undefined],
    ['conflict', 'FOLDER_NOT_EMPTY'],
  ])
  rmSync(join(library.root, 'New/notes.txt'))
  assert.equal((await library.undo(id)).state, 'undone')
  assert.deepEqual(visible(library), ['a.mp3'])
})

test('no move replaces anything, nor comes beside a name that differs in case or Unicode form only', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3, 'B/A.MP3': other, 'é/x.mp3': other, 'file.mp3': other })
  for (const [to, code] of [
    ['B', 'TARGET_EXISTS'],
    ['b/C', 'TARGET_EXISTS'],
    ['e\u0301', 'TARGET_EXISTS'],
    ['file.mp3', 'TARGET_EXISTS'],
  ] as const) {
    assert.deepEqual(refusal(await edit(library, 'A/a.mp3', move(to))), ['refused', code], to)
  }
  assert.ok(library.bytes('A/a.mp3').equals(mp3))
  assert.equal((await library.history()).total, 0)
})

test('a move that leads out of the library, into hiding or over a link is refused', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3, 'B/b.mp3': other })
  symlinkSync('B', join(library.root, 'link'))
  const post = (to: string) => library.post('/changes', { target: { paths: ['A/a.mp3'] }, edits: [move(to)] })
  assertProblem(await post('../elsewhere'), 403, 'PATH_OUTSIDE_LIBRARY')
  assertProblem(await post('.hidden'), 400, 'PATH_INVALID')
  assertProblem(await post('B/.hidden'), 400, 'PATH_INVALID')
  assert.deepEqual(refusal(await edit(library, 'A/a.mp3', move('link'))), ['refused', 'TARGET_EXISTS'])
  assert.deepEqual(refusal(await edit(library, 'link/b.mp3', move('A'))), ['refused', 'NAME_INVALID'])
  assert.deepEqual(refusal(await edit(library, 'link/b.mp3', remove)), ['refused', 'NAME_INVALID'])
  assert.deepEqual(refusal(only((await onFolder(library, 'link', rename('x'))).files)), ['refused', 'NAME_INVALID'])
  assert.deepEqual(visible(library), ['A', 'A/a.mp3', 'B', 'B/b.mp3', 'link', 'link/b.mp3'])
})

test('a deleted track is in the trash, out of sight of media servers, and comes back as it was', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3, 'A/a.lrc': lyrics, 'A/cover.jpg': lyrics })
  const before = library.state('A/a.mp3')
  const { id, status, changes, revision } = await edit(library, 'A/a.mp3', remove)
  assert.deepEqual([status, revision], ['applied', null])
  assert.deepEqual(changes, [
    { kind: 'path', field: 'path', before: ['A/a.mp3'], after: [] },
    { kind: 'path', field: 'side file', before: ['A/a.lrc'], after: [] },
  ])
  assert.deepEqual(visible(library), ['A', 'A/cover.jpg'])
  assert.deepEqual(trashed(library), ['A/a.lrc', 'A/a.mp3'])
  const marker = (name: string) => readFileSync(join(library.root, '.metadata-remote-trash', name), 'utf8')
  assert.deepEqual(['.ignore', '.nomedia', '.ndignore', '.plexignore'].map(marker), ['', '', '', '*\n'])
  assert.deepEqual((await library.get('/folders')).body.folders.length, 1)
  assert.equal((await library.history('A')).total, 1, 'the folder remembers')

  await library.undo(id)
  assert.deepEqual(library.state('A/a.mp3'), before)
  assert.ok(library.bytes('A/a.lrc').equals(lyrics))
  assert.deepEqual(trashed(library), [])
  await library.redo(id)
  assert.deepEqual(trashed(library), ['A/a.lrc', 'A/a.mp3'])
  await library.undo(id)
  assert.deepEqual(library.state('A/a.mp3'), before)
})

test('a deleted track does not replace what has come to its place', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  const { id } = await edit(library, 'a.mp3', remove)
  library.put('a.mp3', other)
  const undone = await library.undo(id)
  assert.deepEqual(refusal(only(undone.files)), ['refused', 'TARGET_EXISTS'])
  assert.ok(library.bytes('a.mp3').equals(other))
  rmSync(join(library.root, 'a.mp3'))
  assert.equal((await library.undo(id)).state, 'undone')
  assert.ok(library.bytes('a.mp3').equals(mp3))
})

test('a deleted track comes back also where its folder is gone', async t => {
  const library = await openLibrary(t, { 'A/B/a.mp3': mp3 })
  const { id } = await edit(library, 'A/B/a.mp3', remove)
  rmSync(join(library.root, 'A'), { recursive: true })
  assert.equal((await library.undo(id)).state, 'undone')
  assert.ok(library.bytes('A/B/a.mp3').equals(mp3))
})

test('names that differ in case or Unicode form only go to the trash together, and come back beside each other', async t => {
  const names = ['a/x.mp3', 'a/X.mp3', 'A/y.mp3', 'Beyonc\u00e9/z.mp3', 'Beyonce\u0301/z.mp3']
  const library = await openLibrary(t, Object.fromEntries(names.map(name => [name, mp3])))
  const before = visible(library)
  const { id = '', state, files } = await library.change({ target: { paths: names }, edits: [remove] })
  assert.equal(state, 'applied', JSON.stringify(files))
  const undone = await library.undo(id)
  assert.equal(undone.state, 'undone', JSON.stringify(undone.files))
  assert.deepEqual(visible(library), before)
  for (const folder of ['A', 'Beyonce\u0301']) {
    for (const asked of [remove, rename('Other'), move('Elsewhere')]) {
      const back = await library.undo((await onFolder(library, folder, asked)).id ?? '')
      assert.equal(back.state, 'undone', JSON.stringify(back.files))
      assert.deepEqual(visible(library), before)
    }
  }
  for (const asked of [rename('other'), move('Elsewhere')]) {
    const back = await library.undo((await edit(library, 'a/X.mp3', asked)).id)
    assert.equal(back.state, 'undone', JSON.stringify(back.files))
    assert.deepEqual(visible(library), before)
  }
})

test('a deleted folder comes back also where its file system gives other inodes after a new mount', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3 })
  const { id = '' } = await onFolder(library, 'A', remove)
  const place = only(library.entries().filter(entry => /trash\/[^/]+\/A$/.test(entry)))
  cpSync(join(library.root, place), join(library.root, 'copy'), { recursive: true })
  rmSync(join(library.root, place), { recursive: true })
  renameSync(join(library.root, 'copy'), join(library.root, place))
  const undone = await library.undo(id)
  assert.equal(undone.state, 'undone', JSON.stringify(undone.files))
  assert.deepEqual(visible(library), ['A', 'A/a.mp3'])
  assert.equal((await library.redo(id)).state, 'applied')
  assert.deepEqual(trashed(library), ['A/a.mp3'])
})

test('what the trash no longer has cannot come back, and undo says why', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3, 'F/b.mp3': mp3 })
  const { id } = await edit(library, 'a.mp3', remove)
  const { id: folder = '' } = await onFolder(library, 'F', remove)
  rmSync(join(library.root, '.metadata-remote-trash'), { recursive: true })
  for (const each of [id, folder])
    assert.deepEqual(refusal(only((await library.undo(each)).files)), ['conflict', 'TRASH_EMPTIED'])
})

test('what is in the trash is not edited, and older changes of it wait', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3 })
  const first = await edit(library, 'A/a.mp3', title('New'))
  const { id = '' } = await onFolder(library, 'A', remove)
  assert.deepEqual(refusal(only((await library.undo(first.id)).files)), ['conflict', 'TRASHED'])
  const path = library.entries().find(entry => entry.endsWith('a.mp3')) ?? ''
  assert.deepEqual(refusal(await edit(library, path, title('X'))), ['conflict', 'TRASHED'])
  assert.deepEqual(refusal(await edit(library, path, move('B'))), ['conflict', 'TRASHED'])
  await library.undo(id)
  await library.undo(first.id)
  assert.ok(library.bytes('A/a.mp3').equals(mp3))
})

test('side files go along with a rename, unless another track shares the name or the new name is taken', async t => {
  const library = await openLibrary(t, {
    'A/Song.mp3': mp3,
    'A/Song.lrc': lyrics,
    'A/Song.jpg': lyrics,
    'A/Song 2.lrc': lyrics,
    'A/Song': lyrics,
  })
  const renamed = await edit(library, 'A/Song.mp3', rename('New'))
  assert.deepEqual(visible(library), ['A', 'A/New.jpg', 'A/New.lrc', 'A/New.mp3', 'A/Song', 'A/Song 2.lrc'])
  await library.undo(renamed.id)
  library.put('A/New.lrc', lyrics)
  assert.deepEqual(refusal(await edit(library, 'A/Song.mp3', rename('New'))), ['refused', 'TARGET_EXISTS'])
  library.put('A/Song.flac', lyrics)
  const moved = await edit(library, 'A/Song.mp3', move('B'))
  assert.deepEqual(
    visible(library).filter(entry => entry.startsWith('B')),
    ['B', 'B/Song.mp3'],
  )
  await library.undo(moved.id)
})

test('where two tracks share a name, the files that share it go with the last of them, as the plan says', async t => {
  const library = await openLibrary(t, { 'A/Song.mp3': mp3, 'A/Song.aac': mp3, 'A/Song.lrc': lyrics }, { WORKERS: '2' })
  const body = { target: { paths: ['A/Song.mp3', 'A/Song.aac'] }, edits: [move('B')] }
  const sides = ({ files }: Change) =>
    files.flatMap(({ changes }) => changes.filter(({ field }) => field === 'side file').map(({ after }) => after))
  assert.deepEqual(sides(await library.change({ ...body, dryRun: true })), [['B/Song.lrc']])
  const applied = await library.change(body)
  assert.deepEqual([applied.state, sides(applied)], ['applied', [['B/Song.lrc']]])
  await library.undo(applied.id ?? '')
  assert.deepEqual(visible(library), ['A', 'A/Song.aac', 'A/Song.lrc', 'A/Song.mp3'])
})

test('a file that was at the new place before and shares the name stays there at undo', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3, 'A/a.lrc': lyrics, 'B/a.cue': lyrics })
  const { id } = await edit(library, 'A/a.mp3', move('B'))
  await library.undo(id)
  assert.deepEqual(visible(library), ['A', 'A/a.lrc', 'A/a.mp3', 'B', 'B/a.cue'])
})

test('a folder is renamed, moved and deleted with all that is in it, and each is undone', async t => {
  const files = { 'A/Album/a.mp3': mp3, 'A/Album/cover.jpg': lyrics, 'A/Album/CD 2/b.mp3': other, 'B/x.mp3': other }
  const library = await openLibrary(t, files)
  const before = visible(library)
  const renamed = await onFolder(library, 'A/Album', rename('Live'))
  assert.deepEqual(only(renamed.files).changes, [
    { kind: 'path', field: 'folder', before: ['A/Album'], after: ['A/Live'] },
  ])
  assert.equal(renamed.label, 'Rename to Live: folder Album')
  const moved = await onFolder(library, 'A/Live', move('B/Sub'))
  assert.deepEqual(
    visible(library).filter(entry => entry.includes('.')),
    ['B/Sub/Live/CD 2/b.mp3', 'B/Sub/Live/a.mp3', 'B/Sub/Live/cover.jpg', 'B/x.mp3'],
  )
  const deleted = await onFolder(library, 'B/Sub/Live', remove)
  assert.deepEqual(only(deleted.files).changes[0]?.after, [])
  assert.equal(trashed(library).length, 3)
  for (const { id = '' } of [deleted, moved, renamed]) assert.equal((await library.undo(id)).state, 'undone')
  assert.deepEqual(visible(library), before)
  for (const { id = '' } of [renamed, moved, deleted]) assert.equal((await library.redo(id)).state, 'applied')
  assert.equal(trashed(library).length, 3)
})

test('a change of a track is undone exactly after its folder was renamed and moved, in any order', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3, 'A/b.mp3': other, 'C/c.mp3': other })
  const edited = await edit(library, 'A/a.mp3', title('New'))
  const left = await edit(library, 'A/b.mp3', move('C'))
  const named = await edit(library, 'A/a.mp3', rename('z'))
  const folder = await onFolder(library, 'A', rename('B'))
  const moved = await onFolder(library, 'B', move('C'))
  assert.deepEqual(visible(library), ['C', 'C/B', 'C/B/z.mp3', 'C/b.mp3', 'C/c.mp3'])
  assert.equal((await library.history('C/B/z.mp3')).total, 2)
  await library.undo(edited.id)
  assert.ok(library.bytes('C/B/z.mp3').equals(mp3))
  await library.undo(left.id)
  assert.deepEqual(visible(library), ['C', 'C/B', 'C/B/b.mp3', 'C/B/z.mp3', 'C/c.mp3'])
  await library.undo(named.id)
  assert.deepEqual(refusal(only((await library.undo(folder.id ?? '')).files)), ['applied', undefined])
  assert.deepEqual(visible(library), ['C', 'C/A', 'C/A/a.mp3', 'C/A/b.mp3', 'C/c.mp3'])
  await library.undo(moved.id ?? '')
  assert.deepEqual(visible(library), ['A', 'A/a.mp3', 'A/b.mp3', 'C', 'C/c.mp3'])
  assert.ok(library.bytes('A/b.mp3').equals(other))
})

test('a folder that another has replaced since is not moved by undo, nor one put over another', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3 })
  const { id = '' } = await onFolder(library, 'A', rename('B'))
  mkdirSync(join(library.root, 'A'))
  assert.deepEqual(refusal(only((await library.undo(id)).files)), ['refused', 'TARGET_EXISTS'])
  rmSync(join(library.root, 'A'), { recursive: true })
  rmSync(join(library.root, 'B'), { recursive: true })
  mkdirSync(join(library.root, 'between'))
  mkdirSync(join(library.root, 'B'))
  assert.deepEqual(refusal(only((await library.undo(id)).files)), ['conflict', 'REVISION_CONFLICT'])
})

test('a folder goes nowhere into itself, and the library stays where it is', async t => {
  const library = await openLibrary(t, { 'A/B/a.mp3': mp3 })
  for (const to of ['A', 'A/B', 'A/New'])
    assert.deepEqual(refusal(only((await onFolder(library, 'A', move(to))).files)), ['refused', 'NAME_INVALID'], to)
  for (const edit of [rename('x'), move('A'), remove])
    assertProblem(await library.post('/changes', { target: { folder: '' }, edits: [edit] }), 400, 'BAD_REQUEST')
  assert.equal(only((await onFolder(library, 'A/B', move('A'))).files).status, 'unchanged')
  assert.deepEqual(visible(library), ['A', 'A/B', 'A/B/a.mp3'])
})

test('a new folder is made with the mode of its parent, refused where the name is taken, and undone while empty', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3 })
  chmodSync(join(library.root, 'A'), 0o2775)
  const body = { target: { folder: 'A' }, edits: [{ op: 'createFolder', name: 'New' } satisfies Edit] }
  assert.deepEqual(only((await library.change({ ...body, dryRun: true })).files).changes, [
    { kind: 'path', field: 'folder', before: [], after: ['A/New'] },
  ])
  assert.ok(!existsSync(join(library.root, 'A/New')))
  const { id = '', label } = await library.change(body)
  assert.equal(label, 'Create folder New')
  assert.equal(statSync(join(library.root, 'A/New')).mode & 0o7777, 0o2775)
  for (const name of ['New', 'NEW'])
    assert.deepEqual(refusal(only((await onFolder(library, 'A', { op: 'createFolder', name })).files)), [
      'refused',
      'TARGET_EXISTS',
    ])
  library.put('A/New/x.txt', lyrics)
  assert.deepEqual(refusal(only((await library.undo(id)).files)), ['conflict', 'FOLDER_NOT_EMPTY'])
  rmSync(join(library.root, 'A/New/x.txt'))
  assert.equal((await library.undo(id)).state, 'undone')
  assert.ok(!existsSync(join(library.root, 'A/New')))
  assert.equal((await library.redo(id)).state, 'applied')
  assert.ok(existsSync(join(library.root, 'A/New')))
})

const isRoot = process.getuid?.() === 0

test('a new folder belongs to PUID and PGID', { skip: !isRoot }, async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 }, { PUID: '1234', PGID: '2345' })
  await edit(library, 'a.mp3', move('X/Y'))
  for (const path of ['X', 'X/Y']) {
    const { uid, gid } = statSync(join(library.root, path))
    assert.deepEqual([uid, gid], [1234, 2345], path)
  }
})

test('requests that mix what does not belong together are refused with a sentence', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3 })
  const bodies: object[] = [
    { target: { folder: 'A' }, edits: [rename('B'), title('New')] },
    { target: { folder: 'A' }, edits: [remove, move('B')] },
    { target: { folder: 'A' }, edits: [{ op: 'createFolder', name: 'x' }, rename('B')] },
    { target: { folder: 'A', recursive: true }, edits: [rename('B')] },
    { target: { folder: 'A' }, edits: [rename('B')], revisions: {} },
    { target: { paths: ['A/a.mp3'] }, edits: [remove, title('New')] },
    { target: { paths: ['A/a.mp3'] }, edits: [{ op: 'createFolder', name: 'x' }] },
  ]
  for (const body of bodies) assertProblem(await library.post('/changes', body), 400, 'BAD_REQUEST')
  for (const name of ['.hidden', 'a/b', '..', ''])
    assert.ok((await library.post('/changes', { target: { folder: 'A' }, edits: [rename(name)] })).status >= 400, name)
  assert.deepEqual(visible(library), ['A', 'A/a.mp3'])
})

test('what is read-only is neither moved nor deleted, and says so in the plan', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3, 'B/b.mp3': other, 'C/D/c.mp3': other })
  const folders = ['B', 'C', 'C/D'].map(folder => join(library.root, folder))
  chmodSync(join(library.root, 'C/D/c.mp3'), 0o444)
  for (const folder of folders) chmodSync(folder, 0o555)
  try {
    for (const dryRun of [true, false]) {
      const track = async (path: string, ...edits: Edit[]) =>
        refusal(only((await library.change({ target: { paths: [path] }, edits, dryRun })).files))
      const fold = async (folder: string, ...edits: Edit[]) =>
        refusal(only((await library.change({ target: { folder }, edits, dryRun })).files))
      const readOnly = ['refused', 'READ_ONLY']
      assert.deepEqual(await track('A/a.mp3', move('B')), readOnly)
      assert.deepEqual(await track('B/b.mp3', move('A')), readOnly)
      assert.deepEqual(await track('B/b.mp3', remove), readOnly)
      assert.deepEqual(await track('C/D/c.mp3', remove), readOnly)
      for (const each of [rename('x'), move('A'), remove]) assert.deepEqual(await fold('C/D', each), readOnly)
      assert.deepEqual(await fold('C', remove), readOnly)
      assert.deepEqual(await fold('B', { op: 'createFolder', name: 'x' }), readOnly)
      assert.deepEqual(await fold('A', move('B')), readOnly)
    }
  } finally {
    for (const folder of folders) chmodSync(folder, 0o755)
  }
  assert.equal((await library.history()).total, 0)
})

test('the wrong revision stops a move and a delete', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  for (const edits of [[move('B')], [remove]]) {
    const change = await library.change({ target: { paths: ['a.mp3'] }, edits, revisions: { 'a.mp3': 'x.y.z' } })
    assert.deepEqual(refusal(only(change.files)), ['conflict', 'REVISION_CONFLICT'])
  }
})

test('a file that no codec knows how to write is moved and deleted all the same', async t => {
  const library = await openLibrary(t, { 'broken.mp3': Buffer.from('no audio at all') })
  const { id } = await edit(library, 'broken.mp3', move('A'))
  const gone = await edit(library, 'A/broken.mp3', remove)
  assert.equal(gone.status, 'applied')
  await library.undo(gone.id)
  await library.undo(id)
  assert.deepEqual(visible(library), ['broken.mp3'])
})

test('events tell the paths before and after', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3, 'A/a.lrc': lyrics })
  const told: string[][] = []
  library.app.service.subscribe(event => {
    if (event.type === 'library.changed') told.push([...event.paths].sort())
  })
  await edit(library, 'A/a.mp3', move('B'))
  await onFolder(library, 'B', rename('C'))
  const isTold = (...paths: string[]) =>
    assert.ok(
      told.some(list => String(list) === String(paths)),
      JSON.stringify(told),
    )
  isTold('A/a.lrc', 'A/a.mp3', 'B', 'B/a.lrc', 'B/a.mp3')
  isTold('B', 'C')
})

test('what the history cannot record is put back, also after the next start', async t => {
  const stateDir = temporaryFolder(t)
  const files = { 'A/a.mp3': mp3, 'A/a.lrc': lyrics, 'C/c.mp3': other }
  const library = await openLibrary(t, files, { STATE_DIR: stateDir })
  const before = visible(library)
  Object.assign(library.app.service.history, {
    recordFiles() {
      throw new Error('database or disk is full')
    },
  })
  for (const edits of [[move('N/M')], [move('C'), rename('n'), title('New')], [remove], [rename('n')]])
    assert.deepEqual(refusal(await edit(library, 'A/a.mp3', ...edits)), ['failed', 'NO_SPACE'], JSON.stringify(edits))
  for (const each of [rename('N'), move('C/N'), remove, { op: 'createFolder', name: 'N' } satisfies Edit])
    assert.deepEqual(refusal(only((await onFolder(library, 'A', each)).files)), ['failed', 'NO_SPACE'])
  assert.deepEqual(visible(library), before)
  assert.deepEqual(trashed(library), [])
  assert.ok(library.bytes('A/a.mp3').equals(mp3))
  await library.app.close()
  const again = await openLibrary(t, {}, { MUSIC_DIR: library.root, STATE_DIR: stateDir })
  await again.app.service.swept
  assert.deepEqual(visible(again), before)
  assert.ok(again.bytes('A/a.mp3').equals(mp3))
})
