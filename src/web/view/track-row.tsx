// biome-ignore-all lint/a11y/useFocusableInteractive: the focus stays on the whole; aria-activedescendant says where
// biome-ignore-all lint/a11y/useSemanticElements: a grid whose rows are windowed is no table
import { Check, Image, ImageOff, Lock } from 'lucide'
import { Component } from 'preact'
import type { TrackSummary } from '../../schemas/track.ts'
import { formatDuration, trackPosition } from '../model/format.ts'
import { text } from '../text.ts'
import { Icon } from './icon.tsx'

export const columns = ['check', 'marks', 'number', 'title', 'artist', 'album', 'length', 'format'] as const

interface Props {
  readonly track: TrackSummary
  readonly index: number
  readonly selected: boolean
  readonly focused: boolean
}

/** One row of the list, drawn again only when it shows something else. */
export class TrackRow extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const { track, index, selected, focused } = this.props
    return next.track !== track || next.index !== index || next.selected !== selected || next.focused !== focused
  }

  override render({ track, index, selected, focused }: Props) {
    const { tags, name, audio } = track
    return (
      <div
        id={`track-${index}`}
        class="track-row"
        role="row"
        aria-rowindex={index + 2}
        aria-selected={selected}
        data-index={index}
        data-focused={focused || undefined}
      >
        <span class="cell-check" role="gridcell">
          <span class="box">{selected && <Icon of={Check} />}</span>
        </span>
        <span class="cell-marks" role="gridcell">
          <Marks track={track} />
        </span>
        <span class="cell-number" role="gridcell">
          {trackPosition(tags)}
        </span>
        <span class="cell-title" role="gridcell" title={track.path}>
          {tags.title ? <Values of={tags.title} /> : <em>{name}</em>}
        </span>
        <span class="cell-artist" role="gridcell">
          <Values of={tags.artist} />
        </span>
        <span class="cell-album" role="gridcell">
          <Values of={tags.album} />
        </span>
        <span class="cell-length" role="gridcell">
          {audio?.duration == null ? '' : formatDuration(audio.duration)}
        </span>
        <span class="cell-format" role="gridcell">
          {name.slice(name.lastIndexOf('.') + 1).toUpperCase()}
        </span>
      </div>
    )
  }
}

/** Several values stay several: a comma in one is not the end of it. */
function Values({ of: values }: { of: readonly string[] | undefined }) {
  if (!values || values.length === 0) return null
  if (values.length === 1) return <>{values[0]}</>
  return (
    <>
      {values.map((value, i) => (
        <span key={i} class="chip">
          {value}
        </span>
      ))}
    </>
  )
}

function Marks({ track: { writable, reason, pictures } }: { track: TrackSummary }) {
  if (!writable) return <Mark icon={Lock} kind="locked" words={text.tracks.notWritable(reason?.detail ?? '')} />
  if (pictures === 0) return <Mark icon={ImageOff} kind="missing" words={text.tracks.noCover} />
  return <Mark icon={Image} kind="cover" words={text.tracks.hasCover} />
}

function Mark({ icon, kind, words }: { icon: typeof Image; kind: string; words: string }) {
  return (
    <span class={`mark ${kind}`} title={words}>
      <Icon of={icon} />
      <span class="unseen">{words}</span>
    </span>
  )
}
