import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { parsePath } from '../library/paths.ts'
import { Track, TrackPage, TrackPictureQuery, TrackQuery, TracksQuery } from '../schemas/track.ts'
import { sendPicture } from './send-picture.ts'

export const trackRoutes: FastifyPluginAsyncTypebox = async app => {
  const { library } = app.service
  app.get('/tracks', { schema: { querystring: TracksQuery, response: { 200: TrackPage } } }, async ({ query }) =>
    library.tracks(parsePath(query.path ?? ''), {
      recursive: query.recursive ?? false,
      q: query.q,
      sort: query.sort,
      limit: query.limit ?? 500,
      cursor: query.cursor,
    }),
  )

  app.get('/track', { schema: { querystring: TrackQuery, response: { 200: Track } } }, async ({ query }) =>
    library.track(parsePath(query.path)),
  )

  app.get('/track/picture', { schema: { querystring: TrackPictureQuery } }, async ({ query, headers }, reply) =>
    sendPicture(reply, headers['if-none-match'], await library.picture(parsePath(query.path), query.index)),
  )
}
