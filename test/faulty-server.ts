import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import type { Change } from '../src/schemas/change.ts'
import { temporaryFolder } from './build-app.ts'
import type { ChangeBody } from './music-library.ts'

/** A server in a process of its own, whose disk fails or which dies on cue. */
export interface FaultyServer {
  readonly music: string
  /** Makes the `at`-th changing call of the next change fail, or kill. */
  plan(at: number, fault: string): void
  /** The call that was struck since the plan, or null where the change needed fewer calls. */
  struck(): string | null
  /** Null where the server died over it. */
  change(body: ChangeBody): Promise<Change | null>
  undo(id: string): Promise<Change | null>
  history(): Promise<number>
  /** Starts it again, and waits until what the death left behind is cleared. */
  restart(): Promise<void>
}

export async function startFaultyServer(t: TestContext, durable: boolean): Promise<FaultyServer> {
  const music = temporaryFolder(t)
  const state = temporaryFolder(t)
  const planPath = join(temporaryFolder(t), 'plan.json')
  let token = 0
  let child: ChildProcess | null = null
  let url = ''

  function plan(at: number, fault: string): void {
    rmSync(`${planPath}.struck`, { force: true })
    writeFileSync(planPath, JSON.stringify({ token: ++token, at, fault }))
  }

  async function call<T>(method: string, path: string, body?: unknown): Promise<T | null> {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    try {
      const reply = await fetch(`${url}api/v1${path}`, { method, ...init })
      return (await reply.json()) as T
    } catch {
      return null
    }
  }

  async function start(): Promise<void> {
    plan(0, '')
    const started = spawn(
      process.execPath,
      ['--import', join(import.meta.dirname, 'faulty-disk.ts'), join(import.meta.dirname, '../src/main.ts')],
      {
        env: {
          PATH: process.env.PATH,
          FAULT_PLAN: planPath,
          MUSIC_DIR: music,
          HOST: '127.0.0.1',
          PORT: '0',
          WORKERS: '1',
          ...(durable ? { STATE_DIR: state } : {}),
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    child = started
    url = ''
    let swept = false
    for await (const line of createInterface({ input: started.stdout as NodeJS.ReadableStream })) {
      const ready = /"url":"([^"]+)"/.exec(line)
      if (ready) url = (ready[1] as string).replace('localhost', '127.0.0.1')
      swept ||= line.includes('searched the library for unfinished files')
      if (url && swept) break
    }
    started.stdout?.resume()
  }

  t.after(() => child?.kill('SIGKILL'))
  await start()
  return {
    music,
    plan,
    struck: () => (existsSync(`${planPath}.struck`) ? readFileSync(`${planPath}.struck`, 'utf8') : null),
    change: body => call<Change>('POST', '/changes', body),
    undo: id => call<Change>('POST', `/changes/${id}/undo`, {}),
    history: async () => (await call<{ total: number }>('GET', '/changes'))?.total ?? -1,
    async restart() {
      if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      await start()
    },
  }
}
