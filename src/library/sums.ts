import type { Sum, SumRequest, SumStage } from '../catalogue/duplicates/sums.ts'
import { CodedError } from '../errors.ts'
import type { Hashing } from '../schemas/duplicate.ts'
import type { ServiceEvent } from '../schemas/event.ts'
import type { CodecOptions } from '../tags/containers/container.ts'
import type { Catalogue } from '../workers/catalogue.ts'
import type { Pool } from '../workers/pool.ts'

/*
 * Sums the audio of the tracks in the background, when somebody asks for it: first the start of each that is new or changed,
 * then all of those that start like another. What is done is kept, so that it can be cancelled and gone on with at any time.
 */

export interface AudioSums {
  readonly state: Hashing
  /** Starts, unless it is running. */
  start(): void
  /** Ends it as soon as what is being read is done with; resolves when it has. */
  cancel(): Promise<void>
}

export interface AudioSumsDependencies {
  readonly root: Buffer
  readonly options: CodecOptions
  readonly pool: Pool
  readonly threads: number
  readonly catalogue: Catalogue
  publish(event: ServiceEvent): void
  reportFault(fault: unknown): void
}

/** Tracks that are summed in one go by one thread: starts are short, whole files are not. */
const batchSizes: Readonly<Record<SumStage, number>> = { start: 20, all: 1 }
/** Time that a batch of starts may take before its thread is ended (ms); whole files take as long as they are. */
const startLimit = 30_000
/** Between two messages of progress (ms). */
const quiet = 500

export function createAudioSums(deps: AudioSumsDependencies): AudioSums {
  const { root, options, pool, catalogue } = deps
  const state: Hashing = { state: 'idle', done: 0, total: 0, failed: 0 }
  /** In memory shared with the pool: 1 ends what is read there. */
  const stop = new Int32Array(new SharedArrayBuffer(4))
  let running: Promise<void> | null = null
  let wanted = false
  let told = 0
  const stopped = (): boolean => Atomics.load(stop, 0) === 1

  function tell(): void {
    const now = performance.now()
    if (state.state === 'running' && now - told < quiet) return
    told = now
    deps.publish({ type: 'duplicates.progress', ...state })
  }

  async function* ranges<T extends { readonly next: number | null }>(
    ask: (after: number) => Promise<T>,
  ): AsyncGenerator<T> {
    for (let after: number | null = 0; after !== null && !stopped(); ) {
      const range = await ask(after)
      yield range
      after = range.next
    }
  }

  /** A batch, or, where one of its files does not let go of the thread, its files one by one. */
  async function sumsOf(stage: SumStage, tracks: readonly SumRequest[]): Promise<Sum[]> {
    const input = { root, options, stage, tracks, stop }
    if (stage === 'all') return pool.run('sums', input)
    try {
      return await pool.read('sums', input, startLimit)
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'MALFORMED_FILE') throw error
      if (tracks.length > 1) return (await Promise.all(tracks.map(track => sumsOf(stage, [track])))).flat()
      return tracks.map(({ id, revision }) => ({ id, revision, sum: null }))
    }
  }

  async function doStage(stage: SumStage): Promise<void> {
    for await (const { count } of ranges(after => catalogue.run('countSums', { stage, after }))) state.total += count
    for await (const { tracks } of ranges(after => catalogue.run('sumsToDo', { stage, after }))) {
      let next = 0
      async function lane(): Promise<void> {
        for (let at = next; at < tracks.length && !stopped(); at = next) {
          next += batchSizes[stage]
          const batch = tracks.slice(at, next)
          const sums = await sumsOf(stage, batch)
          await catalogue.run('storeSums', { stage, sums })
          state.done += batch.length
          state.failed += sums.filter(({ sum }) => sum === null).length
          tell()
        }
      }
      // A thread is left to those who wait for something.
      await Promise.all(Array.from({ length: Math.max(1, deps.threads - 1) }, lane))
    }
  }

  /** Works; once more where that was cancelled and is wanted again before it ended. */
  async function run(): Promise<void> {
    try {
      while (wanted) {
        wanted = false
        Atomics.store(stop, 0, 0)
        await work()
      }
    } catch (error) {
      deps.reportFault(error)
    } finally {
      running = null
    }
  }

  async function work(): Promise<void> {
    Object.assign(state, { state: 'running', done: 0, total: 0, failed: 0 })
    tell()
    try {
      await catalogue.run('retrySums')
      await doStage('start')
      await doStage('all')
    } catch (error) {
      if (!stopped()) deps.reportFault(error)
    } finally {
      state.state = 'idle'
    }
    await catalogue.run('summed')
    tell()
  }

  return {
    state,
    start() {
      if (running !== null && !stopped()) return
      wanted = true
      running ??= run()
    },
    async cancel() {
      wanted = false
      Atomics.store(stop, 0, 1)
      await running
    },
  }
}
