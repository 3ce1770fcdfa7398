import type { Track } from '../../schemas/track.ts'
import { formatBytes } from '../model/format.ts'
import { text } from '../text.ts'

const longestShown = 300

/** Every item of the file as it is stored, also those that are no field. */
export function FileDetails({ track }: { track: Track }) {
  if (track.items.length === 0) return null
  return (
    <details class="file-details">
      <summary>
        {text.editor.details} <span class="quiet">{text.editor.items(track.items.length)}</span>
      </summary>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th>{text.editor.itemBlock}</th>
              <th>{text.editor.itemId}</th>
              <th>{text.editor.itemValue}</th>
            </tr>
          </thead>
          <tbody>
            {track.items.map(({ block, id, text: values, bytes }, i) => (
              <tr key={i}>
                <td>{block}</td>
                <td>
                  <code>{id}</code>
                </td>
                <td>{values ? shorten(values.join(' · ')) : <em>{text.editor.binary(formatBytes(bytes))}</em>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function shorten(value: string): string {
  return value.length > longestShown ? `${value.slice(0, longestShown)}…` : value
}
