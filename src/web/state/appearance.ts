import { effect, signal } from '@preact/signals'
import type { Pane } from '../model/address.ts'
import { recall, remember } from './memory.ts'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const theme = signal<Theme>(themes.find(name => name === recall('theme')) ?? 'system')
/** On a narrow screen only this pane is shown. */
export const pane = signal<Pane>('tracks')
export const historyOpen = signal(recall('history') === 'open')
/** Too narrow for three panes. */
export const narrow = mediaSignal('(max-width: 760px)')
/** A finger rather than a mouse: larger rows, boxes to tick. */
export const touch = mediaSignal('(pointer: coarse)')

export function nextTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? 'system'
}

export function keepAppearance(): void {
  effect(() => {
    if (theme.value === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme.value
    remember('theme', theme.value)
  })
  effect(() => remember('history', historyOpen.value ? 'open' : 'closed'))
}

function mediaSignal(query: string) {
  const media = matchMedia(query)
  const matches = signal(media.matches)
  media.addEventListener('change', () => {
    matches.value = media.matches
  })
  return matches
}
