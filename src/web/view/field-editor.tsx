import { ChevronDown, Plus, RotateCcw, Trash2, X } from 'lucide'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { FieldLine } from '../model/common-values.ts'
import { type FieldDraft, withField } from '../model/draft.ts'
import { changeDraft, draft, overtaken } from '../state/drafting.ts'
import { selectedTracks } from '../state/tracks.ts'
import { text } from '../text.ts'
import { DistinctList } from './distinct-list.tsx'
import { Icon } from './icon.tsx'
import { ValueInput } from './value-input.tsx'

/** One field of the selection: an input for each value, and what can be done to the field as a whole. */
export function FieldEditor({ line }: { line: FieldLine }) {
  const { name, info, common } = line
  const label = info?.label ?? name
  const entry = draft.value.fields.get(name)
  const [listed, setListed] = useState(false)
  const [added, setAdded] = useState(0)
  const inputs = useRef<HTMLDivElement>(null)
  const id = `field-${encodeURIComponent(name)}`
  const locked = selectedTracks.value.every(track => !track.writable)
  const kind = info?.kind ?? 'text'
  const values = shownValues(line, entry)
  const removed = entry?.op === 'set' && entry.values.length === 0
  const filled = common.same ? common.values.length > 0 : true
  const severalAllowed = info?.multiple !== false && kind !== 'longtext' && kind !== 'boolean'

  useLayoutEffect(() => {
    if (added > 0) [...(inputs.current?.querySelectorAll<HTMLElement>('input, textarea') ?? [])].at(-1)?.focus()
  }, [added])

  const put = (next: FieldDraft | null) => changeDraft(now => withField(now, name, next))
  const setValue = (i: number, value: string) => {
    const op = entry?.op ?? 'set'
    put({ op, values: values.length === 0 ? [value] : values.with(i, value) })
  }
  const addValue = () => {
    if (entry || common.same) put({ op: entry?.op ?? 'set', values: [...values, ''] })
    else put({ op: 'add', values: [''] })
    setAdded(added + 1)
  }
  const shape = kind === 'number' ? 'field half' : 'field'
  return (
    <div class={shape} data-field={name} data-touched={entry !== undefined || undefined}>
      <label for={id} title={name}>
        {label}
      </label>
      <div class="values" ref={inputs}>
        {removed ? (
          <p class="removed">
            <del>{common.same ? common.values.join(' · ') : text.editor.several}</del> {text.editor.removed}
          </p>
        ) : (
          values.map((value, i) => (
            <div class="value" key={i}>
              <ValueInput
                id={i === 0 ? id : undefined}
                kind={kind}
                label={text.editor.valueOf(label, i + 1, values.length)}
                value={value}
                placeholder={
                  common.same || entry ? '' : kind === 'number' ? text.editor.severalShort : text.editor.several
                }
                disabled={locked}
                onInput={typed => setValue(i, typed)}
              />
              {values.length > 1 && !locked && (
                <IconButton
                  icon={X}
                  words={text.editor.removeValue(label, i + 1)}
                  run={() => put({ op: entry?.op ?? 'set', values: values.toSpliced(i, 1) })}
                />
              )}
            </div>
          ))
        )}
        {entry?.op === 'add' && <p class="quiet">{text.editor.addedToEach}</p>}
        {overtaken.value.has(name) && (
          <p class="overtaken">
            {text.editor.onDisk}{' '}
            <q>{common.same ? common.values.join(' · ') || text.editor.noValue : text.editor.several}</q>
          </p>
        )}
        {listed && !common.same && (
          <DistinctList
            distinct={common.distinct}
            onChoose={chosen => {
              put({ op: 'set', values: chosen })
              setListed(false)
            }}
          />
        )}
      </div>
      {!locked && (
        <div class="field-tools">
          {!common.same && !entry && (
            <IconButton
              icon={ChevronDown}
              words={text.editor.severalOf(common.distinct.length)}
              expanded={listed}
              run={() => setListed(!listed)}
            />
          )}
          {severalAllowed && !removed && (filled || entry) && (
            <IconButton
              icon={Plus}
              words={common.same || entry?.op === 'set' ? text.editor.addValue(label) : text.editor.addToEach(label)}
              run={addValue}
            />
          )}
          {entry ? (
            <IconButton icon={RotateCcw} words={text.editor.restoreField(label)} run={() => put(null)} />
          ) : (
            filled && (
              <IconButton
                icon={Trash2}
                words={text.editor.removeField(label)}
                run={() => put({ op: 'set', values: [] })}
              />
            )
          )}
        </div>
      )}
    </div>
  )
}

function shownValues({ common }: FieldLine, entry: FieldDraft | undefined): readonly string[] {
  if (entry) return entry.values
  return common.same && common.values.length > 0 ? common.values : ['']
}

function IconButton(props: { icon: typeof Plus; words: string; run: () => void; expanded?: boolean }) {
  return (
    <button
      type="button"
      class="plain square small"
      title={props.words}
      aria-expanded={props.expanded}
      onClick={props.run}
    >
      <Icon of={props.icon} />
      <span class="unseen">{props.words}</span>
    </button>
  )
}
