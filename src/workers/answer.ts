import { CodedError, type ErrorCode, toReason } from '../errors.ts'

/** An answer that crosses threads: errors lose their class on the way, so they travel as data. */
export type Answer<T> =
  | { readonly value: T }
  | { readonly error: { code: string; detail: string; stack?: string | undefined } }

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
    return { error: { ...toReason(error), stack: error instanceof Error ? error.stack : undefined } }
  }
}

/** The value of an answer, where it arrives. Throws the coded error that the task ended with. */
export function unwrapped<T>(given: Answer<T>): T {
  if ('value' in given) return given.value
  const { code, detail, stack } = given.error
  throw new CodedError(code as ErrorCode, detail, stack === undefined ? {} : { cause: stack })
}
