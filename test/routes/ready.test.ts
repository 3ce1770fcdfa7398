import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { build, temporaryFolder } from '../build-app.ts'

test('a server that can do its work is ready, also while it still reads the library', async t => {
  const app = await build(t)
  const reply = await app.inject('/ready')
  assert.deepEqual([reply.statusCode, reply.json()], [200, { status: 'ready' }])
  assert.match(String(reply.headers['cache-control']), /no-store/)
})

test('where the library is gone, readiness says so, and liveness does not', async t => {
  const MUSIC_DIR = temporaryFolder(t)
  const app = await build(t, { MUSIC_DIR })
  renameSync(MUSIC_DIR, `${MUSIC_DIR}-away`)
  t.after(() => renameSync(`${MUSIC_DIR}-away`, MUSIC_DIR))
  const reply = await app.inject('/ready')
  assert.equal(reply.statusCode, 503)
  const { status, reasons } = reply.json()
  assert.deepEqual([status, reasons.length, reasons[0].code], ['not ready', 1, 'LIBRARY_MISSING'])
  assert.doesNotMatch(reasons[0].detail, /tmp/)
  assert.equal((await app.inject('/health')).statusCode, 200)
})

test('where STATE_DIR cannot be written, readiness says so', async t => {
  const STATE_DIR = temporaryFolder(t)
  const app = await build(t, { STATE_DIR })
  renameSync(STATE_DIR, `${STATE_DIR}-away`)
  t.after(() => renameSync(`${STATE_DIR}-away`, STATE_DIR))
  const reply = await app.inject('/ready')
  assert.equal(reply.statusCode, 503)
  const [reason] = reply.json().reasons
  assert.equal(reason.code, 'STATE_UNWRITABLE')
})

test('a server that stops says that it does', async t => {
  const app = await build(t)
  const begun = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  app.get('/slow', async () => {
    begun.resolve()
    return finish.promise
  })
  const stopping = Promise.withResolvers<void>()
  app.addHook('preClose', done => {
    stopping.resolve()
    done()
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  const replies = text(socket)
  socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
  await begun.promise
  const closed = app.close()
  await stopping.promise
  // The connection is open, so it may still bring a request.
  socket.write('GET /ready HTTP/1.1\r\nHost: a\r\n\r\n')
  while (socket.bytesWritten === 0 || socket.writableLength > 0) await new Promise(resolve => setImmediate(resolve))
  finish.resolve()
  await closed
  assert.match(await replies, /HTTP\/1\.1 503 [\s\S]*"not ready"[\s\S]*"STOPPING"/)
})
