import type { Edit } from '../schemas/change.ts'
import { findField } from '../tags/fields.ts'

const name = (field: string): string => (findField(field)?.label ?? field).toLowerCase()

const phrases: { readonly [Op in Edit['op']]: (edit: Extract<Edit, { op: Op }>) => string } = {
  set: ({ field }) => `set ${name(field)}`,
  add: ({ field }) => `add to ${name(field)}`,
  remove: ({ field }) => `remove ${name(field)}`,
  setPicture: ({ type }) => `set ${type} picture`,
  removePicture: ({ type }) => (type === undefined ? 'remove picture' : `remove ${type} picture`),
  rename: ({ to }) => `rename to ${to}`,
}

/** Words for the history where the request brings none: `Set title and 2 more on 12 tracks`. */
export function describeEdits(edits: readonly Edit[], tracks: number): string {
  const said = [...new Set(edits.map(edit => (phrases[edit.op] as (edit: Edit) => string)(edit)))]
  const [first = 'change', second] = said
  const what =
    said.length === 2 ? `${first}, ${second}` : said.length > 2 ? `${first} and ${said.length - 1} more` : first
  const where = tracks === 1 ? '' : ` on ${tracks} tracks`
  const text = `${what.charAt(0).toUpperCase()}${what.slice(1)}${where}`
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}
