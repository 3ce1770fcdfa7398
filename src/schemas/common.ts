import { type Static, type TSchema, Type } from 'typebox'

/** A path relative to MUSIC_DIR, `/`-separated; the empty string is the library's root. Checked further by library/paths.ts. */
export const PathText = Type.String({ maxLength: 4096 })

/** RFC 9457 problem details, with a stable `code`. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String(),
  requestId: Type.String(),
  position: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'where in a text (a query) the mistake is, in characters; the first is 1',
    }),
  ),
  length: Type.Optional(Type.Integer({ minimum: 0, description: 'how many characters are wrong' })),
})
export type Problem = Static<typeof Problem>

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** One page of a list: at most `limit` items, and the cursor of the next page or null on the last. */
export const Page = <T extends TSchema>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    total: Type.Integer({ minimum: 0 }),
    nextCursor: Nullable(Type.String()),
  })

export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 500 })),
  cursor: Type.Optional(Type.String({ maxLength: 16_384 })),
}

/** Why something was refused, failed or cannot be written: a stable code and a sentence for a person. */
export const Reason = Type.Object({ code: Type.String(), detail: Type.String() })
export type Reason = Static<typeof Reason>

/** Field name to its values: never an empty list. */
export const Tags = Type.Unsafe<Record<string, string[]>>(
  // Not a Record: its pattern of any name knows no line feed, and a reply would lack such a field.
  Type.Object({}, { additionalProperties: Type.Array(Type.String(), { minItems: 1 }) }),
)
export type Tags = Static<typeof Tags>
