import type { FastifyPluginAsync } from 'fastify'

/** `GET /events`, upgraded to a WebSocket that carries the messages of schemas/event.ts as JSON. */
export const eventRoutes: FastifyPluginAsync = async app => {
  app.get('/events', { websocket: true }, socket => {
    socket.on('error', () => socket.terminate())
  })
}
