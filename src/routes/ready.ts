import { access, constants } from 'node:fs/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Config } from '../config.ts'
import { answersWhileStopping, neverShed } from '../plugins/load-shedding.ts'
import { NotReady, Ready } from '../schemas/service.ts'

type Reason = { code: string; detail: string }

/** Readiness: whether the server can do its work now. It tells what a person has to see to; a restart mends none of it. */
export const readyRoutes: FastifyPluginAsyncTypebox<{ config: Config }> = async (app, { config }) => {
  let stopping = false
  app.addHook('preClose', done => {
    stopping = true
    done()
  })

  async function reasons(): Promise<Reason[]> {
    const found = await Promise.all([app.service.guard.check(), whyUnwritable(config.stateDir)])
    const stop = { code: 'STOPPING', detail: 'The server is stopping.' }
    return [...(stopping ? [stop] : []), ...found.filter(reason => reason !== null)]
  }

  const options = {
    config: { ...neverShed, ...answersWhileStopping },
    schema: { response: { 200: Ready, 503: NotReady } },
  }
  app.get('/ready', options, async (_request, reply) => {
    const found = await reasons()
    if (found.length === 0) return { status: 'ready' as const }
    return reply.code(503).send({ status: 'not ready', reasons: found })
  })
}

async function whyUnwritable(stateDir: string | null): Promise<Reason | null> {
  if (stateDir === null) return null
  try {
    await access(stateDir, constants.R_OK | constants.W_OK | constants.X_OK)
    return null
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'an error'
    return {
      code: 'STATE_UNWRITABLE',
      detail: `STATE_DIR cannot be written (${why}), so that no change can be recorded.`,
    }
  }
}
