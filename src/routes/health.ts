import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { neverShed } from '../plugins/load-shedding.ts'
import { Health } from '../schemas/service.ts'
import { version } from '../version.ts'

/** Liveness: that the process answers, whatever its load and whatever its library does. */
export const healthRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/health', { config: neverShed, schema: { response: { 200: Health } } }, async () => ({
    status: 'healthy' as const,
    service: 'metadata-remote' as const,
    version,
    timestamp: new Date().toISOString(),
  }))
}
