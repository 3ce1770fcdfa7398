/**
 * Fills the compile cache, from which the server starts in half the time and a good deal less memory: it is started as
 * `npm start` does, with the demo library or an empty one, asked for what makes it load all of itself, and stopped.
 * Without the cache the server runs as well; so nothing that goes wrong here fails the installation.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..')
/** For starting, asking and stopping together (ms). */
const limit = 60_000

const scratch = mkdtempSync(join(tmpdir(), 'metadata-remote-warm-start-'))
try {
  await warm(AbortSignal.timeout(limit))
} catch (error) {
  console.warn(`The first start will take longer: ${(error as Error).message}`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function warm(signal: AbortSignal): Promise<void> {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } }
  const child = spawn('/bin/sh', ['-c', scripts.start], {
    cwd: root,
    env: {
      ...process.env,
      PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
      // The demo is copied before it is shown; without one, any folder will do.
      MUSIC_DIR: existsSync(join(root, 'demo')) ? '' : scratch,
      STATE_DIR: join(scratch, 'state'),
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
    killSignal: 'SIGKILL',
  })
  const ended = once(child, 'exit')
  try {
    await Promise.race([addressOf(child.stdout).then(url => ask(url, signal)), ended])
  } finally {
    // The cache is written at the end of the process.
    child.kill('SIGTERM')
    await ended
  }
}

/** The address in the line of the log that says that the server is ready. */
async function addressOf(log: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const part of log) {
    text += part
    const port = /"url":"http:\/\/[^"]*:(\d+)\/"/.exec(text)?.[1]
    if (port) {
      log.resume()
      return `http://127.0.0.1:${port}`
    }
  }
  throw new Error('the server did not start')
}

async function ask(url: string, signal: AbortSignal): Promise<void> {
  const get = async (path: string): Promise<{ items?: { path: string; pictures: number }[] }> => {
    const reply = await fetch(`${url}${path}`, { signal })
    const text = await reply.text()
    return reply.ok && text.startsWith('{') ? JSON.parse(text) : {}
  }
  for (const path of ['/', '/health', '/api/v1/library', '/api/v1/folders?path=', '/api/v1/fields']) await get(path)
  const { items = [] } = await get('/api/v1/tracks?path=&recursive=true')
  const shown = items.find(({ pictures }) => pictures > 0) ?? items[0]
  if (!shown) return
  const path = encodeURIComponent(shown.path)
  await get(`/api/v1/track?path=${path}`)
  await get(`/api/v1/track/picture?path=${path}&index=0`)
  const edits = [{ op: 'set', field: 'title', values: ['x'] }]
  await fetch(`${url}/api/v1/changes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ target: { paths: [shown.path] }, edits, dryRun: true }),
    signal,
  })
}
