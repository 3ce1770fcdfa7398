import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { type TestContext, test } from 'node:test'
import type { Change } from '../../src/schemas/change.ts'
import type { ServiceEvent } from '../../src/schemas/event.ts'
import { makeMp3 } from '../make-audio.ts'
import { type MusicLibrary, openLibrary } from '../music-library.ts'

const names = Array.from({ length: 12 }, (_, i) => `${String(i + 1).padStart(2, '0')}.mp3`)
const setAlbum = { target: { folder: '' }, edits: [{ op: 'set' as const, field: 'album', values: ['New'] }] }

/** A dozen tracks with one thread, so that one follows the other. */
function dozen(t: TestContext): Promise<MusicLibrary> {
  return openLibrary(t, Object.fromEntries(names.map(name => [name, makeMp3()])))
}

/** Everything that the event channel says from now on. */
async function listen({
  app,
}: MusicLibrary): Promise<{ events: ServiceEvent[]; until(type: string): Promise<ServiceEvent> }> {
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/events`)
  const events: ServiceEvent[] = []
  const heard = new EventEmitter()
  socket.addEventListener('message', ({ data }) => {
    events.push(JSON.parse(data))
    heard.emit('event')
  })
  await once(socket, 'open')
  return {
    events,
    async until(type) {
      for (;;) {
        const found = events.find(event => event.type === type)
        if (found) return found
        await once(heard, 'event')
      }
    },
  }
}

function startAsync({ app }: MusicLibrary) {
  return app.inject({ method: 'POST', url: '/api/v1/changes', headers: { prefer: 'respond-async' }, payload: setAlbum })
}

test('who would rather not wait gets 202 with where to look, and there the result in the end', async t => {
  const library = await dozen(t)
  const { until } = await listen(library)
  const reply = await startAsync(library)
  assert.equal(reply.statusCode, 202)
  const started: Change = reply.json()
  assert.equal(started.state, 'running')
  assert.equal(reply.headers.location, `/api/v1/changes/${started.id}`)
  assert.equal(reply.headers['preference-applied'], 'respond-async')
  await until('change.done')
  const { body } = await library.get(`/changes/${started.id}`)
  assert.deepEqual([body.state, body.summary.applied, body.files.length], ['applied', 12, 12])
})

test('the event channel tells progress, the end, and the tracks that changed', async t => {
  const library = await dozen(t)
  const { events, until } = await listen(library)
  const { id } = await library.change(setAlbum)
  const changed = await until('library.changed')
  assert.deepEqual(changed, { type: 'library.changed', paths: names })
  const progress = events.find(event => event.type === 'change.progress')
  assert.ok(progress?.type === 'change.progress' && progress.id === id && progress.total === 12 && progress.done > 0)
  const done = events.find(event => event.type === 'change.done')
  assert.ok(done?.type === 'change.done' && done.state === 'applied' && done.summary.applied === 12)
})

test('an undo can be waited for as little as a change', async t => {
  const library = await dozen(t)
  const before = names.map(name => library.bytes(name))
  const { id } = await library.change(setAlbum)
  const { until } = await listen(library)
  const reply = await library.app.inject({
    method: 'POST',
    url: `/api/v1/changes/${id}/undo`,
    headers: { prefer: 'respond-async' },
  })
  assert.equal(reply.statusCode, 202)
  assert.equal(reply.headers.location, `/api/v1/changes/${id}`)
  assert.equal(reply.json().state, 'running')
  await until('change.done')
  assert.equal((await library.get(`/changes/${id}`)).body.state, 'undone')
  assert.deepEqual(
    names.map(name => library.bytes(name)),
    before,
  )
})

test('a cancelled change stops between two tracks; those done are in the history and can be undone', async t => {
  const library = await dozen(t)
  const before = names.map(name => library.bytes(name))
  const { until } = await listen(library)
  const { id }: Change = (await startAsync(library)).json()
  await until('change.progress')
  const cancel = await library.app.inject({ method: 'DELETE', url: `/api/v1/changes/${id}` })
  assert.equal(cancel.statusCode, 202)
  await until('change.done')
  const { body } = await library.get(`/changes/${id}`)
  assert.equal(body.state, 'cancelled')
  assert.ok(body.summary.applied > 0 && body.summary.failed > 0, JSON.stringify(body.summary))
  for (const file of body.files as Change['files'])
    assert.ok(file.status === 'applied' || file.error?.code === 'CANCELLED')
  await library.undo(id as string)
  assert.deepEqual(
    names.map(name => library.bytes(name)),
    before,
  )
})

test('a change that is not running cannot be cancelled', async t => {
  const library = await dozen(t)
  const { id } = await library.change(setAlbum)
  const reply = await library.app.inject({ method: 'DELETE', url: `/api/v1/changes/${id}` })
  assert.deepEqual([reply.statusCode, reply.json().code], [409, 'CHANGE_NOT_RUNNING'])
})

test('a server that stops lets the track that is being written finish and leaves the others alone', async t => {
  const library = await dozen(t)
  const before = names.map(name => library.bytes(name))
  const { until } = await listen(library)
  const change = library.post('/changes', setAlbum)
  await until('change.progress')
  await library.app.close()
  const { body } = await change
  assert.equal(body.state, 'cancelled')
  const statuses = (body.files as Change['files']).map(file => file.status)
  assert.deepEqual(
    statuses.map(status => status === 'applied'),
    names.map((name, i) => !library.bytes(name).equals(before[i] as Buffer)),
  )
})

test('the page of another site may not listen', async t => {
  const { app } = await dozen(t)
  const headers = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const asked = request({
    host: url.hostname,
    port: url.port,
    path: '/api/v1/events',
    headers: { ...headers, origin: 'https://elsewhere.example' },
  })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  assert.equal(answer.statusCode, 403)
})
