import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { build } from '../build-app.ts'

const manifest: Record<string, string> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../static/dist/manifest.json'), 'utf8'),
)

test('the page is looked up anew each time, and names the built assets by relative addresses', async t => {
  const reply = await (await build(t)).inject('/')
  assert.equal(reply.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(reply.headers['cache-control'], 'no-cache')
  for (const name of ['main.js', 'main.css']) assert.ok(reply.body.includes(`"assets/dist/${manifest[name]}"`), name)
  assert.doesNotMatch(reply.body, /\{\{|(?:src|href)="\//)
})

test('what the build named by its content is kept for a year', async t => {
  const app = await build(t)
  for (const name of Object.values(manifest)) {
    const reply = await app.inject(`/assets/dist/${name}`)
    assert.equal(reply.statusCode, 200)
    assert.equal(reply.headers['cache-control'], 'public, max-age=31536000, immutable')
  }
})

test('other assets are asked for again, and not sent again', async t => {
  const app = await build(t)
  const first = await app.inject('/assets/icons/icon.svg')
  assert.equal(first.headers['cache-control'], 'no-cache')
  const again = await app.inject({
    url: '/assets/icons/icon.svg',
    headers: { 'if-none-match': String(first.headers.etag) },
  })
  assert.equal(again.statusCode, 304)
})

test('the manifest, whose name stays, is not kept', async t => {
  const { headers } = await (await build(t)).inject('/assets/dist/manifest.json')
  assert.match(String(headers['cache-control']), /no-store/)
})

for (const url of [
  '/assets/',
  '/assets/missing.js',
  '/assets/../package.json',
  '/assets/..%2fpackage.json',
  '/assets/%2e%2e/package.json',
  '/assets/dist//manifest.json',
]) {
  test(`${url} is not found`, async t => {
    const reply = await (await build(t)).inject(url)
    assert.equal(reply.statusCode, 404)
    assert.equal(reply.json().code, 'NOT_FOUND')
  })
}
