import { setTimeout as sleep } from 'node:timers/promises'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.ts'
import { type Config, ConfigError, loadConfig } from './config.ts'
import { copyDemo, type DemoLibrary } from './library/demo.ts'

/** ms that a stop may take, within the ten seconds that Docker grants. Writes are safe to cut off; this is courtesy. */
const stopLimit = 8000

const config = readConfig()
const demo = config.demo ? await copyDemo() : null
let app: FastifyInstance | null = null
let starting = true

// installed before the server is built: as process 1 of a container we would otherwise not hear an early signal
closeWithGrace({ delay: stopLimit, logger: { error: logError } }, async ({ signal, err }) => {
  if (err) logError(err)
  else app?.log.info({ signal }, 'Stopping')
  while (starting && !err) await sleep(10)
  await app?.close()
  await demo?.remove()
})

try {
  app = await buildApp(demo ? { ...config, musicDir: demo.path } : config)
  await app.listen({ host: config.host, port: config.port, backlog: 2048 })
  announce(app, config, demo)
} catch (error) {
  await demo?.remove()
  stopWith(sayWhy(error))
} finally {
  starting = false
}

function readConfig(): Config {
  try {
    return loadConfig(process.env)
  } catch (error) {
    if (error instanceof ConfigError) stopWith(error.message)
    throw error
  }
}

function announce(
  { log, server }: FastifyInstance,
  { musicDir, stateDir, host, port }: Config,
  copy: DemoLibrary | null,
) {
  const address = server.address()
  const bound = typeof address === 'object' && address ? address.port : port
  const url = `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : host}:${bound}/`
  const history = stateDir ?? 'in memory until the stop'
  if (copy) {
    const note = 'Demo library: a temporary copy, removed at the stop. Set MUSIC_DIR to edit your own music.'
    log.warn({ url, library: copy.path, history, demo: true }, note)
  }
  log.info({ url, library: copy?.path ?? musicDir, history }, `Metadata Remote is ready at ${url}`)
}

function sayWhy(error: unknown): string {
  const { code, message, stack } = error as NodeJS.ErrnoException
  const at = `${config.host}:${config.port}`
  if (code === 'EADDRINUSE') return `PORT: ${at} is taken by another program; set PORT to a free one.`
  if (code === 'EACCES') return `PORT: this user may not listen on ${at}; set PORT to 1024 or more.`
  if (code === 'STATE_UNUSABLE') return `STATE_DIR: ${message}.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST: ${config.host} is no address of this machine.`
  return stack ?? message
}

function logError(error: unknown, ...rest: unknown[]): void {
  if (app) app.log.error(error, ...(rest as []))
  else console.error(error, ...rest)
}

function stopWith(message: string): never {
  console.error(message)
  process.exit(1)
}
