import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { build } from '../build-app.ts'

test('a request is one line of JSON', async t => {
  const lines: string[] = []
  const app = await build(t, { LOG_LEVEL: 'info' }, { log: { write: line => void lines.push(line) } })
  // The start has its own line, which comes whenever it is done.
  await app.service.swept
  lines.length = 0
  await app.inject({ url: '/nothing?a=1', headers: { 'x-request-id': 'my-id', 'user-agent': 'tests' } })
  await turn()
  assert.equal(lines.length, 1)
  const { time, ms, bytes, ...line } = JSON.parse(lines[0] ?? '')
  assert.deepEqual(line, {
    level: 'info',
    requestId: 'my-id',
    method: 'GET',
    url: '/nothing?a=1',
    status: 404,
    ip: '127.0.0.1',
    agent: 'tests',
    msg: 'request',
  })
  assert.equal(new Date(time).toISOString(), time)
  assert.ok(ms > 0 && bytes > 0)
})

test('the address in the log is the one that a trusted proxy reports, and only of a trusted one', async t => {
  for (const [trust, ip] of [
    ['none', '127.0.0.1'],
    ['1', '203.0.113.9'],
    ['loopback', '203.0.113.9'],
    ['10.0.0.1', '127.0.0.1'],
  ] as const) {
    const lines: string[] = []
    const app = await build(
      t,
      { LOG_LEVEL: 'info', TRUST_PROXY: trust },
      { log: { write: line => void lines.push(line) } },
    )
    await app.inject({ url: '/health', headers: { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' } })
    await turn()
    assert.equal(JSON.parse(lines[0] ?? '').ip, ip, trust)
  }
})
