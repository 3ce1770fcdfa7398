import assert from 'node:assert/strict'
import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Edit } from '../../src/schemas/change.ts'
import { makeFlac, makeMp3, textFrame, vorbisComment } from '../make-audio.ts'
import { type ChangeBody, type MusicLibrary, only, openLibrary } from '../music-library.ts'
import { audioFile, namedEdit } from './generated.ts'

/* Law 5: a failed, refused or dry-run edit leaves bytes, time and owner as they were, and no history. */

const title: Edit = { op: 'set', field: 'title', values: ['New'] }
const mp3 = makeMp3({ id3v2: { version: 3, frames: [textFrame('TIT2', 'Old')] } })

test('a dry run says what would happen, and nothing happens', async t => {
  const library = await openLibrary(t)
  await fc.assert(
    fc.asyncProperty(audioFile, namedEdit, async ({ name, bytes }, { edit }) => {
      library.put(name, bytes)
      const before = library.state(name)
      const body = { target: { paths: [name] }, edits: [edit, { op: 'rename', to: 'other' } as const] }
      const plan = await library.change({ ...body, dryRun: true })
      assert.deepEqual([plan.state, plan.id], ['planned', undefined])
      assert.deepEqual(library.state(name), before)
      assert.deepEqual(library.entries(), [name])

      const done = await library.change(body)
      assert.deepEqual(only(done.files).changes, only(plan.files).changes, 'the change is the plan')
      assert.equal(only(done.files).status, only(plan.files).status)
      for (const entry of library.entries()) rmSync(join(library.root, entry))
    }),
    { numRuns: 40 },
  )
})

test('a dry run of an undo leaves the file and the entry as they are', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  const { id } = await library.edit('a.mp3', title)
  const before = library.state('a.mp3')
  const reply = await library.post(`/changes/${id}/undo`, { dryRun: true })
  assert.deepEqual([reply.status, reply.body.state], [200, 'planned'])
  assert.deepEqual(library.state('a.mp3'), before)
  assert.equal(only((await library.history()).items).state, 'applied')
})

const unstorable: [what: string, file: Uint8Array, code: string, ...edits: Edit[]][] = [
  ['a value with a NUL', mp3, 'VALUE_UNSUPPORTED', { op: 'set', field: 'title', values: ['a\0b'] }],
  ['half a surrogate pair', mp3, 'VALUE_UNSUPPORTED', { op: 'set', field: 'title', values: ['\ud800'] }],
  ['two values of a single field', mp3, 'VALUE_UNSUPPORTED', { op: 'set', field: 'tracknumber', values: ['1', '2'] }],
  ['a month without a day in ID3v2.3', mp3, 'VALUE_UNSUPPORTED', { op: 'set', field: 'date', values: ['2003-05'] }],
  [
    'a picture that was never uploaded',
    mp3,
    'PICTURE_NOT_FOUND',
    { op: 'setPicture', type: 'front', picture: '0'.repeat(64) },
  ],
  ['the removal of a picture that is not there', mp3, 'PICTURE_NOT_FOUND', { op: 'removePicture', index: 0 }],
  [
    'a field name that Vorbis comments forbid',
    makeFlac(),
    'FIELD_UNSUPPORTED',
    { op: 'set', field: 'a=b', values: ['1'] },
  ],
  ['a good edit beside a bad one', mp3, 'VALUE_UNSUPPORTED', title, { op: 'set', field: 'rating', values: ['9'] }],
]

for (const [what, bytes, code, ...edits] of unstorable) {
  test(`${what} is refused, and the file and the history stay as they are`, async t => {
    const library = await openLibrary(t, { a: bytes })
    library.put('a.mp3', bytes)
    await assertLeftAlone(library, 'a.mp3', { target: { paths: ['a.mp3'] }, edits }, 'refused', code)
  })
}

test('an edit that changes nothing writes nothing and is no history', async t => {
  const library = await openLibrary(t, { 'a.flac': makeFlac({ blocks: [vorbisComment(['TITLE=Old'])] }) })
  const before = library.state('a.flac')
  const { status, id } = await library.edit('a.flac', { op: 'set', field: 'TITLE', values: ['Old'] })
  assert.deepEqual([status, id], ['unchanged', ''])
  assert.deepEqual(library.state('a.flac'), before)
  assert.equal((await library.history()).total, 0)
})

test('a file in another revision than the plan was made from is a conflict and stays', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  const { revision } = await library.track('a.mp3')
  library.put('a.mp3', makeMp3({ frames: 9 }))
  const body = { target: { paths: ['a.mp3'] }, edits: [title], revisions: { 'a.mp3': revision } }
  await assertLeftAlone(library, 'a.mp3', body, 'conflict', 'REVISION_CONFLICT')
})

test('a file removed between plan and apply is refused by name, and the others of the change are done', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3, 'b.mp3': mp3 })
  const { revision } = await library.track('a.mp3')
  rmSync(join(library.root, 'a.mp3'))
  const change = await library.change({
    target: { paths: ['a.mp3', 'b.mp3'] },
    edits: [title],
    revisions: { 'a.mp3': revision },
  })
  assert.equal(change.state, 'partial')
  assert.deepEqual(
    change.files.map(file => [file.status, file.error?.code]),
    [
      ['refused', 'TRACK_NOT_FOUND'],
      ['applied', undefined],
    ],
  )
  assert.deepEqual([(await library.history('a.mp3')).total, (await library.history('b.mp3')).total], [0, 1])
})

test('a read-only file is refused, also to root', async t => {
  const library = await openLibrary(t, { 'a.mp3': mp3 })
  chmodSync(join(library.root, 'a.mp3'), 0o444)
  await assertLeftAlone(library, 'a.mp3', { target: { paths: ['a.mp3'] }, edits: [title] }, 'refused', 'READ_ONLY')
  const { writable, reason } = await library.track('a.mp3')
  assert.deepEqual([writable, reason?.code], [false, 'READ_ONLY'])
})

test('a file in a read-only folder is refused, also to root', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3 })
  const body = { target: { folder: 'A' }, edits: [title] }
  await whileReadOnly(join(library.root, 'A'), () => assertLeftAlone(library, 'A/a.mp3', body, 'refused', 'READ_ONLY'))
})

test('a rename in a read-only folder is refused, also to root', async t => {
  const library = await openLibrary(t, { 'A/a.mp3': mp3 })
  const body = { target: { folder: 'A' }, edits: [{ op: 'rename', to: 'b' } as const] }
  await whileReadOnly(join(library.root, 'A'), () => assertLeftAlone(library, 'A/a.mp3', body, 'refused', 'READ_ONLY'))
})

async function whileReadOnly(path: string, work: () => Promise<void>): Promise<void> {
  chmodSync(path, 0o555)
  await work().finally(() => chmodSync(path, 0o755))
}

async function assertLeftAlone(library: MusicLibrary, path: string, body: ChangeBody, status: string, code: string) {
  const [before, entries] = [library.state(path), library.entries()]
  for (const dryRun of [true, false]) {
    const change = await library.change({ ...body, dryRun })
    const file = only(change.files)
    assert.deepEqual([file.status, file.error?.code, change.id], [status, code, undefined], JSON.stringify(file))
    assert.ok(file.error?.detail)
    assert.equal(change.state, dryRun ? 'planned' : 'failed')
  }
  assert.deepEqual(library.state(path), before)
  assert.deepEqual(library.entries(), entries)
  assert.equal((await library.history()).total, 0)
}
