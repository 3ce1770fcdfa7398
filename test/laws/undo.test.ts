import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Edit } from '../../src/schemas/change.ts'
import { flacPadding, flacPicture, makeFlac, makeMp3, makePng, textFrame, vorbisComment } from '../make-audio.ts'
import { only, openLibrary } from '../music-library.ts'
import { audioFile, namedEdit } from './generated.ts'

/* Law 3: apply then undo is the original file, byte for byte; undo then redo is the changed file, byte for byte. */

const edits = fc.array(namedEdit, { minLength: 1, maxLength: 3 }).map(list => list.map(({ edit }) => edit))

test('apply then undo gives the original bytes, and redo the changed ones', async t => {
  const library = await openLibrary(t)
  await fc.assert(
    fc.asyncProperty(audioFile, edits, async ({ name, bytes }, list) => {
      library.put(name, bytes)
      const { id, status } = await library.edit(name, ...list)
      if (status !== 'applied') return
      const changed = library.bytes(name)
      assert.equal((await library.undo(id)).state, 'undone')
      assert.ok(library.bytes(name).equals(bytes), 'undone')
      assert.equal((await library.redo(id)).state, 'applied')
      assert.ok(library.bytes(name).equals(changed), 'redone')
    }),
    { numRuns: 80 },
  )
})

test('changes undone from the newest to the oldest pass through every state, and redone pass forward through them', async t => {
  const library = await openLibrary(t)
  await fc.assert(
    fc.asyncProperty(audioFile, fc.array(edits, { minLength: 2, maxLength: 5 }), async ({ name, bytes }, lists) => {
      library.put(name, bytes)
      const states = [bytes]
      const ids: string[] = []
      for (const list of lists) {
        const { id, status } = await library.edit(name, ...list)
        if (status !== 'applied') continue
        ids.push(id)
        states.push(library.bytes(name))
      }
      for (const [i, id] of [...ids.entries()].reverse()) {
        await library.undo(id)
        assert.ok(library.bytes(name).equals(states[i] as Buffer), `state ${i} on the way back`)
      }
      for (const [i, id] of ids.entries()) {
        await library.redo(id)
        assert.ok(library.bytes(name).equals(states[i + 1] as Buffer), `state ${i + 1} on the way forward`)
      }
    }),
    { numRuns: 40 },
  )
})

const set = (field: string, ...values: string[]): Edit => ({ op: 'set', field, values })
const titled = makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Old'), textFrame('TPE1', 'Someone')] } })
const titledFlac = makeFlac({ blocks: [vorbisComment(['TITLE=Old', 'ARTIST=Someone'])] })

for (const [name, bytes] of [['a.mp3', titled] as const, ['a.flac', titledFlac] as const]) {
  test(`changes of different fields of ${name} can be undone in any order, and then the values are the old ones`, async t => {
    const library = await openLibrary(t)
    const fields = ['title', 'artist', 'album', 'Own Field']
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(fields, { minLength: 4 }), async order => {
        library.put(name, bytes)
        const before = (await library.track(name)).tags
        const ids = new Map<string, string>()
        for (const field of fields) ids.set(field, (await library.edit(name, set(field, `New ${field}`))).id)
        for (const field of order) assert.equal((await library.undo(ids.get(field) ?? '')).state, 'undone', field)
        assert.deepEqual((await library.track(name)).tags, before)
        for (const field of order) assert.equal((await library.redo(ids.get(field) ?? '')).state, 'applied', field)
        assert.deepEqual((await library.track(name)).tags.title, ['New title'])
      }),
      { numRuns: 12 },
    )
  })

  test(`undo of an older change of ${name} is a conflict that shows both values where a newer one stands`, async t => {
    const library = await openLibrary(t, { [name]: bytes })
    const first = await library.edit(name, set('title', 'First'))
    const second = await library.edit(name, set('title', 'Second'))
    const before = library.state(name)

    const file = only((await library.undo(first.id)).files)
    assert.deepEqual([file.status, file.error?.code], ['conflict', 'VALUE_CONFLICT'])
    const { current, expected } = only(file.problems)
    assert.deepEqual({ current, expected }, { current: ['Second'], expected: ['First'] })
    assert.deepEqual(library.state(name), before)

    await library.undo(second.id)
    await library.undo(first.id)
    assert.ok(library.bytes(name).equals(bytes))
  })

  test(`undo after another program wrote ${name} restores what it did not touch and keeps what it wrote`, async t => {
    const library = await openLibrary(t, { [name]: bytes })
    const { id } = await library.edit(name, set('title', 'Ours'))
    const other = await openLibrary(t, {}, { MUSIC_DIR: library.root })
    await other.edit(name, set('album', 'Theirs'))

    assert.equal((await library.undo(id)).state, 'undone')
    const { tags } = await library.track(name)
    assert.deepEqual([tags.title, tags.album], [['Old'], ['Theirs']])
  })
}

