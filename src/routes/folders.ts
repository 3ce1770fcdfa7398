import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { parsePath } from '../library/paths.ts'
import { Folder, FolderQuery } from '../schemas/folder.ts'

export const folderRoutes: FastifyPluginAsyncTypebox = async app => {
  const { library } = app.service
  app.get('/folders', { schema: { querystring: FolderQuery, response: { 200: Folder } } }, async ({ query }) =>
    library.folder(parsePath(query.path ?? '')),
  )
}
