import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import fp from 'fastify-plugin'

const sane = /^[\w.:-]{1,128}$/

/** The id that a proxy gave the request, when it is harmless to log and to send back; otherwise a new one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && sane.test(given) ? given : randomUUID()
}

/** Every reply says which request it answers. */
export const requestId = fp(
  async app => {
    app.addHook('onRequest', async (request, reply) => {
      reply.header('X-Request-Id', request.id)
    })
  },
  { name: 'request-id' },
)
