import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

/**
 * Sends an image with an ETag of its content. The type is one that we found in the bytes, and a policy of its own keeps even a
 * hostile image from being more than an image.
 */
export function sendPicture(
  reply: FastifyReply,
  ifNoneMatch: string | undefined,
  picture: { mime: string; data: Uint8Array },
): FastifyReply {
  const etag = `"${createHash('sha256').update(picture.data).digest('base64url')}"`
  reply
    .header('etag', etag)
    .header('cache-control', 'private, no-cache')
    .header('content-security-policy', "default-src 'none'; sandbox")
  if (ifNoneMatch?.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag)) return reply.code(304).send()
  return reply.type(picture.mime).send(Buffer.from(picture.data))
}
