import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, type TestContext, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { CodedError } from '../../src/errors.ts'
import { problems } from '../../src/plugins/problems.ts'
import { build } from '../build-app.ts'

test('a problem has a type, title, status, detail, code and the id of its request', async t => {
  const app = await build(t)
  const reply = await app.inject({ url: '/nothing/here?a=1', headers: { 'x-request-id': 'my-id' } })
  assert.equal(reply.headers['content-type'], 'application/problem+json; charset=utf-8')
  assert.deepEqual(reply.json(), {
    type: 'urn:metadata-remote:problem:NOT_FOUND',
    title: 'Not found',
    status: 404,
    detail: 'There is nothing at /nothing/here.',
    code: 'NOT_FOUND',
    requestId: 'my-id',
  })
})

test('a method that an address does not have is 405 and says which it has', async t => {
  const app = await build(t)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
    const reply = await app.inject({ method, url: '/health', payload: method === 'OPTIONS' ? '' : '{not json' })
    assert.equal(reply.statusCode, 405)
    assert.equal(reply.json().code, 'METHOD_NOT_ALLOWED')
    assert.equal(reply.headers.allow, 'GET, HEAD')
  }
})

test('a mistake in a text is pointed at', async t => {
  const app = await bare(t)
  app.get('/fails', async () => {
    throw new CodedError('QUERY_INVALID', 'These quotes are not closed.', { at: { position: 3, length: 4 } })
  })
  const reply = await app.inject('/fails')
  assert.equal(reply.statusCode, 400)
  const { code, position, length } = reply.json<Record<string, unknown>>()
  assert.deepEqual([code, position, length], ['QUERY_INVALID', 3, 4])
})

describe('an error of a handler', () => {
  const coded = new CodedError('TRACK_NOT_FOUND', 'There is no A/b.mp3.')
  const system = Object.assign(new Error("ENOSPC: no space left, write '/srv/music/a.mp3'"), { code: 'ENOSPC' })
  const bug = new TypeError('Cannot read /srv/music/a.mp3 of undefined')
  const cases = [
    ['coded by the catalogue keeps its code and words', coded, 404, 'TRACK_NOT_FOUND', /There is no A\/b\.mp3\./],
    ['from the file system is translated', system, 507, 'NO_SPACE', /no room on the disk/],
    ['that nobody foresaw is hidden', bug, 500, 'INTERNAL', /its log says why/],
  ] as const
  for (const [name, error, status, code, detail] of cases) {
    test(name, async t => {
      const app = await bare(t)
      app.get('/fails', async () => {
        throw error
      })
      const reply = await app.inject('/fails')
      assert.equal(reply.statusCode, status)
      assert.equal(reply.json().code, code)
      assert.match(reply.json().detail, detail)
      assert.doesNotMatch(reply.body, /srv|\.ts|at async/)
    })
  }
})

describe('a body', () => {
  const cases = [
    ['that is no JSON is a bad request', 'application/json', '{"a":', 400, 'BAD_REQUEST'],
    ['that is empty is a bad request', 'application/json', '', 400, 'BAD_REQUEST'],
    ['of an unknown type is not supported', 'text/csv', 'a,b', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['over the limit is too large', 'application/json', `"${'x'.repeat(100)}"`, 413, 'PAYLOAD_TOO_LARGE'],
  ] as const
  for (const [name, type, payload, status, code] of cases) {
    test(name, async t => {
      const app = await bare(t)
      app.post('/takes', async () => ({}))
      const reply = await app.inject({ method: 'POST', url: '/takes', headers: { 'content-type': type }, payload })
      assert.equal(reply.statusCode, status)
      assert.equal(reply.json().code, code)
    })
  }
})

test('an address that cannot be decoded is a bad request', async t => {
  const app = await build(t)
  const reply = await app.inject('/%zz')
  assert.equal(reply.statusCode, 400)
  assert.equal(reply.json().code, 'BAD_REQUEST')
})

test('bytes that are no HTTP get a problem too', async t => {
  const app = await build(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  socket.write('WHAT\r\n\r\n')
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
  assert.match(head, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/)
  assert.match(head, /Cache-Control: no-store/)
  assert.equal(JSON.parse(body).code, 'BAD_REQUEST')
})

async function bare(t: TestContext): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: 64 })
  await app.register(problems)
  t.after(() => app.close())
  return app
}
