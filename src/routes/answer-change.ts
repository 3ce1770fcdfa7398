import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Started } from '../changes/runs.ts'
import type { Change } from '../schemas/change.ts'

/** The result of a change, or, for who would rather not wait, 202 with how it stands and where to look. */
export async function answerChange(
  request: FastifyRequest,
  reply: FastifyReply,
  { change, done }: Started,
): Promise<Change> {
  if (!prefersAsync(request.headers.prefer)) return done
  done.catch(error => request.log.error(error, 'a change failed'))
  const url = `${request.server.prefix}/changes/${change.id}`
  reply.code(202).header('location', url).header('preference-applied', 'respond-async')
  return change
}

/** RFC 7240: the client would rather poll, or listen to the event channel, than wait. */
function prefersAsync(prefer: string | string[] | undefined): boolean {
  return String(prefer ?? '')
    .split(',')
    .some(preference => preference.split(';', 1)[0]?.trim().toLowerCase() === 'respond-async')
}
