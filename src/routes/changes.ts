import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { parsePath } from '../library/paths.ts'
import { Change, ChangePage, ChangeParams, ChangeRequest, ChangesQuery, RevertRequest } from '../schemas/change.ts'
import { Nullable } from '../schemas/common.ts'
import { answerChange } from './answer-change.ts'

/** A request may name 100,000 paths (bytes). */
const largestRequest = 32 * 1024 * 1024

export const changeRoutes: FastifyPluginAsyncTypebox = async app => {
  const { changes, history } = app.service
  const response = { 200: Change, 202: Change }

  app.post(
    '/changes',
    { bodyLimit: largestRequest, schema: { body: ChangeRequest, response } },
    async (request, reply) => {
      if (request.body.dryRun) return changes.plan(request.body)
      return answerChange(request, reply, await changes.start(request.body))
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
  for (const direction of ['undo', 'redo'] as const) {
    app.post(`/changes/:id/${direction}`, revert, async (request, reply) => {
      const { params, body } = request
      if (body?.dryRun) return changes.planRevert(params.id, direction)
      await app.service.guard.demandAvailable()
      return answerChange(request, reply, changes.revert(params.id, direction))
    })
  }
}
