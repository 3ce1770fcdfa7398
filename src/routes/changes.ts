import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Started } from '../changes/runs.ts'
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
      if (request.body.dryRun) return changes.plan(request.body)
      return answer(request, reply, await changes.start(request.body))
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
      return answer(request, reply, changes.revert(params.id, direction))
    })
  }
}

/** The result of a change, or, for who would rather not wait, 202 with how it stands and where to look. */
async function answer(request: FastifyRequest, reply: FastifyReply, { change, done }: Started): Promise<Change> {
  if (!prefersAsync(request.headers.prefer)) return done
  done.catch(error => request.log.error(error, 'a change failed'))
  const url = request.url.slice(0, request.url.indexOf('/changes'))
  reply.code(202).header('location', `${url}/changes/${change.id}`).header('preference-applied', 'respond-async')
  return change
}

/** RFC 7240: the client would rather poll, or listen to the event channel, than wait. */
function prefersAsync(prefer: string | string[] | undefined): boolean {
  return String(prefer ?? '')
    .split(',')
    .some(preference => preference.split(';', 1)[0]?.trim().toLowerCase() === 'respond-async')
}
