import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type AppOptions, buildApp } from '../src/app.ts'
import { type Config, loadConfig } from '../src/config.ts'

/** A folder of its own for the test, gone after it. */
export function temporaryFolder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'metadata-remote-test-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A quiet configuration on an empty library, but for what the test says. */
export function configFor(t: TestContext, env: Record<string, string> = {}): Config {
  return loadConfig({ MUSIC_DIR: temporaryFolder(t), LOG_LEVEL: 'silent', WORKERS: '1', ...env })
}

/** Tests share their machine, and a moment without any tick counts as an endless delay: the delay is not looked at. */
export const patient: AppOptions = { limits: { maxEventLoopDelay: 0 } }

/** The server, closed after the test. `extend` adds routes to what there is. */
export async function build(
  t: TestContext,
  env: Record<string, string> = {},
  options: AppOptions = {},
): Promise<FastifyInstance> {
  const app = await buildApp(configFor(t, env), { ...patient, ...options })
  t.after(() => app.close())
  return app
}
