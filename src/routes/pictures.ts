import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { CodedError } from '../errors.ts'
import { Sha256, StoredPicture } from '../schemas/picture.ts'
import { sendPicture } from './send-picture.ts'

const largestUpload = 32 * 1024 * 1024
const imageTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif']

export const pictureRoutes: FastifyPluginAsyncTypebox = async app => {
  const { pictures } = app.service
  app.addContentTypeParser(imageTypes, { parseAs: 'buffer', bodyLimit: largestUpload }, (_request, body, done) => {
    done(null, body)
  })

  app.post(
    '/pictures',
    { bodyLimit: largestUpload, schema: { response: { 201: StoredPicture } } },
    async (request, reply) => {
      if (!Buffer.isBuffer(request.body)) {
        throw new CodedError(
          'UNSUPPORTED_MEDIA_TYPE',
          `Send the image itself as the body, as ${imageTypes.join(', ')}.`,
        )
      }
      reply.code(201)
      return pictures.upload(request.body)
    },
  )

  app.get(
    '/pictures/:sha256',
    { schema: { params: Type.Object({ sha256: Sha256 }) } },
    async ({ params, headers }, reply) => {
      const picture = pictures.get(params.sha256)
      if (!picture) throw new CodedError('PICTURE_NOT_FOUND', 'No picture of this sum is stored.')
      return sendPicture(reply, headers['if-none-match'], picture)
    },
  )
}
