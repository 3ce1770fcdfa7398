import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { FolderTask } from '../../src/changes/folder-task.ts'
import type { LibraryPath } from '../../src/library/paths.ts'
import type { Edit } from '../../src/schemas/change.ts'
import { sha256 } from '../../src/tags/images.ts'
import { temporaryFolder } from '../build-app.ts'
import type { FaultPlan } from '../faulty-disk.ts'
import { makeMp3, textFrame } from '../make-audio.ts'
import { openLibrary, putFile } from '../music-library.ts'
import type { MoveTask } from './move-and-die.ts'
import type { Moment } from './write-and-die.ts'

/*
 * Laws 4 and 5 for moves, deletes and folders: each call that changes something ends with each error, or is the last of its process. Then
 * all is as it was, no file is lost and none is there twice; or all is done, and the history knows it.
 */

const plans = mkdtempSync(join(tmpdir(), 'metadata-remote-plans-'))
const planPath = join(plans, 'plan.json')
let token = 0
plan(0, '')
process.env.FAULT_PLAN = planPath
process.env.FAULT_THREAD = 'main'
await import('../faulty-disk.ts')
const { runTrackTask } = await import('../../src/changes/track-task.ts')
const { runFolderTask } = await import('../../src/changes/folder-task.ts')
const { openJournal } = await import('../../src/files/journal.ts')
process.on('exit', () => rmSync(plans, { recursive: true, force: true }))

function plan(at: number, fault: string): void {
  rmSync(`${planPath}.struck`, { force: true })
  writeFileSync(planPath, JSON.stringify({ token: ++token, at, fault } satisfies FaultPlan))
}
const struck = (): string | null =>
  existsSync(`${planPath}.struck`) ? readFileSync(`${planPath}.struck`, 'utf8') : null

const mp3 = makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', 'Old')] } })
const tree: Record<string, Buffer> = {
  'A/a.mp3': mp3,
  'A/a.lrc': Buffer.from('la'),
  'A/a.jpg': Buffer.from('a picture'),
  'A/b.mp3': mp3,
  'A/CD 2/c.mp3': mp3,
  'B/x.mp3': mp3,
}

interface Scenario {
  /** The track or folder, in the tree. */
  readonly path: string
  readonly work: (tree: string) => MoveTask['work']
  /** Calls at the least: fewer would mean that the faults missed them. */
  readonly calls: number
}

const title: Edit = { op: 'set', field: 'title', values: ['A longer title '.repeat(100)] }
const placed = (to: LibraryPath | string): FolderTask['work'] => ({ kind: 'place', to: to as LibraryPath })
const scenarios: Record<string, Scenario> = {
  'a track is moved': { path: 'A/a.mp3', work: top => [{ op: 'move', to: `${top}/B` }], calls: 6 },
  'a track is moved to a new folder': { path: 'A/a.mp3', work: top => [{ op: 'move', to: `${top}/N/M` }], calls: 10 },
  'a track is moved with new tags': {
    path: 'A/a.mp3',
    work: top => [{ op: 'move', to: `${top}/B/N` }, { op: 'rename', to: 'n' }, title],
    calls: 10,
  },
  'a track is renamed with what shares its name': {
    path: 'A/a.mp3',
    work: () => [{ op: 'rename', to: 'n' }],
    calls: 7,
  },
  'a track is deleted': { path: 'A/a.mp3', work: () => [{ op: 'delete' }], calls: 10 },
  'a folder is renamed': { path: 'A', work: top => placed(`${top}/N`), calls: 3 },
  'a folder is moved to a new folder': { path: 'A', work: top => placed(`${top}/B/N/A`), calls: 5 },
  'a folder is deleted': { path: 'A', work: () => ({ kind: 'delete' }), calls: 5 },
  'a folder is made': { path: 'A/N', work: () => ({ kind: 'create' }), calls: 3 },
}

function plant(music: string, top: string): void {
  for (const [path, bytes] of Object.entries(tree)) putFile(music, `${top}/${path}`, bytes)
}

/** Every entry of a tree, files with their bytes. */
function look(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {}
  const entries = readdirSync(folder, { recursive: true }).map(String).sort()
  return Object.fromEntries(
    entries.map(entry => {
      const path = join(folder, entry)
      return [entry, statSync(path).isDirectory() ? 'folder' : sha256(readFileSync(path))]
    }),
  )
}

/** What is in the trash of attempts in the folder `top`, without empty folders. */
const trashOf = (music: string, top: string): string[] =>
  Object.entries(look(join(music, '.metadata-remote-trash')))
    .filter(([path, what]) => what !== 'folder' && path.split('/')[1] === top)
    .map(([path]) => path)

const codes: Record<string, string[]> = {
  ENOSPC: ['NO_SPACE'],
  EIO: ['IO_ERROR'],
  EXDEV: ['IO_ERROR', 'CROSS_DEVICE'],
  EACCES: ['READ_ONLY'],
  EROFS: ['READ_ONLY'],
}

