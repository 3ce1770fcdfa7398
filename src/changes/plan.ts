import type { ByteSource } from '../files/source.ts'
import type { Splice } from '../files/splice.ts'
import type { Difference, FieldProblem } from '../schemas/change.ts'
import type { CodecOptions, TagFile } from '../tags/containers/container.ts'
import type { TagPatch } from '../tags/items.ts'
import { patchTags } from '../tags/patch.ts'
import { readFields, readPictures } from '../tags/read.ts'
import { type AnyEdit, applyEdit } from './edits/apply-edit.ts'
import { differences, type EditContext, EditRefused, patchBetween, type TrackState } from './edits/state.ts'

/** What edits would do to one track. With problems there is nothing to apply. */
export interface TrackPlan {
  readonly differences: readonly Difference[]
  readonly problems: readonly FieldProblem[]
  readonly splices: readonly Splice[]
  readonly patch: TagPatch | null
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
  const before: TrackState = {
    fields: file ? readFields(file) : new Map(),
    pictures: file ? readPictures(file).map(kept => ({ kept })) : [],
    name,
    folder: null,
    deleted: false,
  }
  const problems: FieldProblem[] = []
  let after = before
  for (const edit of edits) {
    try {
      after = applyEdit(after, edit, context)
    } catch (error) {
      if (!(error instanceof EditRefused)) throw error
      problems.push(error.problem)
    }
  }
  const found = differences(before, after)
  const patch = patchBetween(before, after)
  if (!patch || !file || problems.length > 0) return { differences: found, problems, splices: [], patch, after }
  const { splices, refused } = patchTags(source, name, file, patch, options)
  return { differences: found, problems: [...refused], splices, patch, after }
}