test('a removed cover comes back byte for byte, also when the file moved on meanwhile', async t => {
  const cover = makePng(5, 90)
  const bytes = makeFlac({ blocks: [vorbisComment(['TITLE=Old']), flacPicture(cover, 3)] })
  const library = await openLibrary(t, { 'a.flac': bytes })
  const { id } = await library.edit('a.flac', { op: 'removePicture', type: 'front' })
  await library.edit('a.flac', set('album', 'Later'))
  await library.undo(id)
  const { raw } = await library.get('/track/picture', { path: 'a.flac', index: '0' })
  assert.ok(raw.equals(cover))
})

test('undo of a rename gives the file its name back, and of a rename with an edit its bytes too', async t => {
  const library = await openLibrary(t, { 'a.mp3': titled })
  const { id } = await library.edit('a.mp3', { op: 'rename', to: 'b' }, set('title', 'New'))
  assert.deepEqual(library.entries(), ['b.mp3'])
  await library.undo(id)
  assert.deepEqual(library.entries(), ['a.mp3'])
  assert.ok(library.bytes('a.mp3').equals(titled))
})

test('a change of several files is undone where it can be, and says where it cannot', async t => {
  const library = await openLibrary(t, { 'a.mp3': titled, 'b.mp3': titled })
  const { id = '' } = await library.change({ target: { folder: '' }, edits: [set('title', 'Both')] })
  await library.edit('b.mp3', set('title', 'Only b'))
  const undone = await library.undo(id)
  assert.equal(undone.state, 'partial')
  assert.deepEqual(
    undone.files.map(({ path, status }) => [path, status]),
    [
      ['a.mp3', 'applied'],
      ['b.mp3', 'conflict'],
    ],
  )
  assert.ok(library.bytes('a.mp3').equals(titled))
})
test('undo of a file that another program wrote since and gave its old time and length again leaves no ruin', async t => {
  const [large, small] = ['x'.repeat(300), 'y']
  const flac = makeFlac({ blocks: [vorbisComment(['TITLE=Old', 'ALBUM=Album']), flacPadding(1000)] })
  const library = await openLibrary(t, { 'a.flac': flac })
  const { id } = await library.edit('a.flac', set('title', small))
  const path = join(library.root, 'a.flac')
  const { mtimeNs } = statSync(path, { bigint: true })
  const other = await openLibrary(t, { 'a.flac': library.bytes('a.flac') })
  await other.edit('a.flac', set('album', large))
  const theirs = other.bytes('a.flac')
  assert.equal(theirs.length, library.bytes('a.flac').length)
  const fd = openSync(path, 'r+')
  writeSync(fd, theirs)
  closeSync(fd)
  execFileSync('touch', [
    '-d',
    `@${mtimeNs / 1_000_000_000n}.${String(mtimeNs % 1_000_000_000n).padStart(9, '0')}`,
    path,
  ])
  assert.equal(statSync(path, { bigint: true }).mtimeNs, mtimeNs)

  assert.equal((await library.undo(id)).state, 'undone')
  const { tags, reason } = await library.track('a.flac')
  assert.deepEqual([tags, reason], [{ title: ['Old'], album: [large] }, null])
})
