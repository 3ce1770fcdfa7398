import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from '../build-app.ts'

test('a server with too much to do says so, and when to come back', async t => {
  const app = await build(t, {}, { limits: { maxHeapUsedBytes: 1, sampleInterval: 10 } })
  await app.ready()
  await sleep(50)
  const reply = await app.inject('/nothing')
  assert.equal(reply.statusCode, 503)
  assert.equal(reply.json().code, 'OVERLOADED')
  assert.equal(reply.headers['retry-after'], '5')
})

test('a server that is stopping finishes what it has begun and takes nothing new', async t => {
  const app = await build(t)
  const begun = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  app.get('/slow', async () => {
    begun.resolve()
    await finish.promise
    return { done: true }
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }

  const socket = connect(port, '127.0.0.1')
  const replies = text(socket)
  socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
  await begun.promise
  const closed = app.close()
  await sleep(20)
  // the connection is open, so it may still bring a request
  socket.write('GET /health HTTP/1.1\r\nHost: a\r\n\r\n')
  await sleep(20)
  finish.resolve()
  await closed
  assert.match(await replies, /^HTTP\/1\.1 200 OK[\s\S]*"done":true[\s\S]*HTTP\/1\.1 503 [\s\S]*"OVERLOADED"/)
})
