import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDatabase } from '../../src/changes/database.ts'
import { createHistory } from '../../src/changes/history.ts'
import type { Edit } from '../../src/schemas/change.ts'
import { temporaryFolder } from '../build-app.ts'
import type { EditTask } from '../edit-and-exit.ts'
import type { FaultPlan } from '../faulty-disk.ts'
import { makeMp3, textFrame } from '../make-audio.ts'
import { openLibrary, putFile } from '../music-library.ts'

/* Law 4: killed at any write, the file is the old one or the new one after the next start, and nothing else is left. */

const title: Edit = { op: 'set', field: 'title', values: ['A longer title than before'] }
const rename: Edit = { op: 'rename', to: 'b' }
const frames = [textFrame('TIT2', 'Old title'), textFrame('TPE1', 'Someone')]
const tight = makeMp3({ id3v2: { version: 4, frames } })
const roomy = makeMp3({ id3v2: { version: 4, frames, padding: 500 } })

test('killed at any step of an edit that makes a new file, the file is the old one or the new one', async t => {
  const killed = await killAtEveryStep(t, { old: tight, edits: [title], durable: false })
  for (const { step, left } of killed) assert.ok(/^a\.mp3 (old|new)$/.test(left.join()), `${step}: ${left}`)
})

test('killed at any step of an edit in place, the file is turned back to the old one', async t => {
  const killed = await killAtEveryStep(t, { old: roomy, edits: [title], durable: true })
  for (const { step, left } of killed) assert.equal(left.join(), 'a.mp3 old', step)
})

test('killed at any step of a rename with an edit, the old name holds the old file or the new name the new one', async t => {
  const killed = await killAtEveryStep(t, { old: tight, edits: [rename, title], durable: false })
  // Between the halves of a rename there are both.
  for (const { step, left } of killed)
    assert.match(left.join(), /^(a\.mp3 old|a\.mp3 old,b\.mp3 new|b\.mp3 new)$/, step)
})

interface Scenario {
  old: Buffer
  edits: Edit[]
  durable: boolean
}

/** Kills the edit at its first step, on another copy at its second, and so on; then starts a server, and looks at what is left of each. */
async function killAtEveryStep(t: TestContext, { old, edits, durable }: Scenario) {
  const music = temporaryFolder(t)
  const stateDir = durable ? usedState(t) : null
  const steps: string[] = []
  for (let at = 1, struck: string | null = ''; struck !== null; at++) {
    putFile(music, `${at}/a.mp3`, old)
    struck = editKilledAt(t, at, { music, path: `${at}/a.mp3`, edits, stateDir })
    if (struck !== null) steps.push(`step ${at}, ${struck}`)
  }
  assert.ok(steps.length > 4, `too few steps were found: ${steps}`)
  const entries = (folder: string) => readdirSync(join(music, folder)).sort()
  const whole = String(steps.length + 1)
  const renewed = readFileSync(join(music, whole, entries(whole)[0] ?? ''))
  assert.ok(!renewed.equals(old), 'without a kill the edit is made')

  const { app } = await openLibrary(t, {}, { MUSIC_DIR: music, ...(stateDir ? { STATE_DIR: stateDir } : {}) })
  await app.service.swept
  await app.close()
  return steps.map((step, i) => ({
    step,
    left: entries(String(i + 1)).map(name => {
      const bytes = readFileSync(join(music, String(i + 1), name))
      return `${name} ${bytes.equals(old) ? 'old' : bytes.equals(renewed) ? 'new' : 'neither'}`
    }),
  }))
}

/** A folder with a history that has seen a change: an empty one could not tell an unfinished write from one of a history that is lost. */
function usedState(t: TestContext): string {
  const stateDir = temporaryFolder(t)
  const database = openDatabase(stateDir, () => {})
  createHistory(database, 1000, 1 << 30).begin('a change')
  database.close()
  return stateDir
}

/** The call at which the process of the edit was killed, or null where it needed fewer. */
function editKilledAt(t: TestContext, at: number, task: EditTask): string | null {
  const planPath = join(temporaryFolder(t), 'plan.json')
  writeFileSync(planPath, JSON.stringify({ token: 1, at, fault: 'SIGKILL' } satisfies FaultPlan))
  const here = (name: string) => join(import.meta.dirname, '..', name)
  const { signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', here('faulty-disk.ts'), here('edit-and-exit.ts'), JSON.stringify(task)],
    { env: { FAULT_PLAN: planPath, FAULT_THREAD: 'main' }, encoding: 'utf8' },
  )
  if (signal === 'SIGKILL') return readFileSync(`${planPath}.struck`, 'utf8')
  assert.ok(!existsSync(`${planPath}.struck`) && stdout.includes('applied'), stdout + stderr)
  return null
}
