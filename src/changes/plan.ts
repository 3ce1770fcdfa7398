import type { ByteSource } from '../files/source.ts'
import type { Splice } from '../files/splice.ts'
import type { Difference, FieldProblem } from '../schemas/change.ts'
import type { CodecOptions, TagFile } from '../tags/containers/container.ts'
import { imageInfo, sha256 } from '../tags/images.ts'
import type { EmbeddedPicture, TagPatch } from '../tags/items.ts'
import { patchTags } from '../tags/patch.ts'
import { readFields, readPictures } from '../tags/read.ts'
import { type AnyEdit, applyEdit } from './edits/apply-edit.ts'
import { restated } from './edits/restated.ts'
import { differences, type EditContext, EditRefused, patchBetween, type TrackState } from './edits/state.ts'

/** What edits would do to one track. With problems there is nothing to apply. */
export interface TrackPlan {
  readonly differences: readonly Difference[]
  readonly problems: readonly FieldProblem[]
  readonly splices: readonly Splice[]
  readonly patch: TagPatch | null
  /** What a person should know of it besides. */
  readonly notes: readonly string[]
  /** The track as it will be, with its name and folder. */
  readonly after: Pick<TrackState, 'name' | 'folder' | 'deleted'>
}

/** Plans edits of a track that is open for reading as `file`, or null for one that can only be renamed. Never writes. */
export function planTrack(
  source: ByteSource,
  name: string,
  file: TagFile | null,
  edits: readonly AnyEdit[],
  context: EditContext,
  options: CodecOptions,
): TrackPlan {
  const pictures = file ? readPictures(file) : []
  const before: TrackState = {
    fields: file ? readFields(file) : new Map(),
    pictures: pictures.map(kept => ({ kept })),
    name,
    folder: null,
    deleted: false,
  }
  const problems: FieldProblem[] = []
  let after = before
  for (const edit of edits) {
    try {
      after = applyEdit(after, edit, withPicturesOf(pictures, context))
    } catch (error) {
      if (!(error instanceof EditRefused)) throw error
      problems.push(error.problem)
    }
  }
  const found = differences(before, after)
  const anew = file && problems.length === 0 ? restated(file, edits, before, after) : null
  const notes = anew?.notes ?? []
  const patch = withFields(patchBetween(before, after), anew?.fields)
  if (!patch || !file || problems.length > 0) return { differences: found, problems, splices: [], patch, notes, after }
  const { splices, refused } = patchTags(source, name, file, patch, options)
  return { differences: found, problems: [...refused], splices, patch, notes, after }
}

function withFields(patch: TagPatch | null, more: TagPatch['fields'] = new Map()): TagPatch | null {
  if (more.size === 0) return patch
  return { fields: new Map([...(patch?.fields ?? []), ...more]), pictures: patch?.pictures ?? null }
}

/** Pictures that are in the track itself can be set, too: as another type. */
function withPicturesOf(own: readonly EmbeddedPicture[], context: EditContext): EditContext {
  return {
    ...context,
    picture(sha, type, description) {
      const stored = context.picture(sha, type, description)
      if (stored) return stored
      const data = own.map(picture => picture.data()).find(bytes => sha256(bytes) === sha)
      const info = data && imageInfo(data)
      return data && info ? { type, description, ...info, data } : undefined
    },
  }
}
