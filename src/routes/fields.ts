import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { FieldList } from '../schemas/field.ts'
import { fieldInfo, fields } from '../tags/fields.ts'

export const fieldRoutes: FastifyPluginAsyncTypebox = async app => {
  const items = fields.map(fieldInfo)
  app.get('/fields', { schema: { response: { 200: FieldList } } }, async () => ({ items }))
}
