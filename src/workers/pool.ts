import { Piscina } from 'piscina'
import { CodedError } from '../errors.ts'
import { type Answer, unwrapped } from './answer.ts'
import type * as tasks from './tasks.ts'
import type { ThreadData } from './tasks.ts'

type Tasks = typeof tasks
type TaskName = keyof { [Name in keyof Tasks as Tasks[Name] extends (input: never) => unknown ? Name : never]: true }
type Input<Name extends TaskName> = Parameters<Tasks[Name]>[0]
type Output<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>> extends Answer<infer T> ? T : never

/** The threads that do the file work. */
export interface Pool {
  /** Runs a task; rejects with the coded error that it ended with. */
  run<Name extends TaskName>(name: Name, input: Input<Name>): Promise<Output<Name>>
  /**
   * The same for a task that only reads: `limit` ms after a thread took it up that thread is ended, and it rejects with
   * MALFORMED_FILE. Waiting for a thread does not count: that tells nothing of the file. A task that writes has no limit, for a thread must never be ended in the middle of a write.
   */
  read<Name extends TaskName>(name: Name, input: Input<Name>, limit: number): Promise<Output<Name>>
  /** Lets running tasks finish, then ends the threads. */
  close(): Promise<void>
}

/** Between two looks at whether a limit has passed (ms). */
const longestStep = 500

/** A pool of `threads` threads, which start as they are needed; `stateDir` is where they journal their writes. */
export function createPool(threads: number, stateDir: string | null): Pool {
  const piscina = new Piscina({
    filename: new URL('./tasks.ts', import.meta.url).href,
    workerData: { stateDir } satisfies ThreadData,
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: 60_000,
    closeTimeout: 30_000,
  })
  async function run<Name extends TaskName>(
    name: Name,
    input: Input<Name>,
    signal?: AbortSignal,
  ): Promise<Output<Name>> {
    return unwrapped((await piscina.run(input, { name, ...(signal ? { signal } : {}) })) as Answer<Output<Name>>)
  }
  return {
    run: (name, input) => run(name, input),
    async read(name, input, limit) {
      const started = new Int32Array(new SharedArrayBuffer(4))
      const stop = new AbortController()
      let since: number | null = null
      const timer = setInterval(
        () => {
          if (Atomics.load(started, 0) === 0) return
          since ??= performance.now()
          if (performance.now() - since >= limit) stop.abort()
        },
        Math.min(limit, longestStep),
      )
      try {
        return await run(name, { ...input, started }, stop.signal)
      } catch (error) {
        if (!stop.signal.aborted) throw error
        throw new CodedError(
          'MALFORMED_FILE',
          'Reading it took too long and was stopped; the file is damaged, or made to be slow.',
        )
      } finally {
        clearInterval(timer)
      }
    },
    close: () => piscina.close(),
  }
}
