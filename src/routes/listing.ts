import { Readable } from 'node:stream'
import { create as contentDisposition } from 'content-disposition'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { CodedError } from '../errors.ts'
import { type LibraryPath, nameOf } from '../library/paths.ts'
import type { TrackSummary } from '../schemas/track.ts'

/** A listing in full, a page at a time: only the page that is being sent is in memory. */
export type Pages = AsyncGenerator<readonly TrackSummary[], void, undefined>

type Library = FastifyInstance['service']['library']
/** What besides the place in it makes a listing. */
type Scope = Omit<Parameters<Library['tracks']>[1], 'limit' | 'cursor'>

const pageSize = 500
/** Text is handed on in pieces of about this length (UTF-16 units). */
const pieceLength = 64 * 1024

/** Throws what the library throws, and LIBRARY_SCANNING while a search could miss tracks, or a page of a sort skip them. */
export async function* readPages(library: Library, path: LibraryPath, scope: Scope): Pages {
  let cursor: string | undefined
  do {
    const page = await library.tracks(path, { ...scope, limit: pageSize, cursor })
    if (!page.complete && (scope.q || scope.sort)) {
      const detail = 'The library is still being read, so that tracks could be missing; try again when it is complete.'
      throw new CodedError('LIBRARY_SCANNING', detail)
    }
    yield page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

/** The pages, the first of which is there when this resolves: a listing that there is none of is refused before it is begun. */
export async function begun(pages: Pages): Promise<Pages> {
  const first = await pages.next()
  return (async function* () {
    if (first.done) return
    yield first.value
    yield* pages
  })()
}

/** The text of all tracks in pieces, between a head and a tail. */
export async function* writePages(
  pages: Pages,
  { head, each, tail }: { head: string; each: (track: TrackSummary, index: number) => string; tail: string },
): AsyncGenerator<string, void, undefined> {
  let piece = head
  let index = 0
  for await (const page of pages) {
    for (const track of page) {
      piece += each(track, index++)
      if (piece.length < pieceLength) continue
      yield piece
      piece = ''
    }
  }
  if (piece + tail !== '') yield piece + tail
}

/**
 * Sends text as it is made, as a file to be saved. It is made no faster than it is taken, and no further when the client goes or
 * the server stops; a fault on the way cuts the connection, so that no half listing looks like a whole one.
 */
export function createSender(app: FastifyInstance) {
  const open = new Set<Readable>()
  app.addHook('preClose', done => {
    for (const stream of open) stream.destroy()
    done()
  })
  return (reply: FastifyReply, text: AsyncGenerator<string>, folder: LibraryPath, extension: string): FastifyReply => {
    // Nobody reads what a HEAD would have listed.
    const stream = Readable.from(reply.request.method === 'HEAD' ? [] : text, { objectMode: false })
    open.add(stream)
    stream.once('close', () => open.delete(stream))
    const name = (nameOf(folder) || 'library').replace(/\p{Cc}/gu, ' ')
    return reply.header('content-disposition', contentDisposition(`${name}.${extension}`)).send(stream)
  }
}
