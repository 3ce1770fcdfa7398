import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { version } from '../../src/version.ts'
import { build } from '../build-app.ts'

test('health is exactly status, service, version and timestamp', async t => {
  const app = await build(t)
  const reply = await app.inject('/health')
  const { timestamp, ...rest } = reply.json()
  assert.equal(reply.statusCode, 200)
  assert.deepEqual(rest, { status: 'healthy', service: 'metadata-remote', version })
  assert.equal(new Date(timestamp).toISOString(), timestamp)
})

test('health answers when the server is so busy that nothing else does', async t => {
  const app = await build(t, {}, { limits: { maxHeapUsedBytes: 1, sampleInterval: 10 } })
  await app.ready()
  await sleep(50)
  assert.equal((await app.inject('/health')).statusCode, 200)
  assert.equal((await app.inject('/')).statusCode, 503)
})
