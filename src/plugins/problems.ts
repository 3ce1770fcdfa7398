import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { CodedError, type ErrorCode, errorCatalogue, toReason } from '../errors.ts'
import type { Problem } from '../schemas/common.ts'
import { noStoreHeaders } from './no-store.ts'
import { requestIdOf } from './request-id.ts'

const mediaType = 'application/problem+json; charset=utf-8'

/** Every error is a problem of RFC 9457 with a code of the catalogue. */
export const problems = fp(
  async app => {
    app.setErrorHandler(sendProblem)
    app.setNotFoundHandler(async request => {
      throw new CodedError('NOT_FOUND', `There is nothing at ${pathOf(request)}.`)
    })
  },
  { name: 'problems' },
)

/** Also the handler for what Fastify refuses before a route is found, such as a URL that cannot be decoded. */
export function sendProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { code, detail } = reasonOf(error)
  const { status } = errorCatalogue[code]
  // the client gets a sentence; what happened, with stack and paths, is for the log alone; 503 is a state, not a fault
  if (status >= 500 && status !== 503) request.log.error({ err: error, code }, 'request failed')
  void reply
    .status(status)
    .headers({ ...noStoreHeaders, 'X-Request-Id': request.id })
    .type(mediaType)
    .send({ ...problemOf(code, detail, request.id), ...placeOf(error) } satisfies Problem)
}

/** Answers bytes that are no HTTP request, for which Fastify runs neither hooks nor handlers. */
export function answerBadHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return
  const status = badHttp[error.code ?? ''] ?? 400
  const id = requestIdOf({ headers: {} })
  const problem = problemOf('BAD_REQUEST', 'The request is not valid HTTP, or its headers are too large.', id)
  const body = JSON.stringify({ ...problem, status } satisfies Problem)
  const headers = {
    'Content-Type': mediaType,
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': id,
    ...noStoreHeaders,
    Connection: 'close',
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`)
}

const badHttp: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }

function problemOf(code: ErrorCode, detail: string, id: string): Problem {
  const { status, title } = errorCatalogue[code]
  return { type: `urn:metadata-remote:problem:${code}`, title, status, detail, code, requestId: id }
}

/** Where the mistake is, where the error knows. */
function placeOf(error: FastifyError): { position?: number; length?: number } {
  return error instanceof CodedError ? { ...error.at } : {}
}

function reasonOf(error: FastifyError): { code: ErrorCode; detail: string } {
  if (error instanceof CodedError) return toReason(error)
  const { statusCode = 500 } = error
  if (statusCode >= 500) return toReason(error)
  return clientErrors[statusCode] ?? { code: 'BAD_REQUEST', detail: sentence(error.message) }
}

/** What Fastify and its plugins refuse by themselves. */
const clientErrors: Record<number, { code: ErrorCode; detail: string }> = {
  403: { code: 'NOT_FOUND', detail: 'There is nothing at this address.' },
  404: { code: 'NOT_FOUND', detail: 'There is nothing at this address.' },
  413: { code: 'PAYLOAD_TOO_LARGE', detail: 'The body is larger than this call accepts; send it in several parts.' },
  415: { code: 'UNSUPPORTED_MEDIA_TYPE', detail: 'This call does not take a body of this Content-Type.' },
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? ''
}
