import { touched } from '../state/drafting.ts'
import { choosePicture, imageOf } from '../state/pictures.ts'
import { question, review } from '../state/questions.ts'
import { redoLast, undoLast } from '../state/reverting.ts'
import { save } from '../state/saving.ts'
import { selectedTracks } from '../state/tracks.ts'

interface Binding {
  readonly key: string
  readonly shift: boolean
  /** Left to the browser while a person types: their own undo of letters comes first. */
  readonly yieldsToTyping: boolean
  readonly run: () => Promise<unknown>
}

/** Keys with Ctrl (or Command) that work everywhere on the page. */
const bindings: readonly Binding[] = [
  { key: 's', shift: false, yieldsToTyping: false, run: save },
  { key: 'z', shift: false, yieldsToTyping: true, run: undoLast },
  { key: 'z', shift: true, yieldsToTyping: true, run: redoLast },
  { key: 'y', shift: false, yieldsToTyping: true, run: redoLast },
]

export function onGlobalKey(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return
  const binding = bindings.find(({ key, shift }) => key === event.key.toLowerCase() && shift === event.shiftKey)
  if (!binding) return
  if (binding.yieldsToTyping && isTyping(event.target) && touched.value) return
  event.preventDefault()
  if (question.value === null && review.value === null) void binding.run()
}

/** An image pasted anywhere becomes the front cover of what is chosen; words with a picture of them are words. */
export function onGlobalPaste(event: ClipboardEvent): void {
  const image = imageOf(event.clipboardData)
  if (!image || question.value !== null || review.value !== null) return
  if (isTyping(event.target) && event.clipboardData?.types.includes('text/plain')) return
  if (!selectedTracks.value.some(track => track.writable)) return
  event.preventDefault()
  void choosePicture('front', image)
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
}
