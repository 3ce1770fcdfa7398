import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { build } from '../build-app.ts'

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

describe('the id of a request', () => {
  for (const given of ['abc', 'proxy-1:2.3_4', 'x'.repeat(128)]) {
    test(`"${given.slice(0, 20)}" is taken over`, async t => {
      const app = await build(t)
      assert.equal(
        (await app.inject({ url: '/health', headers: { 'x-request-id': given } })).headers['x-request-id'],
        given,
      )
    })
  }

  for (const given of ['', 'a b', 'x'.repeat(129), '<script>', 'ä']) {
    test(`"${given.slice(0, 20)}" is replaced`, async t => {
      const app = await build(t)
      const reply = await app.inject({ url: '/health', headers: { 'x-request-id': given } })
      assert.match(String(reply.headers['x-request-id']), uuid)
    })
  }

  test('comes back on errors, in the header and in the problem', async t => {
    const app = await build(t)
    for (const url of ['/nothing', '/%zz']) {
      const reply = await app.inject(url)
      assert.match(String(reply.headers['x-request-id']), uuid)
      assert.equal(reply.json().requestId, reply.headers['x-request-id'])
    }
  })
})
