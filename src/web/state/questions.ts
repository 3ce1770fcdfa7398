import { signal } from '@preact/signals'
import type { Change } from '../../schemas/change.ts'

export interface Question {
  readonly title: string
  readonly body: string
  readonly choices: readonly { readonly id: string; readonly label: string; readonly primary?: boolean }[]
  readonly answer: (id: string | null) => void
}

/** What the person is asked before anything goes on. */
export const question = signal<Question | null>(null)

/** Asks, and gives the id of the choice, or null when the dialog was closed. */
export function ask(asked: Omit<Question, 'answer'>): Promise<string | null> {
  question.value?.answer(null)
  return new Promise(resolve => {
    question.value = {
      ...asked,
      answer(id) {
        question.value = null
        resolve(id)
      },
    }
  })
}

export interface Review {
  readonly change: Change
  readonly mode: 'plan' | 'outcome'
  readonly title: string
  readonly close: (apply: boolean) => void
}

export const review = signal<Review | null>(null)

/** Shows a plan, and says whether to apply it; or shows how a change went, with nothing to decide. */
export function showChange(change: Change, mode: Review['mode'], title: string): Promise<boolean> {
  review.value?.close(false)
  return new Promise(resolve => {
    review.value = {
      change,
      mode,
      title,
      close(apply) {
        review.value = null
        resolve(apply)
      },
    }
  })
}
