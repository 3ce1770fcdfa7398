import websocket from '@fastify/websocket'
import fp from 'fastify-plugin'
import { CodedError } from '../errors.ts'
import { isSameOrigin } from './cross-site.ts'

/** A message or a client larger or slower than this is not one of ours (bytes). */
const largestMessage = 1024
const mostUnsent = 1024 * 1024

/** The event channel: what the service tells goes to every open WebSocket; what clients send is not listened to. */
export const events = fp(
  async app => {
    await app.register(websocket, { options: { maxPayload: largestMessage } })
    // A WebSocket is a GET that other sites' pages may open: it is theirs to refuse like a write.
    app.addHook('onRequest', async request => {
      if (request.ws && !isSameOrigin(request))
        throw new CodedError('CROSS_SITE', 'A page of another site may not listen here.')
    })
    const unsubscribe = app.service.subscribe(event => {
      const text = JSON.stringify(event)
      for (const client of app.websocketServer.clients) {
        if (client.readyState !== client.OPEN) continue
        if (client.bufferedAmount > mostUnsent) client.terminate()
        else client.send(text)
      }
    })
    app.addHook('preClose', done => {
      unsubscribe()
      for (const client of app.websocketServer.clients) client.close(1001)
      done()
    })
  },
  { name: 'events', dependencies: ['service'] },
)
