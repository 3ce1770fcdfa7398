import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openJournal } from '../../src/files/journal.ts'
import type { RecordId } from '../../src/files/journal-record.ts'
import { recoverJournal } from '../../src/files/recovery.ts'
import { temporaryFolder } from '../build-app.ts'
import { createRandom } from '../fuzz/random.ts'

/* The journal at a start: a record that is whole and unsettled is turned back where the file is still ours, and nothing else is touched. */

const before = Buffer.from('the old bytes of a tag')
const after = Buffer.from('the NEW bytes of a TAG')
const around = (bytes: Uint8Array) => Buffer.concat([Buffer.from('head '), bytes, Buffer.from(' and the audio')])

interface Crash {
  readonly stateDir: string
  readonly path: string
  readonly record: string
  readonly id: RecordId
  readonly recover: (isRecorded?: (id: RecordId) => boolean) => string[]
  readonly content: () => Buffer
}

/** A write in place that was killed when `written` of the new bytes were over the old ones. */
function crash(t: TestContext, written = 9): Crash {
  const stateDir = temporaryFolder(t)
  const path = join(temporaryFolder(t), 'a.mp3')
  writeFileSync(path, around(Buffer.concat([after.subarray(0, written), before.subarray(written)])))
  const { ino: inode, size } = statSync(path, { bigint: true })
  const id = openJournal(stateDir).write({
    path: Buffer.from(path),
    inode,
    size: Number(size),
    segments: [{ offset: 5, before, after }],
  })
  const folder = join(stateDir, 'journal')
  return {
    stateDir,
    path,
    id,
    record: join(folder, readdirSync(folder)[0] ?? ''),
    recover: (isRecorded = () => false) => recoverJournal(stateDir, isRecorded).map(({ outcome }) => outcome),
    content: () => readFileSync(path),
  }
}

test('a write killed half-way is turned back, and its record goes', t => {
  for (const written of [0, 5, 9, before.length]) {
    const { recover, content, record } = crash(t, written)
    assert.deepEqual(recover(), written === 0 ? [] : ['turned back'])
    assert.deepEqual(content(), around(before))
    assert.ok(!existsSync(record))
  }
})

test('a write that the history knows is left, also when a later record of its journal was asked for', t => {
  const { recover, content, id } = crash(t, before.length)
  assert.deepEqual(
    recover(({ journal, number }) => journal === id.journal && number <= 1),
    [],
  )
  assert.deepEqual(content(), around(after))
})

test('a record cut short anywhere is no record, and no byte of the file changes', t => {
  const whole = crash(t)
  const bytes = readFileSync(whole.record)
  const halfway = whole.content()
  for (let length = 0; length < bytes.length; length++) {
    mkdirSync(join(whole.stateDir, 'journal'), { recursive: true })
    writeFileSync(whole.record, bytes.subarray(0, length))
    assert.deepEqual(whole.recover(), [], `cut at ${length}`)
    assert.deepEqual(whole.content(), halfway)
  }
})

test('a record with any byte changed is no record, and no byte of the file changes', t => {
  const whole = crash(t)
  const bytes = readFileSync(whole.record)
  const halfway = whole.content()
  const random = createRandom(1)
  for (let at = 0; at < bytes.length; at++) {
    const torn = Buffer.from(bytes)
    torn[at] = (torn[at] as number) ^ (1 + random.below(255))
    writeFileSync(whole.record, torn)
    assert.deepEqual(whole.recover(), [], `byte ${at}`)
    assert.deepEqual(whole.content(), halfway)
  }
})

test('garbage, an empty file and files of other names in the journal do no harm', t => {
  const { stateDir, record, recover, content } = crash(t)
  const halfway = content()
  const random = createRandom(2)
  writeFileSync(record, '')
  writeFileSync(join(stateDir, 'journal', 'garbage.journal'), random.bytes(5000))
  writeFileSync(
    join(stateDir, 'journal', 'huge.journal'),
    Buffer.concat([Buffer.from('MRJ1\xff\xff\xff\xff', 'latin1'), random.bytes(200)]),
  )
  writeFileSync(join(stateDir, 'journal', 'notes.txt'), 'not ours')
  assert.deepEqual(recover(), [])
  assert.deepEqual(content(), halfway)
  assert.ok(existsSync(join(stateDir, 'journal', 'notes.txt')))
})

