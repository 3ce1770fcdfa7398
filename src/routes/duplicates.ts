import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { DuplicatePage, DuplicatesQuery, Hashing } from '../schemas/duplicate.ts'

export const duplicateRoutes: FastifyPluginAsyncTypebox = async app => {
  const { duplicates } = app.service

  app.get(
    '/duplicates',
    { schema: { querystring: DuplicatesQuery, response: { 200: DuplicatePage } } },
    async ({ query }) => duplicates.page(query.by, query.limit ?? 50, query.cursor ?? null),
  )

  // Both are answered at once: /duplicates and the event channel tell how it goes.
  app.post('/duplicates/audio', { schema: { response: { 202: Hashing } } }, async (_request, reply) => {
    duplicates.sums.start()
    reply.code(202)
    return duplicates.sums.state
  })

  app.delete('/duplicates/audio', { schema: { response: { 202: Hashing } } }, async (_request, reply) => {
    void duplicates.sums.cancel()
    reply.code(202)
    return duplicates.sums.state
  })
}
