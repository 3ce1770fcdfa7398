import { Type } from 'typebox'
import { TracksQuery } from './track.ts'

/** A listing as in `GET /tracks`, but all of it. */
const { limit, cursor, ...scope } = TracksQuery.properties
const strict = { additionalProperties: false }

const Fields = Type.String({ maxLength: 100_000, description: 'names of fields, with commas between' })

export const TracksJsonQuery = Type.Object({ ...scope, fields: Type.Optional(Fields) }, strict)

/** What stands between cells. Where the decimal comma is used, spreadsheets expect a semicolon. */
export const delimiters = { comma: ',', semicolon: ';', tab: '\t' } as const

export const TracksCsvQuery = Type.Object(
  {
    ...scope,
    fields: Type.Optional(Fields),
    delimiter: Type.Optional(Type.Union([Type.Literal('comma'), Type.Literal('semicolon'), Type.Literal('tab')])),
  },
  strict,
)

export const TableQuery = Type.Object(
  { dryRun: Type.Optional(Type.Boolean()), label: Type.Optional(Type.String({ maxLength: 200 })) },
  strict,
)
