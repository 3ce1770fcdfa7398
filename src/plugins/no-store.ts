import type { FastifyReply } from 'fastify'
import fp from 'fastify-plugin'

export const noStoreHeaders = {
  'Cache-Control': 'no-store, no-cache, must-revalidate, private',
  Pragma: 'no-cache',
  Expires: '0',
} as const

/** No proxy and no browser keeps a JSON reply, be it an error. */
export const noStore = fp(
  async app => {
    app.addHook('onSend', async (_request, reply) => {
      if (isJson(reply)) reply.headers(noStoreHeaders)
    })
  },
  { name: 'no-store' },
)

function isJson(reply: FastifyReply): boolean {
  return /^application\/(?:problem\+)?json\b/.test(String(reply.getHeader('content-type') ?? ''))
}
