import { Piscina } from 'piscina'
import { CodedError } from '../errors.ts'
import { type Answer, unwrapped } from './answer.ts'
import type * as tasks from './catalogue-tasks.ts'

type Tasks = typeof tasks
type TaskName = keyof { [Name in keyof Tasks as Tasks[Name] extends (input: never) => unknown ? Name : never]: true }
type Input<Name extends TaskName> = Parameters<Tasks[Name]> extends [infer T] ? [T] : []
type Output<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>> extends Answer<infer T> ? T : never

/** The thread that keeps the catalogue: one, for its database has one connection. Tasks are done in the order in which they are asked for. */
export interface Catalogue {
  /** Runs a task; rejects with the coded error that it ended with, LIBRARY_SCANNING where the database failed. */
  run<Name extends TaskName>(name: Name, ...input: Input<Name>): Promise<Output<Name>>
  /** Calls `listener`, one, when the database failed, and an empty one took its place. Its owner has to fill that. */
  onLost(listener: (warning: string) => void): void
  /** Does what was asked for, then closes the database. */
  close(): Promise<void>
}

/** The catalogue of the library at `root`, in `stateDir` or, for null, for the time of the process. */
export function createCatalogue(stateDir: string | null, root: Buffer): Catalogue {
  let thread = startThread({ stateDir, root, inMemory: false })
  let noteLoss: (warning: string) => void = () => {}
  const ended: Promise<unknown>[] = []

  /** The database cannot be trusted, or written to, any more: a new one takes its place, which its owner has to fill. */
  function replace(failed: Piscina, detail: string): void {
    if (failed !== thread) return
    thread = startThread({ stateDir, root, inMemory: true })
    // What still waits for the failed one ends as this did, but for closing it, which a damaged one may fail to do, too.
    ended.push(
      failed.run(undefined, { name: 'close' }).then(
        () => failed.destroy(),
        () => failed.destroy(),
      ),
    )
    noteLoss(`The catalogue failed (${detail}) and lives in memory until the next start; the files are read again.`)
  }

  const run: Catalogue['run'] = async (name, ...input) => {
    const asked = thread
    const given: Answer<Output<typeof name>> = await asked.run(input[0], { name })
    const failure = 'error' in given ? failures.get((given.error.sqlite ?? 0) & 0xff) : undefined
    if (failure === undefined && asked === thread) return unwrapped(given)
    replace(asked, failure ?? 'it was replaced')
    throw new CodedError('LIBRARY_SCANNING', 'The catalogue failed and is made anew; try again in a moment.')
  }
  return {
    run,
    onLost(listener) {
      noteLoss = listener
    },
    async close() {
      await run('close')
      await thread.close()
      await Promise.allSettled(ended)
    },
  }
}

/** Failures of SQLite that lie in the database or its disk, and stay. */
const failures: ReadonlyMap<number, string> = new Map([
  [8, 'its file is read-only'],
  [10, 'its disk failed'],
  [11, 'it is damaged'],
  [13, 'the disk is full'],
  [14, 'its file cannot be opened'],
  [26, 'it is damaged'],
])

function startThread(data: tasks.CatalogueThreadData): Piscina {
  return new Piscina({
    filename: new URL('./catalogue-tasks.ts', import.meta.url).href,
    workerData: data,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    closeTimeout: 30_000,
  })
}
