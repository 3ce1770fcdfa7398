import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { askedColumns, type Column, createFieldFinder } from '../csv/columns.ts'
import { readTable } from '../csv/read.ts'
import { byteOrderMark, writeHead, writeRow } from '../csv/write.ts'
import { CodedError } from '../errors.ts'
import { type LibraryPath, parsePath } from '../library/paths.ts'
import { noStoreHeaders } from '../plugins/no-store.ts'
import { Change } from '../schemas/change.ts'
import { delimiters, TableQuery, TracksCsvQuery, TracksJsonQuery } from '../schemas/listing.ts'
import type { TrackSummary } from '../schemas/track.ts'
import { fieldKey } from '../tags/fields.ts'
import { answerChange } from './answer-change.ts'
import { begun, createSender, type Pages, readPages, writePages } from './listing.ts'

/** As for a change by JSON (bytes). */
const largestTable = 32 * 1024 * 1024
const tableTypes = ['text/csv', 'text/tab-separated-values']

/** Listings as files, and the table that comes back from a spreadsheet as a change. */
export const trackTableRoutes: FastifyPluginAsyncTypebox = async app => {
  const { library, changes } = app.service
  const send = createSender(app)

  app.get('/tracks.csv', { schema: { querystring: TracksCsvQuery } }, async ({ query }, reply) => {
    const { path: text, recursive = false, fields, delimiter: named = 'comma', ...scope } = query
    const path = parsePath(text ?? '')
    const delimiter = delimiters[named]
    const open = () => begun(readPages(library, path, { recursive, ...scope }))
    const asked = fields === undefined ? null : askedColumns(fields)
    const csv = writeTable(await open(), open, asked, delimiter)
    return send(reply.headers(noStoreHeaders).type('text/csv; charset=utf-8'), csv, path, 'csv')
  })

  app.get('/tracks.json', { schema: { querystring: TracksJsonQuery } }, async ({ query }, reply) => {
    const { path: text, recursive = false, fields, ...scope } = query
    const path: LibraryPath = parsePath(text ?? '')
    const narrow = fields === undefined ? (track: TrackSummary) => track : narrowed(askedColumns(fields))
    const pages = await begun(readPages(library, path, { recursive, ...scope }))
    const each = (track: TrackSummary, index: number) => `${index === 0 ? '' : ','}\n${JSON.stringify(narrow(track))}`
    const json = writePages(pages, { head: '[', each, tail: '\n]\n' })
    return send(reply.type('application/json; charset=utf-8'), json, path, 'json')
  })

  app.removeAllContentTypeParsers()
  app.addContentTypeParser(tableTypes, { parseAs: 'buffer', bodyLimit: largestTable }, (_request, body, done) => {
    done(null, body)
  })
  app.post(
    '/tracks.csv',
    { bodyLimit: largestTable, schema: { querystring: TableQuery, response: { 200: Change, 202: Change } } },
    async (request, reply) => {
      const { body, query } = request
      if (!Buffer.isBuffer(body))
        throw new CodedError('UNSUPPORTED_MEDIA_TYPE', 'Send the table itself as the body, as text/csv.')
      const files = await readTable(body)
      const asked = {
        files,
        label: query.label ?? `Table of ${files.length === 1 ? '1 track' : `${files.length} tracks`}`,
      }
      return query.dryRun ? changes.plan(asked) : answerChange(request, reply, await changes.start(asked))
    },
  )
}

/** The pieces of a table. Where the columns are those of the fields that are found, its tracks are looked through once before they are written. */
async function* writeTable(
  pages: Pages,
  again: () => Promise<Pages>,
  asked: readonly Column[] | null,
  delimiter: string,
): AsyncGenerator<string, void, undefined> {
  // At once, so that the reply begins however long the first look takes.
  yield byteOrderMark
  let columns = asked
  let listing = pages
  if (!columns) {
    const finder = createFieldFinder()
    let pagesRead = 0
    let first: readonly TrackSummary[] = []
    for await (const page of pages) {
      if (pagesRead++ === 0) first = page
      for (const track of page) finder.look(track)
      // Nothing to send yet, but here it shows whether there is still somebody to send it to.
      yield ''
    }
    columns = finder.columns()
    listing = pagesRead === 1 ? onePage(first) : await again()
  }
  const table = columns
  const each = (track: TrackSummary) => writeRow(table, track, delimiter)
  yield* writePages(listing, { head: writeHead(table, delimiter), each, tail: '' })
}

async function* onePage(page: readonly TrackSummary[]): Pages {
  yield page
}

/** The same track with only the tags that are asked for. */
function narrowed(columns: readonly Column[]): (track: TrackSummary) => TrackSummary {
  const keys = new Set(columns.flatMap(column => (column.kind === 'field' ? [fieldKey(column.name)] : [])))
  return track => ({
    ...track,
    tags: Object.fromEntries(Object.entries(track.tags).filter(([name]) => keys.has(fieldKey(name)))),
  })
}
