import type { LibraryPath } from '../../library/paths.ts'
import type { Difference, FieldProblem } from '../../schemas/change.ts'
import type { PictureType } from '../../schemas/picture.ts'
import { pictureTypes } from '../../schemas/picture-types.ts'
import { canonicalName, fieldKey } from '../../tags/fields.ts'
import { sha256 } from '../../tags/images.ts'
import type { EmbeddedPicture, Fields, NewPicture, TagPatch } from '../../tags/items.ts'

/** A picture of a track in the making: one of the file's, or a new one. */
export type PictureState = { readonly kept: EmbeddedPicture } | { readonly added: NewPicture }

/** What edits work on: the track as it would be. Edits return a new state and never touch the old one. */
export interface TrackState {
  readonly fields: Fields
  readonly pictures: readonly PictureState[]
  /** The file's name in its folder. */
  readonly name: string
  /** The folder that it moves to; null where it stays in its own. */
  readonly folder: LibraryPath | null
  /** Whether it goes to the trash. */
  readonly deleted: boolean
}

/** What edits need besides the state. */
export interface EditContext {
  /** A stored picture by its SHA-256, ready to be embedded as a type; undefined where there is none. */
  picture(sha: string, type: number, description: string): NewPicture | undefined
}

/** Thrown by an edit that cannot be done on this track; the track is then refused as a whole. */
export class EditRefused extends Error {
  readonly problem: FieldProblem
  constructor(problem: FieldProblem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** The values of a field, whatever the case of its name; empty where the track has none. */
export function valuesOf(state: TrackState, field: string): readonly string[] {
  return state.fields.get(spelledIn(state, field)) ?? []
}

/** The state with other values of a field; none removes it. */
export function withValues(state: TrackState, field: string, values: readonly string[]): TrackState {
  const fields = new Map(state.fields)
  const name = spelledIn(state, field)
  if (values.length === 0) fields.delete(name)
  else fields.set(name, values)
  return { ...state, fields }
}

/** The name of a field as the track spells it, or as the field table or the request does. */
function spelledIn({ fields }: TrackState, field: string): string {
  if (fields.has(field)) return field
  const key = fieldKey(field)
  for (const name of fields.keys()) if (fieldKey(name) === key) return name
  return canonicalName(field)
}

export const pictureOf = (picture: PictureState): EmbeddedPicture | NewPicture =>
  'kept' in picture ? picture.kept : picture.added

export const typeNumber = (type: PictureType): number => pictureTypes.indexOf(type)

const sums = new WeakMap<object, string>()

/** SHA-256 of a picture's bytes. */
export function sumOf(picture: PictureState): string {
  const owner = pictureOf(picture)
  const known = sums.get(owner)
  if (known !== undefined) return known
  const sum = sha256('kept' in picture ? picture.kept.data() : picture.added.data)
  sums.set(owner, sum)
  return sum
}

/** Sums of the pictures of a type, in order. */
export function sumsOfType({ pictures }: TrackState, type: number): string[] {
  return pictures.filter(picture => pictureOf(picture).type === type).map(sumOf)
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((v, i) => v === b[i])

/** What differs between two states of a track, in the order of the new one, removed fields last. */
export function differences(before: TrackState, after: TrackState): Difference[] {
  const found: Difference[] = []
  const names = new Map<string, string>()
  for (const name of [...after.fields.keys(), ...before.fields.keys()])
    if (!names.has(fieldKey(name))) names.set(fieldKey(name), name)
  for (const field of names.values()) {
    const [from, to] = [valuesOf(before, field), valuesOf(after, field)]
    if (!same(from, to)) found.push({ kind: 'field', field, before: [...from], after: [...to] })
  }
  if (after.pictures !== before.pictures) {
    for (const [type, field] of pictureTypes.entries()) {
      const [from, to] = [sumsOfType(before, type), sumsOfType(after, type)]
      if (!same(from, to)) found.push({ kind: 'picture', field, before: from, after: to })
    }
  }
  return found
}

/** The patch that takes the tags of a file from one state to another; null where only the name differs, or nothing. */
export function patchBetween(before: TrackState, after: TrackState): TagPatch | null {
  const fields = new Map<string, readonly string[]>()
  for (const { kind, field, after: values } of differences({ ...before, pictures: [] }, { ...after, pictures: [] })) {
    if (kind === 'field') fields.set(field, values)
  }
  const kept = new Set(after.pictures.flatMap(picture => ('kept' in picture ? [picture.kept] : [])))
  const removed = before.pictures.flatMap(picture =>
    'kept' in picture && !kept.has(picture.kept) ? [picture.kept] : [],
  )
  const added = after.pictures.flatMap(picture => ('added' in picture ? [picture.added] : []))
  const pictures = removed.length > 0 || added.length > 0 ? { kept: [...kept], removed, added } : null
  return fields.size > 0 || pictures ? { fields, pictures } : null
}
