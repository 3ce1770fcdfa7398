import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { LibraryPath } from '../../src/library/paths.ts'
import type { Edit } from '../../src/schemas/change.ts'
import type { FaultPlan } from '../faulty-disk.ts'
import { seedNamed } from '../fuzz/seeds.ts'
import { putFile, stateOf } from '../music-library.ts'

/*
 * Law 5 where the disk fails, over containers: each changing call of each way of writing ends with each error, and the old bytes
 * stand, nothing else is left beside them, and the reason is a coded one. The calls of this very process fail, so that a case costs a millisecond.
 */

const plans = mkdtempSync(join(tmpdir(), 'metadata-remote-plans-'))
const planPath = join(plans, 'plan.json')
let token = 0
plan(0, '')
process.env.FAULT_PLAN = planPath
process.env.FAULT_THREAD = 'main'
await import('../faulty-disk.ts')
const { runTrackTask } = await import('../../src/changes/track-task.ts')
const { openJournal } = await import('../../src/files/journal.ts')
process.on('exit', () => rmSync(plans, { recursive: true, force: true }))

function plan(at: number, fault: string): void {
  rmSync(`${planPath}.struck`, { force: true })
  writeFileSync(planPath, JSON.stringify({ token: ++token, at, fault } satisfies FaultPlan))
}
const struck = (): string | null =>
  existsSync(`${planPath}.struck`) ? readFileSync(`${planPath}.struck`, 'utf8') : null

const codes: Record<string, string> = {
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'NO_SPACE',
  EIO: 'IO_ERROR',
  EXDEV: 'IO_ERROR',
  EACCES: 'READ_ONLY',
  EROFS: 'READ_ONLY',
}
const containers = ['a23.mp3', 'b.flac', 'a.m4a', 'a.spx', 'a.oga', 'a.wav', 'b.wma', 'a.dff', 'a.wv', 'a.tta']
const title = (value: string): Edit => ({ op: 'set', field: 'title', values: [value] })
const ways = {
  'in place': { edits: [title('New title')], calls: 5 },
  'as a new file': { edits: [title('A longer title '.repeat(400))], calls: 5 },
  'with another name': {
    edits: [title('A longer title '.repeat(400)), { op: 'rename', to: 'b' } satisfies Edit],
    calls: 7,
  },
}

for (const [way, { edits, calls }] of Object.entries(ways)) {
  test(`whatever call fails while a file of any container is written ${way}, and however, the file is as it was`, async t => {
    let cases = 0
    for (const name of containers) {
      for (const fault of Object.keys(codes)) {
        let at = 1
        while (await failCall({ name, edits, fault, at })) at++
        assert.ok(at > calls, `${name}: too few calls were struck: ${at - 1}`)
        cases += at - 1
      }
    }
    t.diagnostic(`${cases} failed calls`)
  })
}

interface Trial {
  readonly name: string
  readonly edits: readonly Edit[]
  readonly fault: string
  readonly at: number
}

/** Whether there was such a call. */
async function failCall({ name, edits, fault, at }: Trial): Promise<boolean> {
  const music = mkdtempSync(join(tmpdir(), 'metadata-remote-test-'))
  const stateDir = join(music, '.state')
  mkdirSync(stateDir)
  putFile(music, `m/${name}`, seedNamed(name))
  const before = stateOf(join(music, 'm', name))
  const task = {
    root: Buffer.from(join(music, 'm')),
    path: name as LibraryPath,
    expected: null,
    work: { kind: 'edits' as const, edits },
    pictures: [],
    owner: null,
    options: { id3Version: 4 as const },
    dryRun: false,
    session: '00000000',
  }
  plan(at, fault)
  const { file, applied } = await runTrackTask(task, () => openJournal(stateDir))
  const call = struck()
  plan(0, '')
  const entries = readdirSync(join(music, 'm'))
  const what = `${name}: ${fault} at call ${at}, ${call}: ${file.status} ${JSON.stringify(file.error ?? file.warnings)}`
  if (file.status === 'applied') {
    assert.equal(entries.length, 1, what)
    assert.ok(!readFileSync(join(music, 'm', entries[0] ?? '')).equals(before.bytes), what)
  } else {
    assert.notEqual(call, null, what)
    assert.deepEqual([file.error?.code, applied], [codes[fault], null], what)
    assert.deepEqual(entries, [name], what)
    const { mtimeNs: _, ...now } = stateOf(join(music, 'm', name))
    const { mtimeNs: __, ...then } = before
    assert.deepEqual(now, then, what)
  }
  rmSync(music, { recursive: true })
  return call !== null
}
