import { basename } from 'node:path'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Config } from '../config.ts'
import { CodedError } from '../errors.ts'
import { Nullable } from '../schemas/common.ts'
import { Library, ScanRequest, ScanState } from '../schemas/service.ts'
import { version } from '../version.ts'

export const libraryRoutes: FastifyPluginAsyncTypebox<{ config: Config }> = async (app, { config }) => {
  const { guard, library } = app.service

  app.get('/library', { schema: { response: { 200: Library } } }, async () => ({
    name: config.demo ? 'Demo library' : basename(config.musicDir) || '/',
    demo: config.demo,
    durable: config.stateDir !== null,
    version,
    available: guard.reason === null,
    reason: guard.reason,
    catalogue: library.scan.state,
  }))
  // Answered when it has begun: /library and the event channel tell how it goes.
  const scan = { schema: { body: Nullable(ScanRequest), response: { 202: ScanState } } }
  app.post('/library/scan', scan, async ({ body }, reply) => {
    if (body?.forget && !(await guard.accept())) {
      const detail = 'The folder of the library cannot be read, so that nothing tells what is gone; mount it first.'
      throw new CodedError('LIBRARY_MISSING', detail)
    }
    app.service.rescan()
    reply.code(202)
    return library.scan.state
  })
}
