import { useLayoutEffect, useRef } from 'preact/hooks'
import type { FieldKind } from '../../schemas/field.ts'
import { text } from '../text.ts'

interface Props {
  readonly id: string | undefined
  readonly kind: FieldKind
  readonly label: string
  readonly value: string
  readonly placeholder: string
  readonly disabled: boolean
  readonly onInput: (value: string) => void
}

const tallestPx = 320

/** The input for one value, by the kind of its field. A value with line breaks gets lines whatever the kind. */
export function ValueInput({ id, kind, label, value, placeholder, disabled, onInput }: Props) {
  if (kind === 'boolean' && ['', '0', '1'].includes(value)) {
    return (
      <select
        id={id}
        aria-label={label}
        value={value}
        disabled={disabled}
        onChange={e => onInput(e.currentTarget.value)}
      >
        <option value="">{placeholder}</option>
        <option value="1">{text.editor.yes}</option>
        <option value="0">{text.editor.no}</option>
      </select>
    )
  }
  if (kind === 'longtext' || /[\r\n]/.test(value)) {
    return <LongText {...{ id, label, value, placeholder, disabled, onInput }} />
  }
  return (
    <input
      id={id}
      aria-label={label}
      value={value}
      placeholder={placeholder}
      disabled={disabled}
      spellcheck={false}
      inputMode={kind === 'number' ? 'numeric' : 'text'}
      onInput={e => onInput(e.currentTarget.value)}
    />
  )
}

function LongText({ id, label, value, placeholder, disabled, onInput }: Omit<Props, 'kind'>) {
  const area = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    const element = area.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight + 2, tallestPx)}px`
  })
  return (
    <textarea
      id={id}
      ref={area}
      rows={2}
      aria-label={label}
      value={value}
      placeholder={placeholder}
      disabled={disabled}
      onInput={e => onInput(e.currentTarget.value)}
    />
  )
}
