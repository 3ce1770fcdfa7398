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
  move: ({ to }) => (to === '' ? 'move to the top of the library' : `move to ${to}`),
  delete: () => 'delete',
  createFolder: ({ name }) => `create folder ${name}`,
}

/** Words for the history where the request brings none: `Set title and 2 more on 12 tracks`. */
export function describeEdits(edits: readonly Edit[], tracks: number): string {
  const said = saidOf(edits)
  const [first = 'change', second] = said
  const what =
    said.length === 2 ? `${first}, ${second}` : said.length > 2 ? `${first} and ${said.length - 1} more` : first
  const where = tracks === 1 ? '' : ` on ${tracks} tracks`
  return sentence(`${what}${where}`)
}

/** The same for edits of a folder itself: `Rename to Live: folder Album`. */
export function describeFolderEdits(edits: readonly Edit[], folder: string): string {
  const isNew = edits.some(({ op }) => op === 'createFolder')
  return sentence(`${saidOf(edits).join(', ')}${isNew ? '' : `: folder ${folder}`}`)
}

const saidOf = (edits: readonly Edit[]): string[] => [
  ...new Set(edits.map(edit => (phrases[edit.op] as (edit: Edit) => string)(edit))),
]

function sentence(said: string): string {
  const text = `${said.charAt(0).toUpperCase()}${said.slice(1)}`
  return text.length > 200 ? `${text.slice(0, 199)}…` : text
}
