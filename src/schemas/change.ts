import { type Static, Type } from 'typebox'
import { Nullable, Page, PageQuery, PathText, Reason } from './common.ts'
import { PictureType, Sha256 } from './picture.ts'
import { QueryText } from './query.ts'

const FieldName = Type.String({ minLength: 1, maxLength: 255 })
const Value = Type.String({ maxLength: 1_000_000 })
const strict = { additionalProperties: false }

/** One instruction. Edits of a request are applied in order to each target. */
export const Edit = Type.Union([
  Type.Object(
    {
      op: Type.Literal('set'),
      field: FieldName,
      values: Type.Array(Value, { minItems: 1, maxItems: 1000 }),
      ifDifferent: Type.Optional(
        Type.Boolean({
          description:
            'leave the field alone where it has these values; otherwise older tags of the file are brought in step',
        }),
      ),
    },
    strict,
  ),
  Type.Object(
    { op: Type.Literal('add'), field: FieldName, values: Type.Array(Value, { minItems: 1, maxItems: 1000 }) },
    strict,
  ),
  Type.Object({ op: Type.Literal('remove'), field: FieldName }, strict),
  Type.Object(
    {
      op: Type.Literal('setPicture'),
      type: PictureType,
      picture: Sha256,
      description: Type.Optional(Type.String({ maxLength: 1000 })),
    },
    strict,
  ),
  Type.Object(
    {
      op: Type.Literal('removePicture'),
      type: Type.Optional(PictureType),
      index: Type.Optional(Type.Integer({ minimum: 0, maximum: 999 })),
    },
    strict,
  ),
  Type.Object(
    { op: Type.Literal('rename'), to: Type.String({ minLength: 1, maxLength: 1024 }) },
    { ...strict, description: 'a new name; with a folder as target, for the folder itself' },
  ),
  Type.Object(
    { op: Type.Literal('move'), to: PathText },
    {
      ...strict,
      description:
        'into the folder of this path, which is made where it is missing; nothing there is replaced. With a folder as target the folder itself moves, with all that is in it',
    },
  ),
  Type.Object(
    { op: Type.Literal('delete') },
    {
      ...strict,
      description: 'to the trash; the only edit of its request. With a folder as target the folder itself goes',
    },
  ),
  Type.Object(
    { op: Type.Literal('createFolder'), name: Type.String({ minLength: 1, maxLength: 1024 }) },
    { ...strict, description: 'a new folder of this name in the folder that is the target' },
  ),
])
export type Edit = Static<typeof Edit>
export type EditOf<Op extends Edit['op']> = Extract<Edit, { op: Op }>

/**
 * What a change is applied to: named tracks, the tracks of a folder, or those that a search finds in a folder and below. With `rename`, `move`, `delete` or `createFolder` a folder
 * stands for itself; such edits are not mixed with those of tags.
 */
export const Target = Type.Union([
  Type.Object({ paths: Type.Array(PathText, { minItems: 1, maxItems: 100_000 }) }, strict),
  Type.Object({ folder: PathText, recursive: Type.Optional(Type.Boolean()) }, strict),
  Type.Object({ q: QueryText, path: Type.Optional(PathText) }, strict),
])
export type Target = Static<typeof Target>

const Edits = Type.Array(Edit, { minItems: 1, maxItems: 1000 })

/** Edits of one track alone, and the revision that it must have. */
export const FileEdits = Type.Object({ path: PathText, edits: Edits, revision: Type.Optional(Type.String()) }, strict)
export type FileEdits = Static<typeof FileEdits>

const howToChange = {
  label: Type.Optional(Type.String({ maxLength: 200 })),
  dryRun: Type.Optional(Type.Boolean()),
}

/** The same edits for all tracks of a target, or each track its own. */
export const ChangeRequest = Type.Union([
  Type.Object(
    {
      target: Target,
      edits: Edits,
      revisions: Type.Optional(Type.Record(Type.String(), Type.String())),
      ...howToChange,
    },
    strict,
  ),
  Type.Object({ files: Type.Array(FileEdits, { minItems: 1, maxItems: 100_000 }), ...howToChange }, strict),
])
export type ChangeRequest = Static<typeof ChangeRequest>

export const ChangeState = Type.Enum(['planned', 'running', 'applied', 'partial', 'failed', 'cancelled', 'undone'])
export type ChangeState = Static<typeof ChangeState>

export const FileStatus = Type.Enum(['applied', 'unchanged', 'conflict', 'refused', 'failed'])
export type FileStatus = Static<typeof FileStatus>

/**
 * What changes in one file. kind `field`: before and after are values. kind `picture`: `field` is the picture type and
 * the values are SHA-256 sums, to be had from `/pictures/{sha256}`. kind `path`: one path before, one after; none before is
 * what was made or came back from the trash, none after what went there or is gone. Its `field` is `path` for the track itself, `side file` for
 * a file that goes along because it shares the track's name, and `folder`.
 */
export const Difference = Type.Object({
  kind: Type.Union([Type.Literal('field'), Type.Literal('picture'), Type.Literal('path')]),
  field: Type.String({ description: 'name of a field, type of a picture, or, of a path: path, side file, folder' }),
  before: Type.Array(Type.String()),
  after: Type.Array(Type.String()),
})
export type Difference = Static<typeof Difference>

/** Why a field of a file cannot become what was asked; in a conflict also what it is now and what was expected. */
export const FieldProblem = Type.Object({
  field: Type.String(),
  code: Type.String(),
  detail: Type.String(),
  current: Type.Optional(Type.Array(Type.String())),
  expected: Type.Optional(Type.Array(Type.String())),
})
export type FieldProblem = Static<typeof FieldProblem>

export const ChangeFile = Type.Object({
  path: PathText,
  status: FileStatus,
  revision: Nullable(Type.String()),
  changes: Type.Array(Difference),
  problems: Type.Array(FieldProblem),
  warnings: Type.Array(Type.String()),
  error: Nullable(Reason),
})
export type ChangeFile = Static<typeof ChangeFile>

export const Summary = Type.Object({
  applied: Type.Integer(),
  unchanged: Type.Integer(),
  conflict: Type.Integer(),
  refused: Type.Integer(),
  failed: Type.Integer(),
})
export type Summary = Static<typeof Summary>

const head = {
  id: Type.Optional(Type.String({ description: 'absent in a dry run' })),
  state: ChangeState,
  label: Type.String(),
  createdAt: Type.String({ description: 'ISO 8601, UTC' }),
  summary: Summary,
  progress: Type.Optional(
    Type.Object({ done: Type.Integer(), total: Type.Integer() }, { description: 'tracks, while it is running' }),
  ),
}
/** An entry of the history without its files. */
export const ChangeHead = Type.Object(head)
export type ChangeHead = Static<typeof ChangeHead>
/** A change, or a plan of one, file by file. In a plan, `applied` reads as "would be applied". */
export const Change = Type.Object({ ...head, files: Type.Array(ChangeFile) })
export type Change = Static<typeof Change>

export const ChangePage = Page(ChangeHead)
export type ChangePage = Static<typeof ChangePage>

export const ChangesQuery = Type.Object({ path: Type.Optional(PathText), ...PageQuery }, strict)
export const ChangeParams = Type.Object({ id: Type.String({ pattern: '^[0-9A-Z]{26}$' }) })
/** Body of undo and redo: nothing, or a dry run. */
export const RevertRequest = Type.Object({ dryRun: Type.Optional(Type.Boolean()) }, strict)
