import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { build } from '../build-app.ts'

// 405 is the answer of an address that has no POST: the write got past the check
const passed = 405
const refused = 403
const host = 'nas.local:8338'

describe('a write', () => {
  const cases: [name: string, headers: Record<string, string>, status: number, trust?: string][] = [
    ['by a script, which sends neither header, passes', {}, passed],
    ['by our own page passes', { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, passed],
    ['by our own page over plain HTTP passes', { origin: `http://${host}` }, passed],
    [
      'by a page of another site is refused',
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      refused,
    ],
    ['by a page of another site without an origin is refused', { 'sec-fetch-site': 'cross-site' }, refused],
    ['by a page of another host of our site is refused', { 'sec-fetch-site': 'same-site' }, refused],
    ['by a page of another port is refused', { origin: 'http://nas.local:8096' }, refused],
    ['by a page without an origin of its own is refused', { origin: 'null' }, refused],
    [
      'by our own page through a proxy that hides Host passes',
      { host: 'app:1', origin: 'https://nas.example', 'sec-fetch-site': 'same-origin' },
      passed,
    ],
    [
      'through a proxy that adds the usual port passes',
      { host: 'nas.example:443', origin: 'https://nas.example' },
      passed,
    ],
    [
      'by a forwarded host that nobody vouches for is refused',
      { origin: 'http://evil.example', 'x-forwarded-host': 'evil.example' },
      refused,
    ],
    [
      'by a host that a trusted proxy forwards passes',
      { host: 'app:1', origin: 'https://nas.example', 'x-forwarded-host': 'nas.example' },
      passed,
      '1',
    ],
  ]
  for (const [name, headers, status, trust = 'none'] of cases) {
    test(name, async t => {
      const app = await build(t, { TRUST_PROXY: trust })
      const reply = await app.inject({ method: 'POST', url: '/health', headers: { host, ...headers } })
      assert.equal(reply.statusCode, status)
      if (status === refused) assert.equal(reply.json().code, 'CROSS_SITE')
    })
  }
})

test('reading is not refused', async t => {
  const app = await build(t)
  const headers = { host, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  assert.equal((await app.inject({ url: '/health', headers })).statusCode, 200)
})
