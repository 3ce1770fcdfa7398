import { basename } from 'node:path'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Config } from '../config.ts'
import { Library } from '../schemas/service.ts'
import { version } from '../version.ts'

export const libraryRoutes: FastifyPluginAsyncTypebox<{ config: Config }> = async (app, { config }) => {
  app.get('/library', { schema: { response: { 200: Library } } }, async () => ({
    name: config.demo ? 'Demo library' : basename(config.musicDir) || '/',
    demo: config.demo,
    durable: config.stateDir !== null,
    version,
  }))
}
