import { type Static, Type } from 'typebox'

/** How a field is shown and typed: one line, many lines, a whole number, a date `YYYY[-MM[-DD]]`, or 0/1. */
export const FieldKind = Type.Union([
  Type.Literal('text'),
  Type.Literal('longtext'),
  Type.Literal('number'),
  Type.Literal('date'),
  Type.Literal('boolean'),
])
export type FieldKind = Static<typeof FieldKind>

export const FieldInfo = Type.Object({
  name: Type.String(),
  label: Type.String(),
  multiple: Type.Boolean({ description: 'whether the field can hold several values' }),
  kind: FieldKind,
  common: Type.Boolean({ description: 'one of the few fields that nearly every track should have' }),
})
export type FieldInfo = Static<typeof FieldInfo>

export const FieldList = Type.Object({ items: Type.Array(FieldInfo) })
