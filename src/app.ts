import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync } from 'fastify'
import type { DestinationStream } from 'pino'
import { pino } from 'pino'
import type { Config } from './config.ts'
import { crossSite } from './plugins/cross-site.ts'
import { events } from './plugins/events.ts'
import { userInterface } from './plugins/interface.ts'
import { libraryMissing } from './plugins/library-missing.ts'
import { type LoadLimits, loadShedding } from './plugins/load-shedding.ts'
import { methodNotAllowed } from './plugins/method-not-allowed.ts'
import { noStore } from './plugins/no-store.ts'
import { answerBadHttp, problems, sendProblem } from './plugins/problems.ts'
import { requestId, requestIdOf } from './plugins/request-id.ts'
import { RequestLog } from './plugins/request-log.ts'
import { securityHeaders } from './plugins/security-headers.ts'
import { service } from './plugins/service.ts'
import { refuseUnknownQuery, validation } from './plugins/validation.ts'
import { changeRoutes } from './routes/changes.ts'
import { duplicateRoutes } from './routes/duplicates.ts'
import { eventRoutes } from './routes/events.ts'
import { fieldRoutes } from './routes/fields.ts'
import { folderRoutes } from './routes/folders.ts'
import { healthRoutes } from './routes/health.ts'
import { libraryRoutes } from './routes/library.ts'
import { pictureRoutes } from './routes/pictures.ts'
import { problemRoutes } from './routes/problems.ts'
import { readyRoutes } from './routes/ready.ts'
import { trackRoutes } from './routes/tracks.ts'
import { trackTableRoutes } from './routes/tracks-csv.ts'
import { valueRoutes } from './routes/values.ts'

export interface AppOptions {
  /** Where the log goes; standard output unless given. */
  log?: DestinationStream
  limits?: LoadLimits
}

/** The whole server, ready to listen or to be injected into. It does neither by itself. */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<FastifyInstance> {
  const { trustProxy } = config
  const app = Fastify({
    loggerInstance: createLogger(config, options.log),
    logController: new RequestLog(),
    genReqId: requestIdOf,
    trustProxy: typeof trustProxy === 'object' ? [...trustProxy] : trustProxy,
    bodyLimit: 1024 * 1024,
    // ms to receive a whole request, so that a client that dawdles does not hold a connection for ever
    requestTimeout: 120_000,
    frameworkErrors: sendProblem,
    clientErrorHandler: answerBadHttp,
    // load-shedding answers while the server stops, with a problem
    return503OnClosing: false,
  })

  await app.register(validation)
  await app.register(problems)
  await app.register(methodNotAllowed)
  await app.register(requestId)
  await app.register(securityHeaders)
  await app.register(noStore)
  await app.register(loadShedding, options.limits ? { limits: options.limits } : {})
  await app.register(crossSite)
  await app.register(userInterface)

  await app.register(healthRoutes)
  await app.register(service, { config })
  await app.register(readyRoutes, { config })
  await app.register(events)
  await app.register(api, { prefix: '/api/v1', config })

  app.refuseOtherMethods()
  return app
}

/** The nouns of the API, one line each. */
const api: FastifyPluginAsync<{ config: Config }> = async (app, { config }) => {
  app.addHook('onRoute', refuseUnknownQuery)
  await app.register(libraryMissing)
  await app.register(folderRoutes)
  await app.register(trackRoutes)
  await app.register(trackTableRoutes)
  await app.register(pictureRoutes)
  await app.register(changeRoutes)
  await app.register(fieldRoutes)
  await app.register(valueRoutes)
  await app.register(duplicateRoutes)
  await app.register(problemRoutes)
  await app.register(eventRoutes)
  await app.register(libraryRoutes, { config })
}

function createLogger({ logLevel }: Config, stream?: DestinationStream): FastifyBaseLogger {
  const options = {
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return stream ? pino(options, stream) : pino(options)
}
