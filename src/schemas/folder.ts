import { type Static, Type } from 'typebox'
import { PathText } from './common.ts'

export const FolderQuery = Type.Object({ path: Type.Optional(PathText) }, { additionalProperties: false })

/** A direct child folder, with the counts of its own direct children. */
export const FolderEntry = Type.Object({
  path: PathText,
  name: Type.String(),
  folders: Type.Integer({ minimum: 0 }),
  tracks: Type.Integer({ minimum: 0 }),
})
export type FolderEntry = Static<typeof FolderEntry>

export const Folder = Type.Object({
  path: PathText,
  name: Type.String(),
  folders: Type.Array(FolderEntry),
})
export type Folder = Static<typeof Folder>
