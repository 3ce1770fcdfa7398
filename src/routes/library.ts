import { basename } from 'node:path'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Config } from '../config.ts'
import { Library, ScanState } from '../schemas/service.ts'
import { version } from '../version.ts'

export const libraryRoutes: FastifyPluginAsyncTypebox<{ config: Config }> = async (app, { config }) => {
  app.get('/library', { schema: { response: { 200: Library } } }, async () => ({
    name: config.demo ? 'Demo library' : basename(config.musicDir) || '/',
    demo: config.demo,
    durable: config.stateDir !== null,
    version,
    catalogue: app.service.library.scan.state,
  }))
  // Answered when it has begun: /library and the event channel tell how it goes.
  app.post('/library/scan', { schema: { response: { 202: ScanState } } }, async (_request, reply) => {
    void app.service.library.scan.start()
    reply.code(202)
    return app.service.library.scan.state
  })
}
