import fp from 'fastify-plugin'
import { CodedError } from '../errors.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** To be called after the last route: known addresses answer 405 to the methods that they do not have. */
    refuseOtherMethods(): void
  }
}

export const methodNotAllowed = fp(
  async app => {
    const methodsOf = new Map<string, Set<string>>()
    app.addHook('onRoute', ({ url, method }) => {
      const methods = methodsOf.get(url) ?? new Set()
      methodsOf.set(url, methods.union(new Set([method].flat())))
    })

    app.decorate('refuseOtherMethods', () => {
      for (const [url, methods] of [...methodsOf]) {
        const allow = [...methods].sort().join(', ')
        app.route({
          url,
          method: app.supportedMethods.filter(method => !methods.has(method)),
          // in a hook, so that a body is not even read
          onRequest: async (request, reply) => {
            reply.header('Allow', allow)
            throw new CodedError('METHOD_NOT_ALLOWED', `${request.method} is not possible here; ${allow} is.`)
          },
          handler: async () => {},
        })
      }
    })
  },
  { name: 'method-not-allowed', dependencies: ['problems'] },
)
