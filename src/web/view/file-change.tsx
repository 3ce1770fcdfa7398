import { TriangleAlert } from 'lucide'
import type { ChangeFile, Difference, FieldProblem } from '../../schemas/change.ts'
import type { PictureType } from '../../schemas/picture.ts'
import { folderOf, nameOf } from '../model/file-name.ts'
import { fieldLabel } from '../state/library.ts'
import { text } from '../text.ts'
import { StoredImage } from './embedded-image.tsx'
import { Icon } from './icon.tsx'

/** What a plan or a change does to one file: each difference, and what stands in its way. */
export function FileChange({ file, planned }: { file: ChangeFile; planned: boolean }) {
  const { path, status, changes, problems, warnings, error } = file
  return (
    <li class="file-change" data-status={status}>
      <p class="file-path" title={path}>
        <span class="name">{nameOf(path)}</span> <span class="quiet">{folderOf(path)}</span>
        {(status !== 'applied' || !planned) && <span class={`status ${status}`}>{text.status[status]}</span>}
      </p>
      {error && (
        <p class="reason">
          <Icon of={TriangleAlert} /> {error.detail}
        </p>
      )}
      {problems.map((problem, i) => (
        <ProblemLine key={i} problem={problem} />
      ))}
      {warnings.map(warning => (
        <p key={warning} class="warning">
          <Icon of={TriangleAlert} /> {warning}
        </p>
      ))}
      {changes.length > 0 && (
        <dl class="differences">
          {changes.map(difference => (
            <DifferenceLine
              key={`${difference.kind} ${difference.field} ${difference.before[0]}`}
              difference={difference}
            />
          ))}
        </dl>
      )}
    </li>
  )
}

function DifferenceLine({ difference: { kind, field, before, after } }: { difference: Difference }) {
  if (kind === 'path') {
    const [from, to] = [before[0], after[0]]
    const renamed = from !== undefined && to !== undefined && folderOf(from) === folderOf(to)
    const show = (paths: readonly string[]) => paths.map(path => (renamed ? nameOf(path) : path))
    const name = { 'side file': text.plan.sideFile, folder: text.plan.folder }[field] ?? text.plan.fileName
    return <Line name={name} before={show(before)} after={show(after)} type={null} empty={text.plan.gone} />
  }
  if (kind === 'picture') {
    const type = text.pictureTypes[field as PictureType] ?? field
    return <Line name={text.plan.kindOfPicture(type)} before={before} after={after} type={type} />
  }
  return <Line name={fieldLabel(field)} before={before} after={after} type={null} />
}

interface LineProps {
  name: string
  before: readonly string[]
  after: readonly string[]
  type: string | null
  /** What to say where nothing is left. */
  empty?: string
}

function Line({ name, before, after, type, empty = text.plan.empty }: LineProps) {
  return (
    <div class="difference">
      <dt>{name}</dt>
      <dd>
        {before.length > 0 && (
          <del>
            <span class="unseen">{text.plan.before} </span>
            <Values of={before} type={type} />
          </del>
        )}
        {after.length > 0 && (
          <ins>
            <span class="unseen">{text.plan.after} </span>
            <Values of={after} type={type} />
          </ins>
        )}
        {after.length === 0 && <span class="quiet">{empty}</span>}
      </dd>
    </div>
  )
}

/** Each value in a box of its own, so that several are seen to be several. */
function Values({ of: values, type }: { of: readonly string[]; type: string | null }) {
  return (
    <>
      {values.map((value, i) => (
        <span class={type === null ? 'chip' : 'thumb'} key={i}>
          {type === null ? value : <StoredImage sha256={value} type={type} />}
        </span>
      ))}
    </>
  )
}

function ProblemLine({ problem: { field, detail, current, expected } }: { problem: FieldProblem }) {
  return (
    <div class="reason">
      <p>
        <Icon of={TriangleAlert} /> <strong>{fieldLabel(field)}</strong>: {detail}
      </p>
      {(current || expected) && (
        <dl class="both">
          <dt>{text.plan.now}</dt>
          <dd>{current?.length ? <Values of={current} type={null} /> : text.editor.noValue}</dd>
          <dt>{text.plan.expected}</dt>
          <dd>{expected?.length ? <Values of={expected} type={null} /> : text.editor.noValue}</dd>
        </dl>
      )}
    </div>
  )
}
