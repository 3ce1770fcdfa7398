import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { parsePath } from '../library/paths.ts'
import { Change, ChangePage, ChangeParams, ChangeRequest, ChangesQuery, RevertRequest } from '../schemas/change.ts'
import { Nullable } from '../schemas/common.ts'

/** A request may name 100,000 paths (bytes). */
const largestRequest = 32 * 1024 * 1024

export const changeRoutes: FastifyPluginAsyncTypebox = async app => {
  const { changes, history } = app.service
  const response = { 200: Change, 202: Change }

  app.post(
    '/changes',
    { bodyLimit: largestRequest, schema: { body: ChangeRequest, response } },
    async (request, reply) => {
      const { body, headers } = request
      if (body.dryRun) return changes.plan(body)
      const { change, done } = await changes.start(body)
      if (!prefersAsync(headers.prefer)) return done
      done.catch(error => request.log.error(error, 'a change failed'))
      reply
        .code(202)
        .header('location', `${request.url.split('?', 1)[0]}/${change.id}`)
        .header('preference-applied', 'respond-async')
      return change
    },
  )

  app.get('/changes', { schema: { querystring: ChangesQuery, response: { 200: ChangePage } } }, async ({ query }) =>
    history.list({ path: parsePath(query.path ?? ''), limit: query.limit ?? 500, cursor: query.cursor }),
  )

  app.delete('/changes', async (_request, reply) => {
    changes.clear()
    return reply.code(204).send()
  })

  app.get('/changes/:id', { schema: { params: ChangeParams, response } }, async ({ params }) => changes.get(params.id))

  app.delete('/changes/:id', { schema: { params: ChangeParams, response } }, async ({ params }, reply) => {
    changes.cancel(params.id)
    reply.code(202)
    return changes.get(params.id)
  })

  const revert = { schema: { params: ChangeParams, body: Nullable(RevertRequest), response } }
  app.post('/changes/:id/undo', revert, ({ params, body }) => changes.undo(params.id, body?.dryRun ?? false))
  app.post('/changes/:id/redo', revert, ({ params, body }) => changes.redo(params.id, body?.dryRun ?? false))
}

/** RFC 7240: the client would rather poll, or listen to the event channel, than wait. */
function prefersAsync(prefer: string | string[] | undefined): boolean {
  return String(prefer ?? '')
    .split(',')
    .some(preference => preference.split(';', 1)[0]?.trim().toLowerCase() === 'respond-async')
}
