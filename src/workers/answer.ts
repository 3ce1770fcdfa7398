import { CodedError, type ErrorCode, type Place, toReason } from '../errors.ts'

/** An answer that crosses threads: errors lose their class on the way, so they travel as data. */
export type Answer<T> = { readonly value: T } | { readonly error: Failure }

interface Failure {
  readonly code: string
  readonly detail: string
  readonly at?: Place | undefined
  readonly stack?: string | undefined
  readonly sqlite?: number | undefined
}

/** Set, in memory shared with the pool, when a thread takes a task up. */
export interface Timed {
  readonly started?: Int32Array
}

/** Does the work of a task, in its thread. */
export async function answer<T>(work: () => T | Promise<T>, { started }: Timed = {}): Promise<Answer<T>> {
  if (started) Atomics.store(started, 0, 1)
  try {
    return { value: await work() }
  } catch (error) {
    const { stack, errcode } = error as { stack?: string; errcode?: number }
    const at = error instanceof CodedError ? error.at : undefined
    return { error: { ...toReason(error), at, stack, sqlite: errcode } }
  }
}

/** The value of an answer, where it arrives. Throws the coded error that the task ended with. */
export function unwrapped<T>(given: Answer<T>): T {
  if ('value' in given) return given.value
  const { code, detail, at, stack } = given.error
  throw new CodedError(code as ErrorCode, detail, {
    ...(at ? { at } : {}),
    ...(stack === undefined ? {} : { cause: stack }),
  })
}
