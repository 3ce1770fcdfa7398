import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { ValuePage, ValuesQuery } from '../schemas/value.ts'

export const valueRoutes: FastifyPluginAsyncTypebox = async app => {
  const { library } = app.service
  const schema = { querystring: ValuesQuery, response: { 200: ValuePage } }
  app.get('/values', { schema }, async ({ query: { field, q = '', sort = 'value', limit = 500, cursor } }) =>
    library.values({ field, q, sort }, limit, cursor ?? null),
  )
}
