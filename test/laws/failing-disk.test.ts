import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Edit } from '../../src/schemas/change.ts'
import { type FaultyServer, startFaultyServer } from '../faulty-server.ts'
import { makeFlac, makeMp3, textFrame, vorbisComment } from '../make-audio.ts'
import { only, putFile, stateOf } from '../music-library.ts'

/* Law 5 where the disk fails: whatever call fails, and however, the old bytes stand, nothing else is left, and no history. */

const title: Edit = { op: 'set', field: 'title', values: ['A longer title than before'] }
const rename: Edit = { op: 'rename', to: 'b' }
const frames = [textFrame('TIT2', 'Old title')]
const tight = makeMp3({ id3v2: { version: 4, frames } })
const roomy = makeMp3({ id3v2: { version: 4, frames, padding: 500 } })
const flac = makeFlac({ blocks: [vorbisComment(['TITLE=Old title'])] })

const codes: Record<string, string> = { ENOSPC: 'NO_SPACE', EIO: 'IO_ERROR', EACCES: 'READ_ONLY', EROFS: 'READ_ONLY' }

test('whatever call of an edit that makes a new MP3 fails, the file is as it was', async t =>
  failEveryCall(await startFaultyServer(t, false), { name: 'a.mp3', old: tight, edits: [title] }))

test('whatever call of an edit that makes a new FLAC fails, the file is as it was', async t =>
  failEveryCall(await startFaultyServer(t, false), { name: 'a.flac', old: flac, edits: [title] }))

test('whatever call of an edit in place fails, the file is as it was', async t =>
  failEveryCall(await startFaultyServer(t, true), { name: 'a.mp3', old: roomy, edits: [title], inPlace: true }))

test('whatever call of a rename fails, the file is as it was', async t =>
  failEveryCall(await startFaultyServer(t, false), { name: 'a.mp3', old: tight, edits: [rename] }))

test('whatever call of a rename with an edit fails, the file is as it was', async t =>
  failEveryCall(await startFaultyServer(t, false), { name: 'a.mp3', old: tight, edits: [rename, title] }))

interface Scenario {
  name: string
  old: Buffer
  edits: Edit[]
  inPlace?: boolean
}

async function failEveryCall(server: FaultyServer, scenario: Scenario): Promise<void> {
  for (const fault of Object.keys(codes)) {
    let at = 1
    while (await failCall(server, scenario, fault, at)) at++
    assert.ok(at > 2, `too few calls were struck: ${at - 1}`)
  }
}

/** Whether there was such a call. */
async function failCall(server: FaultyServer, scenario: Scenario, fault: string, at: number): Promise<boolean> {
  const { name, old, edits, inPlace = false } = scenario
  const folder = `${fault} at ${at}`
  putFile(server.music, `${folder}/${name}`, old)
  const path = join(server.music, folder, name)
  const before = stateOf(path)
  const changesBefore = await server.history()
  server.plan(at, fault)
  const change = await server.change({ target: { paths: [`${folder}/${name}`] }, edits })
  const call = server.struck()
  server.plan(0, '')
  assert.ok(change, `${fault} at ${call} killed the server`)
  const file = only(change.files)
  const what = `${fault} at call ${at}, ${call}: ${file.status} ${JSON.stringify(file.error ?? file.warnings)}`
  if (file.status === 'applied') {
    // A fault that does no harm to the edit is survived; it was undoable like any other.
    assert.equal((await server.undo(change.id ?? ''))?.state, 'undone', what)
    assert.deepEqual(readdirSync(join(server.music, folder)), [name], what)
    assert.ok(stateOf(path).bytes.equals(old), what)
    return call !== null
  }
  assert.notEqual(call, null, what)
  assert.equal(file.error?.code, codes[fault], what)
  assert.deepEqual(readdirSync(join(server.music, folder)), [name], what)
  assert.equal(await server.history(), changesBefore, what)
  const { mtimeNs, ...rest } = stateOf(path)
  const { mtimeNs: mtimeBefore, ...restBefore } = before
  assert.deepEqual(rest, restBefore, what)
  // A file turned back in place gets its time back to within what the system lets us set.
  const drift = mtimeNs > mtimeBefore ? mtimeNs - mtimeBefore : mtimeBefore - mtimeNs
  assert.ok(drift <= (inPlace ? 1_000_000n : 0n), `${what}: the time of the file moved by ${drift} ns`)
  return true
}
