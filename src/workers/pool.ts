import { Piscina } from 'piscina'
import { CodedError, type ErrorCode } from '../errors.ts'
import type * as tasks from './tasks.ts'
import type { Answer, ThreadData } from './tasks.ts'

type Tasks = typeof tasks
type TaskName = keyof { [Name in keyof Tasks as Tasks[Name] extends (input: never) => unknown ? Name : never]: true }
type Input<Name extends TaskName> = Parameters<Tasks[Name]>[0]
type Output<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>> extends Answer<infer T> ? T : never

/** The threads that do the file work. */
export interface Pool {
  /** Runs a task; rejects with the coded error that it ended with. */
  run<Name extends TaskName>(name: Name, input: Input<Name>): Promise<Output<Name>>
  /** Lets running tasks finish, then ends the threads. */
  close(): Promise<void>
}

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
  return {
    async run(name, input) {
      const answer = (await piscina.run(input, { name })) as Answer<Output<typeof name>>
      if ('value' in answer) return answer.value
      const { code, detail, stack } = answer.error
      throw new CodedError(code as ErrorCode, detail, stack === undefined ? {} : { cause: stack })
    },
    close: () => piscina.close(),
  }
}
