import { useState } from 'preact/hooks'
import type { DistinctValues } from '../model/common-values.ts'
import { text } from '../text.ts'

const shownAtFirst = 8

/** The different values of a field over a selection, each a click away from being that of all. */
export function DistinctList(props: {
  distinct: readonly DistinctValues[]
  onChoose: (values: readonly string[]) => void
}) {
  const [all, setAll] = useState(false)
  const shown = all ? props.distinct : props.distinct.slice(0, shownAtFirst)
  return (
    <ul class="distinct">
      {shown.map(({ values, count }) => {
        const words = values.length === 0 ? text.editor.noValue : values.join(' · ')
        return (
          <li key={JSON.stringify(values)}>
            <button
              type="button"
              class="plain"
              title={text.editor.useValue(words)}
              onClick={() => props.onChoose(values)}
            >
              <span class="words">{words}</span>
              <span class="count">{count}</span>
            </button>
          </li>
        )
      })}
      {shown.length < props.distinct.length && (
        <li>
          <button type="button" class="plain" onClick={() => setAll(true)}>
            {text.editor.severalOf(props.distinct.length)}…
          </button>
        </li>
      )}
    </ul>
  )
}
