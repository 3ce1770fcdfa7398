import { getHeapStatistics } from 'node:v8'
import underPressure from '@fastify/under-pressure'
import fp from 'fastify-plugin'
import { CodedError } from '../errors.ts'

export interface LoadLimits {
  /** Mean delay of the event loop over a sample, in ms. */
  maxEventLoopDelay?: number
  maxHeapUsedBytes?: number
  /** ms between samples. */
  sampleInterval?: number
}

/** A route that must answer at any load, such as liveness, puts this into its `config`. */
export const neverShed = { pressureHandler: () => {} }

/** The same for a route that answers also while the server stops. */
export const answersWhileStopping = { answersWhileStopping: true }

const retryAfterSeconds = 5
const defaults = {
  maxEventLoopDelay: 1000,
  maxHeapUsedBytes: Math.floor(getHeapStatistics().heap_size_limit * 0.9),
  sampleInterval: 1000,
} satisfies LoadLimits

class Overloaded extends CodedError {
  constructor() {
    super('OVERLOADED', 'The server has more to do than it can; try again in a few seconds.')
  }
}

/** Answers 503 rather than growing slower and larger, and once the stop has begun takes no new work. */
export const loadShedding = fp<{ limits?: LoadLimits }>(
  async (app, { limits }) => {
    let stopping = false
    app.addHook('preClose', done => {
      stopping = true
      done()
    })
    app.addHook('onRequest', async (request, reply) => {
      if (!stopping || 'answersWhileStopping' in request.routeOptions.config) return
      reply.headers({ Connection: 'close', 'Retry-After': retryAfterSeconds })
      throw new CodedError('OVERLOADED', 'The server is stopping; try again in a few seconds.')
    })
    const chosen = { ...defaults, ...limits }
    await app.register(underPressure, {
      ...chosen,
      async pressureHandler(_request, reply, _type, value) {
        // A sample without any tick of the clock, as the one of a start, tells nothing; it is taken for an endless delay.
        const isEndless = value === Number.POSITIVE_INFINITY
        if (isEndless && app.memoryUsage().heapUsed <= chosen.maxHeapUsedBytes) return
        reply.header('Retry-After', retryAfterSeconds)
        throw new Overloaded()
      },
    })
  },
  { name: 'load-shedding', dependencies: ['problems'] },
)
