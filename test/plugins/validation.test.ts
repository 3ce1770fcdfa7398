import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyInstance } from 'fastify'
import { problems } from '../../src/plugins/problems.ts'
import { validation } from '../../src/plugins/validation.ts'
import { ChangeRequest } from '../../src/schemas/change.ts'
import { TracksQuery } from '../../src/schemas/track.ts'
import { build } from '../build-app.ts'

describe('a query', () => {
  test('is read by its types, and what it leaves out has its default', async t => {
    const app = await echo(t)
    assert.deepEqual((await app.inject('/tracks?path=5&recursive=true&limit=20')).json(), {
      path: '5',
      recursive: true,
      limit: 20,
    })
    assert.deepEqual((await app.inject('/tracks')).json(), { limit: 500 })
  })

  const wrong = [
    ['limit=5.5', 'limit must be integer'],
    ['limit=', 'limit must be integer'],
    ['limit=0', 'limit must be >= 1'],
    ['limit=99999999999999999999', 'limit must be integer'],
    ['recursive=yes', 'recursive must be boolean'],
    ['path=a&path=b', 'path must be string'],
    ['pth=a', 'pth is not a known property'],
  ] as const
  for (const [query, reason] of wrong) {
    test(`?${query} is refused: ${reason}`, async t => {
      const app = await echo(t)
      const reply = await app.inject(`/tracks?${query}`)
      assert.equal(reply.statusCode, 400)
      assert.equal(reply.json().detail, `The query is not valid: ${reason}.`)
    })
  }
})

describe('a body', () => {
  const target = { paths: ['a.mp3'] }
  const set = { op: 'set', field: 'title', values: ['x'] }

  test('is taken as it is', async t => {
    const body = { target, edits: [set], dryRun: true }
    assert.deepEqual(await post(t, body), body)
  })

  const wrong: [name: string, body: unknown, reason: string][] = [
    ['text for a boolean', { target, edits: [set], dryRun: 'true' }, 'dryRun must be boolean'],
    ['a number for a value', { target, edits: [{ ...set, values: [1] }] }, 'edits[0].values[0] must be string'],
    ['an unknown property', { target, edits: [set], force: 1 }, 'force is not a known property'],
    ['an unknown property within', { target, edits: [set, { ...set, x: 1 }] }, 'edits[1].x is not a known property'],
    ['no edits', { target }, 'it must have target and edits, or files, and nothing that the form does not know'],
    [
      'edits twice',
      { target, edits: [set], files: [{ path: 'a', edits: [set] }] },
      'it must have target and edits, or files, and nothing that the form does not know',
    ],
    ['a missing property', { files: [{ path: 'a' }] }, 'files[0].edits is missing'],
    ['an edit without values', { target, edits: [{ op: 'set', field: 'x' }] }, 'edits[0].values is missing'],
    ['no path at all', { target: { paths: [] }, edits: [set] }, 'target.paths must not have fewer than 1 items'],
    [
      'no target',
      { target: {}, edits: [set] },
      'target must have paths, or folder, or q, and nothing that the form does not know',
    ],
    ['a revision that is no text', { target, edits: [set], revisions: { a: 1 } }, 'revisions.a must be string'],
    ['a list', [], 'it must be object'],
  ]
  for (const [name, body, reason] of wrong) {
    test(`with ${name} is refused: ${reason}`, async t => {
      assert.equal((await post(t, body)).detail, `The body is not valid: ${reason}.`)
    })
  }

  test('with an unknown op is told the known ones', async t => {
    const { detail } = await post(t, { target, edits: [{ op: 'zap' }] })
    assert.match(detail, /edits\[0\]\.op must be one of set, add, remove, /)
  })

  test('of a hundred thousand paths is checked, and the wrong one found, quickly', async t => {
    const paths: unknown[] = Array.from({ length: 100_000 }, (_, i) => `folder/${i}.mp3`)
    paths[99_999] = 7
    const started = performance.now()
    assert.match((await post(t, { target: { paths }, edits: [set] })).detail, /target\.paths\[99999\] must be string/)
    assert.ok(performance.now() - started < 3000)
  })
})

describe('a call of the API that knows no parameters', () => {
  const edit = { target: { folder: '' }, edits: [{ op: 'createFolder', name: 'New' }] }
  const calls = [
    ['GET', '/library'],
    ['GET', '/fields'],
    ['GET', '/problems'],
    ['HEAD', '/problems'],
    ['POST', '/library/scan'],
    ['POST', '/duplicates/audio'],
    ['DELETE', '/changes'],
    ['POST', '/changes', edit],
    ['GET', `/changes/${'0'.repeat(26)}`],
    ['POST', `/changes/${'0'.repeat(26)}/undo`],
  ] as const
  for (const [method, path, payload] of calls) {
    test(`refuses one: ${method} ${path}?dryRun=true`, async t => {
      const app = await build(t)
      const reply = await app.inject({ method, url: `/api/v1${path}?dryRun=true`, ...(payload ? { payload } : {}) })
      assert.equal(reply.statusCode, 400)
      if (method !== 'HEAD')
        assert.equal(reply.json().detail, 'The query is not valid: dryRun is not a known property.')
    })
  }
})

test('a body that may be missing is told, too, which property of it is wrong', async t => {
  const app = await build(t)
  const reply = await app.inject({ method: 'POST', url: '/api/v1/library/scan', payload: { forgt: true } })
  assert.equal(reply.json().detail, 'The body is not valid: forgt is not a known property.')
})

/** Two routes that send back what they understood. */
const echoRoutes: FastifyPluginAsyncTypebox = async app => {
  app.get('/tracks', { schema: { querystring: TracksQuery } }, async request => request.query)
  app.post('/changes', { schema: { body: ChangeRequest }, bodyLimit: 32 * 1024 * 1024 }, async request => request.body)
}

async function echo(t: TestContext): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(validation)
  await app.register(problems)
  await app.register(echoRoutes)
  t.after(() => app.close())
  return app
}

async function post(t: TestContext, payload: unknown) {
  const app = await echo(t)
  return (await app.inject({ method: 'POST', url: '/changes', payload: payload as object })).json()
}
