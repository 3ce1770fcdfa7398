import { Piscina } from 'piscina'
import { type Answer, unwrapped } from './answer.ts'
import type * as tasks from './catalogue-tasks.ts'

type Tasks = typeof tasks
type TaskName = keyof { [Name in keyof Tasks as Tasks[Name] extends (input: never) => unknown ? Name : never]: true }
type Input<Name extends TaskName> = Parameters<Tasks[Name]> extends [infer T] ? [T] : []
type Output<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>> extends Answer<infer T> ? T : never

/** The thread that keeps the catalogue: one, for its database has one connection. Tasks are done in the order in which they are asked for. */
export interface Catalogue {
  /** Runs a task; rejects with the coded error that it ended with. */
  run<Name extends TaskName>(name: Name, ...input: Input<Name>): Promise<Output<Name>>
  /** Does what was asked for, then closes the database. */
  close(): Promise<void>
}

/** The catalogue of the library at `root`, in `stateDir` or, for null, for the time of the process. */
export function createCatalogue(stateDir: string | null, root: Buffer): Catalogue {
  const piscina = new Piscina({
    filename: new URL('./catalogue-tasks.ts', import.meta.url).href,
    workerData: { stateDir, root } satisfies tasks.CatalogueThreadData,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    closeTimeout: 30_000,
  })
  const run: Catalogue['run'] = async (name, ...input) => unwrapped(await piscina.run(input[0], { name }))
  return {
    run,
    async close() {
      await run('close')
      await piscina.close()
    },
  }
}
