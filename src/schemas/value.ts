import { type Static, Type } from 'typebox'
import { Page, PageQuery } from './common.ts'

export const ValuesQuery = Type.Object(
  {
    field: Type.String({ minLength: 1, maxLength: 255, description: 'a field, or filename' }),
    q: Type.Optional(
      Type.String({ maxLength: 1000, description: 'what a value contains, whatever its case and accents' }),
    ),
    sort: Type.Optional(Type.Enum(['value', 'tracks'])),
    ...PageQuery,
  },
  { additionalProperties: false },
)

/** A distinct value of a field, and how many tracks have it. Long values are cut off, with `…` and a checksum. */
export const Value = Type.Object({ value: Type.String(), tracks: Type.Integer({ minimum: 0 }) })
export type Value = Static<typeof Value>
export const ValuePage = Type.Object({ ...Page(Value).properties, complete: Type.Boolean() })
export type ValuePage = Static<typeof ValuePage>
