import assert from 'node:assert/strict'
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
  let begun = () => {}
  const working = new Promise<void>(resolve => {
    begun = resolve
  })
  app.get('/slow', async () => {
    begun()
    await sleep(200)
    return { done: true }
  })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })

  const { Agent, get } = await import('node:http')
  const agent = new Agent({ keepAlive: true, maxSockets: 2 })
  t.after(() => agent.destroy())
  const ask = (path: string) =>
    new Promise<number>((resolve, reject) => {
      get(`${address}${path}`, { agent }, reply => {
        reply.resume().on('end', () => resolve(reply.statusCode ?? 0))
      }).on('error', reject)
    })
  const slow = ask('/slow')
  await working
  const closed = app.close()
  await sleep(20)
  // a connection that was open before the stop may still bring a request
  await assert.rejects(ask('/nothing'), { code: 'ECONNREFUSED' })
  assert.equal(await slow, 200)
  await closed
})
