import fp from 'fastify-plugin'

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "media-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** On every reply: a file of the library that a browser takes for a page still runs nothing. */
export const securityHeaders = fp(
  async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.headers({
        'Content-Security-Policy': contentSecurityPolicy,
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
      })
    })
  },
  { name: 'security-headers' },
)
