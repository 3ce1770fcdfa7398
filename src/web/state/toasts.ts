import { signal } from '@preact/signals'

export interface Toast {
  readonly id: number
  readonly words: string
  readonly bad: boolean
  readonly action: { readonly label: string; readonly run: () => void } | null
}

const shownFor = 8000
let lastId = 0

export const toast = signal<Toast | null>(null)

/** Says something in passing; the newest replaces the one before. What went wrong stays until it is dismissed. */
export function say(words: string, { action = null, bad = false }: Partial<Pick<Toast, 'action' | 'bad'>> = {}): void {
  lastId += 1
  const id = lastId
  toast.value = { id, words, bad, action }
  if (!bad) setTimeout(() => dismissToast(id), shownFor)
}

export function dismissToast(id: number): void {
  if (toast.value?.id === id) toast.value = null
}