for (const [what, { path, work, calls }] of Object.entries(scenarios)) {
  test(`whatever call fails while ${what}, and however, all is as it was`, async t => {
    let cases = 0
    const attempt = async (fault: string, at: number): Promise<boolean> => {
      const music = mkdtempSync(join(tmpdir(), 'metadata-remote-test-'))
      const stateDir = join(music, 'state')
      mkdirSync(stateDir)
      plant(music, 'm/t')
      const root = join(music, 'm')
      const before = look(join(root, 't'))
      const task = work('t')
      const common = {
        root: Buffer.from(root),
        path: `t/${path}` as LibraryPath,
        expected: null,
        owner: null,
        dryRun: false,
      }
      const journal = () => openJournal(stateDir)
      plan(at, fault)
      const { file, applied } =
        'kind' in task
          ? runFolderTask({ ...common, work: task }, journal)
          : await runTrackTask(
              {
                ...common,
                work: { kind: 'edits', edits: task },
                pictures: [],
                options: { id3Version: 4 },
                session: '00000000',
              },
              journal,
            )
      const call = struck()
      plan(0, '')
      const said = `${fault} at call ${at}, ${call}: ${file.status} ${JSON.stringify(file.error ?? file.warnings)}`
      if (applied === null) {
        assert.notEqual(call, null, said)
        assert.ok(codes[fault]?.includes(file.error?.code ?? ''), said)
        assert.deepEqual(look(join(root, 't')), before, said)
        assert.deepEqual(trashOf(root, 't'), [], said)
      } else assert.equal(file.status, 'applied', said)
      rmSync(music, { recursive: true })
      return call !== null
    }
    for (const fault of Object.keys(codes)) {
      let at = 1
      while (await attempt(fault, at)) at++
      assert.ok(at > calls, `too few calls were struck: ${at - 1}`)
      cases += at - 1
    }
    t.diagnostic(`${cases} failed calls`)
  })
}

const moments: readonly Moment[] = ['written', 'recording', 'recorded', 'finished']
const isRecorded = (die: Moment | null): boolean => die === 'recorded' || die === 'finished'

test('killed at any moment, what was not recorded is taken back at the next start, and what was is undone like any other', async t => {
  const left = Object.entries(scenarios)
  const lane = async (): Promise<number> => {
    let kills = 0
    for (let next = left.shift(); next; next = left.shift()) kills += await killEverywhere(t, ...next)
    return kills
  }
  const counts = await Promise.all([lane(), lane()])
  t.diagnostic(`${counts[0] + counts[1]} kills`)
})

async function killEverywhere(t: TestContext, what: string, { path, work, calls }: Scenario): Promise<number> {
  const [music, stateDir] = [temporaryFolder(t), temporaryFolder(t)]
  const killed: { top: string; at: string; die: Moment | null }[] = []
  const attempt = async (at: number, die: Moment | null): Promise<boolean> => {
    const top = `${die ?? at}`
    plant(music, top)
    const task: MoveTask = { music, stateDir, path: `${top}/${path}`, work: work(top), die }
    const call = await run(task, at)
    if (call !== null) killed.push({ top, at: call, die })
    return call !== null
  }
  let at = 1
  while (await attempt(at, null)) at++
  assert.ok(at > calls, `${what}: too few calls were found: ${at - 1}`)
  for (const moment of moments) assert.ok(await attempt(0, moment), moment)

  const done = look(join(music, String(at)))
  rmSync(join(music, String(at)), { recursive: true })
  plant(music, 'as it was')
  const before = look(join(music, 'as it was'))
  assert.notDeepEqual(done, before, `${what}: without a kill it is done`)
  const { app, history, undo } = await openLibrary(t, {}, { MUSIC_DIR: music, STATE_DIR: stateDir })
  await app.service.swept
  for (const { top, at: when, die } of killed) {
    const said = `${what}, killed at ${when}`
    if (isRecorded(die)) {
      assert.notDeepEqual(look(join(music, top)), before, said)
      const { items } = await history(top)
      assert.equal((await undo(items[0]?.id ?? '')).state, 'undone', said)
    }
    assert.deepEqual(look(join(music, top)), before, said)
    assert.deepEqual(trashOf(music, top), [], said)
  }
  // One that lived, and the two that died behind their record.
  assert.equal((await history()).total, 3, what)
  await app.close()
  return killed.length
}

/** The call (or moment) at which the process was killed, or null where it lived. */
async function run(task: MoveTask, at: number): Promise<string | null> {
  const own = join(plans, `${++token}.json`)
  writeFileSync(own, JSON.stringify({ token: 1, at, fault: 'SIGKILL' } satisfies FaultPlan))
  const here = (file: string) => join(import.meta.dirname, file)
  const child = spawn(
    process.execPath,
    ['--import', here('../faulty-disk.ts'), here('move-and-die.ts'), JSON.stringify(task)],
    { env: { FAULT_PLAN: own, FAULT_THREAD: 'main', NODE_COMPILE_CACHE: plans }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  child.stdout.on('data', data => (output += String(data)))
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (signal === 'SIGKILL') return task.die ?? `call ${at}, ${readFileSync(`${own}.struck`, 'utf8')}`
  assert.equal(output, 'alive\n')
  return null
}
