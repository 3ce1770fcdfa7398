import type { Edit } from '../../schemas/change.ts'
import type { Tags } from '../../schemas/common.ts'
import type { PictureType } from '../../schemas/picture.ts'
import { sameValues } from './common-values.ts'
import { renamed } from './file-name.ts'

/** What a person did to one field: gave it values (none: the field goes), or values to add to what each track has. */
export interface FieldDraft {
  readonly op: 'set' | 'add'
  readonly values: readonly string[]
}

/** A picture to embed, by the sum under which the server keeps its bytes. */
export interface NewPicture {
  readonly sha256: string
  readonly mime: string
  readonly width: number | null
  readonly height: number | null
  readonly bytes: number
  readonly description: string
}

/** Edits not saved yet. What is not in here is not touched. */
export interface Draft {
  readonly fields: ReadonlyMap<string, FieldDraft>
  readonly newPictures: ReadonlyMap<PictureType, NewPicture>
  /** Pictures of the one selected track to take out, by index. */
  readonly goneIndexes: ReadonlySet<number>
  /** Kinds of pictures to take out of every selected track. */
  readonly goneTypes: ReadonlySet<PictureType>
  /** The file name as typed, for one track. */
  readonly name: string | null
}

export interface Draftable {
  readonly name: string
  readonly tags: Tags
}

export const emptyDraft: Draft = {
  fields: new Map(),
  newPictures: new Map(),
  goneIndexes: new Set(),
  goneTypes: new Set(),
  name: null,
}

export function withField(draft: Draft, field: string, entry: FieldDraft | null): Draft {
  return { ...draft, fields: withEntry(draft.fields, field, entry) }
}

export function withNewPicture(draft: Draft, type: PictureType, picture: NewPicture | null): Draft {
  const goneTypes = new Set(draft.goneTypes)
  goneTypes.delete(type)
  return { ...draft, newPictures: withEntry(draft.newPictures, type, picture), goneTypes }
}

export function withGoneType(draft: Draft, type: PictureType): Draft {
  return {
    ...draft,
    newPictures: withEntry(draft.newPictures, type, null),
    goneTypes: new Set(draft.goneTypes).add(type),
  }
}

export function withGoneIndex(draft: Draft, index: number, gone: boolean): Draft {
  const goneIndexes = new Set(draft.goneIndexes)
  if (gone) goneIndexes.add(index)
  else goneIndexes.delete(index)
  return { ...draft, goneIndexes }
}

/** Whether anything at all was typed or chosen, also what would change nothing. */
export function isTouched(draft: Draft): boolean {
  return (
    draft.fields.size > 0 ||
    draft.newPictures.size > 0 ||
    draft.goneIndexes.size > 0 ||
    draft.goneTypes.size > 0 ||
    draft.name !== null
  )
}

/**
 * The edits that a draft asks of these tracks, without those that would change none of them. Pictures go from the
 * highest index down, so that an index means the same picture whether or not an earlier one has gone.
 */
export function toEdits(draft: Draft, tracks: readonly Draftable[]): Edit[] {
  const edits: Edit[] = []
  for (const [field, entry] of draft.fields) edits.push(...fieldEdits(field, entry, tracks))
  for (const index of [...draft.goneIndexes].sort((a, b) => b - a)) edits.push({ op: 'removePicture', index })
  for (const type of draft.goneTypes) edits.push({ op: 'removePicture', type })
  for (const [type, { sha256, description }] of draft.newPictures) {
    edits.push({ op: 'setPicture', type, picture: sha256, ...(description && { description }) })
  }
  const [only] = tracks
  if (draft.name !== null && only && tracks.length === 1) {
    const to = renamed(only.name, draft.name)
    if (to !== only.name) edits.push({ op: 'rename', to })
  }
  return edits
}

/** The fields of a draft that were changed on disk after the person began: their edit is about a value long gone. */
export function overtakenFields(
  draft: Draft,
  before: ReadonlyMap<string, { tags: Tags }>,
  now: readonly { path: string; tags: Tags }[],
): Set<string> {
  const overtaken = new Set<string>()
  for (const { path, tags } of now) {
    const basis = before.get(path)
    if (!basis) continue
    for (const field of draft.fields.keys()) {
      if (!sameValues(basis.tags[field] ?? [], tags[field] ?? [])) overtaken.add(field)
    }
  }
  return overtaken
}

function fieldEdits(field: string, { op, values }: FieldDraft, tracks: readonly Draftable[]): Edit[] {
  const given = values.filter(value => value !== '')
  if (op === 'add') return given.length > 0 ? [{ op: 'add', field, values: given }] : []
  if (tracks.every(({ tags }) => sameValues(tags[field] ?? [], given))) return []
  return given.length > 0 ? [{ op: 'set', field, values: given }] : [{ op: 'remove', field }]
}

function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V | null): Map<K, V> {
  const next = new Map(map)
  if (value === null) next.delete(key)
  else next.set(key, value)
  return next
}
