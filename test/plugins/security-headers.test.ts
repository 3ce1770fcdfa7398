import assert from 'node:assert/strict'
import { test } from 'node:test'
import { build } from '../build-app.ts'

for (const url of ['/', '/health', '/nothing', '/assets/icons/icon.svg']) {
  test(`${url} lets a browser run nothing from elsewhere, frame nothing and guess no type`, async t => {
    const { headers } = await (await build(t)).inject(url)
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'; script-src 'self';/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /unsafe|\*/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
  })
}
