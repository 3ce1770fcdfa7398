import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { CodedError } from '../errors.ts'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Refuses writes that a browser makes for another site's page. Scripts send neither header and pass. */
export const crossSite = fp(
  async app => {
    app.addHook('onRequest', async request => {
      if (safeMethods.has(request.method) || isSameOrigin(request)) return
      throw new CodedError(
        'CROSS_SITE',
        'A page of another site may not write here. Behind a proxy, have it pass Host on, or set TRUST_PROXY.',
      )
    })
  },
  { name: 'cross-site' },
)

/**
 * The browser's own word counts where it gives it, for it knows the address that the person sees while a proxy may have
 * rewritten Host. Browsers give it only over HTTPS and on localhost; elsewhere the origin has to be our host.
 */
export function isSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const { origin } = request.headers
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  const ours = `${protocol}//${request.host}`
  return URL.canParse(ours) && new URL(ours).host === host
}
