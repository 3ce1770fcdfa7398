import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { describe, type TestContext, test } from 'node:test'
import { temporaryFolder } from './build-app.ts'

const main = join(import.meta.dirname, '../src/main.ts')
const host = '127.0.0.1'

describe('without MUSIC_DIR', () => {
  test('it serves a temporary copy of the demo library, says so, and removes it at the stop', async t => {
    const server = await start(t, {})
    assert.match(server.announced, /"demo":true/)
    assert.match(server.announced, /temporary copy/)
    assert.equal((await fetch(`${server.url}health`)).status, 200)

    const copies = () => readdirSync(server.temporary).filter(name => name.startsWith('metadata-remote-demo-'))
    const [copy = ''] = copies()
    assert.ok(existsSync(join(server.temporary, copy, 'Tin Orchard', 'Paper Weather')))
    assert.equal(await stop(server.process, 'SIGTERM'), 0)
    assert.deepEqual(copies(), [])
  })
})

describe('with MUSIC_DIR', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`it serves that folder and stops cleanly on ${signal}`, async t => {
      const library = temporaryFolder(t)
      const server = await start(t, { MUSIC_DIR: library })
      assert.ok(server.announced.includes(`"library":"${library}"`))
      assert.doesNotMatch(server.announced, /demo/i)
      assert.equal(await stop(server.process, signal), 0)
    })
  }
})

describe('a start that cannot be', () => {
  test('for a missing MUSIC_DIR names it, the path and the reason, without a stack', async t => {
    const { code, errors } = await fail(t, { MUSIC_DIR: '/does/not/exist' })
    assert.equal(code, 1)
    assert.match(errors, /MUSIC_DIR: \/does\/not\/exist does not exist/)
    assert.doesNotMatch(errors, /\bat .*\.ts/)
  })

  test('for a STATE_DIR that cannot be made names it', async t => {
    const { code, errors } = await fail(t, { STATE_DIR: '/dev/null/state' })
    assert.equal(code, 1)
    assert.match(errors, /STATE_DIR: \/dev\/null\/state is not a folder/)
  })

  test('for a STATE_DIR that another server uses says so, without a stack, and touches nothing of it', async t => {
    const state = temporaryFolder(t)
    const first = await start(t, { STATE_DIR: state })
    const journal = join(state, 'journal')
    mkdirSync(journal, { recursive: true })
    writeFileSync(join(journal, 'a.journal'), 'of the first')
    const { code, errors } = await fail(t, { STATE_DIR: state })
    assert.equal(code, 1)
    assert.match(errors, /STATE_DIR: another running Metadata Remote keeps its history here; stop it first/)
    assert.doesNotMatch(errors, /\bat .*\.ts/)
    assert.deepEqual(readdirSync(journal), ['a.journal'])
    first.process.kill('SIGKILL')
    await once(first.process, 'exit')
    assert.ok((await start(t, { STATE_DIR: state })).url, 'one that was killed holds it no longer')
  })

  test('for a taken port names it, without a stack, and leaves no demo library behind', async t => {
    const other = createServer().listen(0, host)
    t.after(() => other.close())
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const { code, errors, temporary } = await fail(t, { PORT: String(port) })
    assert.equal(code, 1)
    assert.match(errors, /PORT: .* is taken by another program/)
    assert.doesNotMatch(errors, /\bat .*\.ts/)
    assert.deepEqual(
      readdirSync(temporary).filter(name => name.startsWith('metadata-remote-demo-')),
      [],
    )
  })
})

function run(t: TestContext, env: Record<string, string>) {
  const temporary = temporaryFolder(t)
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, TMPDIR: temporary, HOST: host, PORT: '0', WORKERS: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  return { child, temporary }
}

async function start(t: TestContext, env: Record<string, string>) {
  const { child, temporary } = run(t, env)
  const errors = text(child.stderr)
  let announced = ''
  for await (const line of createInterface({ input: child.stdout })) {
    announced += line
    const url = /is ready at (http\S+\/)"/.exec(line)?.[1]
    if (!url) continue
    child.stdout.resume()
    return { process: child, url, announced, temporary }
  }
  throw new Error(`It did not start: ${await errors}`)
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal)
  const [code] = await once(child, 'exit')
  return code
}

async function fail(t: TestContext, env: Record<string, string>) {
  const { child, temporary } = run(t, env)
  child.stdout.resume()
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { code, errors, temporary }
}
