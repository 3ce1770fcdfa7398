import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { delimiter, join } from 'node:path'

/* The real server as a process of its own, started as `npm start` does, and spoken to over HTTP. */

const project = join(import.meta.dirname, '..')
const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { scripts: { start: string } }

export interface Server {
  readonly url: string
  /** When its process was made, and when it said that it listens (ms of performance.now). */
  readonly spawned: number
  readonly ready: number
  /** The body of a GET of the API, with the time until its last byte had come and was parsed (ms). */
  get<T>(path: string): Promise<{ body: T; ms: number; bytes: number }>
  post(path: string): Promise<void>
  /** Resident memory of the process now and at its highest (MiB). */
  memory(): { now: number; peak: number }
  /** Processor time of the process so far (ms). */
  processor(): number
  stop(): Promise<void>
}

/** Ticks a second in /proc, as all Linux has it. */
const ticks = 100

/** Starts the server and waits until it listens. Its log is read no further than that. */
export async function startServer(env: Readonly<Record<string, string>>): Promise<Server> {
  const spawned = performance.now()
  const child = spawn('/bin/sh', ['-c', scripts.start], {
    cwd: project,
    env: {
      ...process.env,
      PATH: [join(project, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
      HOST: '127.0.0.1',
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    let log = ''
    child.once('exit', code => reject(new Error(`The server stopped with ${code} before it listened.`)))
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (log === 'heard') return
      log += text
      const port = /"url":"http:\/\/[^"]*:(\d+)\/"/.exec(log)?.[1]
      if (!port) return
      log = 'heard'
      resolve(`http://127.0.0.1:${port}`)
    })
  })
  const ready = performance.now()
  const agent = new Agent({ keepAlive: true })

  function send(method: 'GET' | 'POST', path: string): Promise<{ text: Buffer; started: number }> {
    return new Promise((resolve, reject) => {
      const started = performance.now()
      const asked = request(`${url}${path}`, { method, agent, headers: method === 'POST' ? { origin: url } : {} })
      asked.once('error', reject)
      asked.once('response', reply => {
        const parts: Buffer[] = []
        reply.on('data', (part: Buffer) => parts.push(part))
        reply.once('error', reject)
        reply.once('end', () => {
          const text = Buffer.concat(parts)
          const { statusCode = 0 } = reply
          if (statusCode < 300) resolve({ text, started })
          else reject(new Error(`${method} ${path}: ${statusCode} ${text.toString('utf8', 0, 300)}`))
        })
      })
      asked.end()
    })
  }

  return {
    url,
    spawned,
    ready,
    async get<T>(path: string) {
      const { text, started } = await send('GET', path)
      const body = JSON.parse(text.toString('utf8')) as T
      return { body, ms: performance.now() - started, bytes: text.length }
    },
    async post(path) {
      await send('POST', path)
    },
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      const mebibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
      return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') }
    },
    processor() {
      // behind the name, which may hold anything: the 14th and 15th field of proc_pid_stat(5)
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
      return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticks
    },
    async stop() {
      agent.destroy()
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