test('a longer record that was overwritten by a shorter one leaves no trace', t => {
  const { stateDir, path, content } = crash(t, 0)
  const { ino: inode, size } = statSync(path, { bigint: true })
  const journal = openJournal(stateDir)
  const one = { path: Buffer.from(path), inode, size: Number(size) }
  journal.write({
    ...one,
    segments: [
      { offset: 5, before, after },
      { offset: 0, before: content(), after: content() },
    ],
  })
  const short = [{ offset: 5, before: before.subarray(0, 3), after: after.subarray(0, 3) }]
  for (let i = 0; i < 2; i++) journal.write({ ...one, segments: short })
  assert.deepEqual(
    recoverJournal(stateDir, () => false),
    [],
  )
  assert.deepEqual(content(), around(before))
})

test('a record stands while the next file is written, for the history may not know it yet', t => {
  const stateDir = temporaryFolder(t)
  const journal = openJournal(stateDir)
  const written = ['a.mp3', 'b.mp3', 'c.mp3'].map(name => {
    const path = join(temporaryFolder(t), name)
    writeFileSync(path, around(after))
    const { ino: inode, size } = statSync(path, { bigint: true })
    const segments = [{ offset: 5, before, after }]
    return { path, id: journal.write({ path: Buffer.from(path), inode, size: Number(size), segments }) }
  })
  const [first, ...later] = written
  recoverJournal(stateDir, ({ number }) => number <= (first?.id.number ?? 0))
  for (const { path } of later) assert.deepEqual(readFileSync(path), around(before), path)
})

test('a record that was left to the next start is not written over', t => {
  const stateDir = temporaryFolder(t)
  const path = join(temporaryFolder(t), 'a.mp3')
  writeFileSync(path, around(after))
  const { ino: inode, size } = statSync(path, { bigint: true })
  const journal = openJournal(stateDir)
  const one = { path: Buffer.from(path), inode, size: Number(size), segments: [{ offset: 5, before, after }] }
  journal.write(one)
  journal.leave()
  for (let i = 0; i < 3; i++) journal.write({ ...one, inode: 0n })
  assert.ok(recoverJournal(stateDir, () => false).some(({ outcome }) => outcome === 'turned back'))
  assert.deepEqual(readFileSync(path), around(before))
})

test('a file on a share that is not mounted at the start is turned back at the next', t => {
  const { path, recover, content, record } = crash(t)
  renameSync(join(path, '..'), `${join(path, '..')}-away`)
  assert.deepEqual(recover(), ['left alone'])
  assert.ok(existsSync(record), 'the record stays')
  renameSync(`${join(path, '..')}-away`, join(path, '..'))
  assert.deepEqual(recover(), ['turned back'])
  assert.deepEqual(content(), around(before))
  assert.ok(!existsSync(record))
})

test('a record is not kept for ever for a file that does not come back', t => {
  const { path, recover, record } = crash(t)
  rmSync(path)
  const longAgo = Date.now() / 1000 - 31 * 24 * 60 * 60
  utimesSync(record, longAgo, longAgo)
  recover()
  assert.ok(!existsSync(record))
})

const others: [what: string, act: (path: string) => void][] = [
  [
    'wrote into the stretch that was being written',
    path => writeFileSync(path, around(Buffer.from('something else entirel'))),
  ],
  ['made the file longer', path => writeFileSync(path, 'more', { flag: 'a' })],
  ['made the file shorter', path => writeFileSync(path, readFileSync(path).subarray(0, 10))],
  [
    'put a copy in its place',
    path => {
      writeFileSync(`${path}.copy`, readFileSync(path))
      renameSync(`${path}.copy`, path)
    },
  ],
]

for (const [what, act] of others) {
  test(`a file is left alone when another program ${what} after the crash`, t => {
    const { path, recover, content, record } = crash(t)
    act(path)
    const theirs = content()
    assert.deepEqual(recover(), ['left alone'])
    assert.deepEqual(content(), theirs)
    assert.ok(!existsSync(record), 'and its record goes')
  })
}

test('a file that is gone after the crash is no obstacle', t => {
  const { path, recover } = crash(t)
  rmSync(path)
  assert.deepEqual(recover(), ['left alone'])
})
