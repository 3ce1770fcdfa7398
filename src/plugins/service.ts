import fp from 'fastify-plugin'
import type { Config } from '../config.ts'
import { createService, type Service } from '../service.ts'

declare module 'fastify' {
  interface FastifyInstance {
    readonly service: Service
  }
}

/** The library and its changes, for the routes; closed with the server, after its requests are answered. */
export const service = fp<{ config: Config }>(
  async (app, { config }) => {
    const created = createService(config, app.log)
    app.decorate('service', created)
    // Before the running requests are waited for: a long change would keep them waiting.
    app.addHook('preClose', done => {
      created.changes.stop()
      done()
    })
    app.addHook('onClose', async () => created.close())
  },
  { name: 'service' },
)
