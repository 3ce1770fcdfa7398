import assert from 'node:assert/strict'
import { test } from 'node:test'
import { build } from '../build-app.ts'

const cases = [
  ['a reply', 'GET', '/health'],
  ['a HEAD reply', 'HEAD', '/health'],
  ['an unknown address', 'GET', '/nothing'],
  ['a wrong method', 'DELETE', '/health'],
  ['an address that cannot be decoded', 'GET', '/%zz'],
] as const
for (const [name, method, url] of cases) {
  test(`no cache keeps ${name}`, async t => {
    const { headers } = await (await build(t)).inject({ method, url })
    assert.equal(headers['cache-control'], 'no-store, no-cache, must-revalidate, private')
    assert.equal(headers.pragma, 'no-cache')
    assert.equal(headers.expires, '0')
  })
}
