import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { bufferSource } from '../../src/files/source.ts'
import { encodeSplices, type Splice } from '../../src/files/splice.ts'
import { openTags } from '../../src/tags/containers/registry.ts'
import { patchTags } from '../../src/tags/patch.ts'
import { temporaryFolder } from '../build-app.ts'
import type { FaultPlan } from '../faulty-disk.ts'
import { seedNamed } from '../fuzz/seeds.ts'
import { spliced } from '../fuzz/trial.ts'
import { openLibrary } from '../music-library.ts'
import type { Moment, WriteTask } from './write-and-die.ts'

/*
 * Law 4 over containers, with a durable state: killed at any call of either way of writing, and between and within what the history
 * does, the next start finds the old file or the new one, nothing else beside it, and a history that agrees.
 */

const options = { id3Version: 4 } as const
const moments: readonly Moment[] = ['written', 'recording', 'recorded', 'finished']
const containers = ['a24.mp3', 'a.flac', 'a.m4a', 'a.opus', 'a.wav', 'a.wma', 'a.aiff', 'a.dsf', 'a.ape']

interface Way {
  readonly title: string
  readonly newName: (name: string) => string
  /** Calls at the least: fewer would mean that the kills missed them. */
  readonly calls: number
  readonly inPlace: boolean
}

/** A title of the old one's length stays in place; a long one outgrows every padding. */
const inPlace: Way = { title: 'New title', newName: name => name, calls: 7, inPlace: true }
const beside: Way = { title: 'A longer title '.repeat(400), newName: name => name, calls: 5, inPlace: false }
const renamed: Way = { ...beside, newName: name => `b-${name}`, calls: 7 }

test('killed at any moment of a write in place, a file of any container is the old one, or the new one and in the history', t =>
  killEverywhere(t, inPlace))
test('killed at any moment of a write of a new file, a file of any container is the old one or the new one', t =>
  killEverywhere(t, beside))
test('killed at any moment of an edit with a rename, a file of any container is the old one or the new one', t =>
  killEverywhere(t, renamed))

interface Killed {
  readonly folder: string
  readonly name: string
  readonly old: Buffer
  readonly renewed: Buffer
  readonly at: string
}

async function killEverywhere(t: TestContext, way: Way): Promise<void> {
  const left = [...containers]
  // Two at a time, each with a library and a state of its own: most of the time goes into starting processes.
  const lane = async (): Promise<number> => {
    const scene = { music: temporaryFolder(t), stateDir: temporaryFolder(t), plans: temporaryFolder(t), way }
    const killed: Killed[] = []
    for (let name = left.shift(); name !== undefined; name = left.shift()) killed.push(...(await killAll(scene, name)))
    await lookAtWhatIsLeft(t, scene, killed)
    return killed.length
  }
  const counts = await Promise.all([lane(), lane()])
  t.diagnostic(`${counts[0] + counts[1]} kills`)
}

async function lookAtWhatIsLeft(
  t: TestContext,
  { music, stateDir, way }: Scene,
  killed: readonly Killed[],
): Promise<void> {
  const { app, history, undo } = await openLibrary(t, {}, { MUSIC_DIR: music, STATE_DIR: stateDir })
  await app.service.swept
  for (const { folder, name, old, renewed, at } of killed) {
    const what = `${name} killed at ${at}`
    const newName = way.newName(name)
    const states = readdirSync(join(music, folder))
      .sort()
      .map(entry => {
        const bytes = readFileSync(join(music, folder, entry))
        return `${entry} ${bytes.equals(old) ? 'old' : bytes.equals(renewed) ? 'new' : 'neither'}`
      })
    assert.ok([`${name} old`, `${newName} new`].includes(String(states)), `${what}: ${states}`)
    const { items, total } = await history(folder)
    assert.equal(String(states) === `${newName} new`, total === 1, `${what}: as the history says`)
    if (total === 0) continue
    await undo(items[0]?.id ?? '')
    assert.deepEqual(readdirSync(join(music, folder)), [name], what)
    assert.ok(readFileSync(join(music, folder, name)).equals(old), `${what}, undone`)
  }
  await app.close()
}

interface Scene {
  readonly music: string
  readonly stateDir: string
  readonly plans: string
  readonly way: Way
}

/** Kills the write at its first call, on another copy at its second, and so on, and then at each moment of the history. */
async function killAll(scene: Scene, name: string): Promise<Killed[]> {
  const old = seedNamed(name)
  const splices = splicesOf(old, name, scene.way.title)
  const renewed = spliced(old, splices)
  assert.equal(renewed.length === old.length, scene.way.inPlace, name)
  const killed: Killed[] = []
  const attempt = async (at: number, die: Moment | null): Promise<string | null> => {
    const folder = `${name} ${die ?? at}`
    mkdirSync(join(scene.music, folder))
    writeFileSync(join(scene.music, folder, name), old)
    const call = await run(scene, { name, newName: scene.way.newName(name), folder, splices, die }, at)
    if (call !== null) killed.push({ folder, name, old, renewed, at: die ?? call })
    return call
  }
  let at = 1
  while ((await attempt(at, null)) !== null) at++
  assert.ok(at > scene.way.calls, `too few calls were found: ${at - 1}`)
  for (const moment of moments) assert.ok(await attempt(0, moment), moment)
  return killed
}

function splicesOf(bytes: Buffer, name: string, title: string): readonly Splice[] {
  const source = bufferSource(bytes)
  const patch = { fields: new Map([['title', [title]]]), pictures: null }
  const { splices, refused } = patchTags(source, name, openTags(source, name, options), patch, options)
  assert.deepEqual(refused, [])
  return splices
}

type Run = Pick<WriteTask, 'name' | 'newName' | 'folder' | 'die'> & { splices: readonly Splice[] }

/** The call (or moment) at which the process was killed, or null where it lived. */
async function run({ music, stateDir, plans }: Scene, { splices, ...rest }: Run, at: number): Promise<string | null> {
  const planPath = join(plans, `${rest.folder}.json`)
  writeFileSync(planPath, JSON.stringify({ token: 1, at, fault: 'SIGKILL' } satisfies FaultPlan))
  const task: WriteTask = { ...rest, music, stateDir, splices: Buffer.from(encodeSplices(splices)).toString('base64') }
  const here = (file: string) => join(import.meta.dirname, file)
  const child = spawn(
    process.execPath,
    ['--import', here('../faulty-disk.ts'), here('write-and-die.ts'), JSON.stringify(task)],
    {
      env: { FAULT_PLAN: planPath, FAULT_THREAD: 'main', NODE_COMPILE_CACHE: plans },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let output = ''
  child.stdout.on('data', data => (output += String(data)))
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (signal === 'SIGKILL') return rest.die ?? `call ${at}, ${readFileSync(`${planPath}.struck`, 'utf8')}`
  assert.equal(output, 'alive\n')
  return null
}
