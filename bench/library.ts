import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { Folder } from '../src/schemas/folder.ts'
import type { TrackPage } from '../src/schemas/track.ts'
import { folderCount, makeLargeLibrary } from './large-library.ts'
import { folderName } from './made-tracks.ts'
import { queries } from './queries.ts'
import { type Server, startServer } from './server.ts'

/*
 * npm run bench:library: the real server with a library of 100,000 tracks in 8,000 folders, asked over HTTP. Prints what was
 * wanted on two cores beside what was measured; it measures and judges nothing, so that it ends well whatever comes out.
 * Files are in the page cache: they have just been made, or are all read once before.
 *
 *   --tracks N      a smaller library, in as many folders as belong to it
 *   --library DIR   makes the library there and leaves it, or takes the one that is there
 */

const { values: given } = parseArgs({ options: { tracks: { type: 'string' }, library: { type: 'string' } } })
const trackCount = Number(given.tracks ?? 100_000)
if (!Number.isInteger(trackCount) || trackCount < 100) throw new Error('--tracks takes a whole number from 100 on.')

const pageSize = 500
/** What a search shows first. */
const searchSize = 100
const scratch = mkdtempSync(join(tmpdir(), 'metadata-remote-bench-'))
const stateDir = join(scratch, 'state')
const library = given.library ?? join(scratch, 'library')

interface Row {
  readonly what: string
  readonly wanted: string
  readonly measured: string
}
const rows: Row[] = []
const row = (what: string, measured: string, wanted = ''): void => void rows.push({ what, measured, wanted })

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
const millis = (ms: number): string => `${ms.toFixed(1)} ms`
const mebibytes = (size: number): string => `${size.toFixed(0)} MB`

try {
  const started = performance.now()
  const how = await makeLargeLibrary(library, trackCount)
  const making = performance.now() - started
  const size = readWhole(library)
  console.log(
    `${trackCount} tracks in ${folderCount(trackCount)} folders, ${mebibytes(size / 2 ** 20)}, ${how} in ${seconds(making)}; ${availableParallelism()} processors, node ${process.version}; files in the page cache`,
  )
  await measure()
} finally {
  rmSync(scratch, { recursive: true, force: true })
  print()
}

async function measure(): Promise<void> {
  const env = { MUSIC_DIR: library, STATE_DIR: stateDir }

  let server = await startServer(env)
  try {
    await firstScan(server)
    remember(server, 'after the first scan')
    await rescan(server)
    remember(server, 'after a rescan')
    const cursor = await pages(server)
    remember(server, 'after pages of every part of a sort')
    await searches(server)
    remember(server, 'after the searches', '250 MB')
    row('memory (RSS), highest of the run', mebibytes(server.memory().peak), '250 MB')
    row('database with its log', mebibytes(databaseSize() / 2 ** 20))
    await server.stop()

    server = await startServer(env)
    await firstFolder(server)
    await pageAfterStart(server, cursor)
    await sleep(2000)
    remember(server, 'after a restart, a folder and a page')
  } finally {
    await server.stop()
  }
}

async function firstScan(server: Server): Promise<void> {
  const watch = new Worker(new URL('./health-watch.ts', import.meta.url), {
    workerData: { url: `${server.url}/health`, interval: 20 },
  })
  const done = await catalogueReady(server)
  const worked = server.processor()
  watch.postMessage('stop')
  const [{ times, failures }] = (await once(watch, 'message')) as [{ times: number[]; failures: number }]
  await watch.terminate()
  row('start of the process to listening', seconds(server.ready - server.spawned))
  row('first scan, from listening', seconds(done - server.ready), '15 s')
  row('first scan, from the start of the process', seconds(done - server.spawned))
  row('… processor time of all threads until then', seconds(worked))
  const note = failures > 0 ? `, ${failures} failed` : ''
  row(
    `/health during it, ${times.length} times`,
    `p50 ${millis(quantile(times, 0.5))}, p99 ${millis(quantile(times, 0.99))}, longest ${millis(Math.max(...times))}${note}`,
    '20 ms',
  )
}

/** Waits until the catalogue is complete; when that was (ms of performance.now). */
async function catalogueReady(server: Server, interval = 50): Promise<number> {
  for (;;) {
    const { body } = await server.get<{ catalogue?: { state: string; tracks: number } }>('/api/v1/library')
    if (body.catalogue === undefined) throw new Error('The server tells nothing of a catalogue.')
    if (body.catalogue.state === 'ready') {
      const done = performance.now()
      if (body.catalogue.tracks !== trackCount)
        row('tracks in the catalogue', String(body.catalogue.tracks), String(trackCount))
      return done
    }
    await sleep(interval)
  }
}

async function rescan(server: Server): Promise<void> {
  const started = performance.now()
  const worked = server.processor()
  await server.post('/api/v1/library/scan')
  row('rescan without changes', seconds((await catalogueReady(server, 10)) - started), '3 s')
  row('… processor time of all threads', seconds(server.processor() - worked))
}

/** Walks a sort by its cursors to the end; returns the cursor of the page in the middle. */
async function pages(server: Server): Promise<string> {
  const times: number[] = []
  let cursor: string | null = null
  let middle = ''
  const half = Math.floor(trackCount / pageSize / 2)
  do {
    const { body, ms }: { body: TrackPage; ms: number } = await server.get(pagePath(cursor))
    times.push(ms)
    cursor = body.nextCursor
    if (times.length === half) middle = cursor ?? ''
  } while (cursor !== null)
  row(`a page of ${pageSize} by title, the first`, millis(times[0] ?? Number.NaN), '30 ms')
  row('… the one in the middle', millis(times[half] ?? Number.NaN), '30 ms')
  row('… all of them, one after the other', `p50 ${millis(quantile(times, 0.5))}, p99 ${millis(quantile(times, 0.99))}`)
  return middle
}

function pagePath(cursor: string | null): string {
  const query = { recursive: 'true', sort: 'title', limit: String(pageSize), ...(cursor ? { cursor } : {}) }
  return `/api/v1/tracks?${new URLSearchParams(query)}`
}

async function pageAfterStart(server: Server, cursor: string): Promise<void> {
  await catalogueReady(server)
  const { ms } = await server.get(pagePath(cursor))
  row('… the one in the middle, first question after a restart', millis(ms))
}

async function searches(server: Server): Promise<void> {
  const all: Array<{ query: string; ms: number }> = []
  const refused: string[] = []
  for (const [kind, list] of queries) {
    const times: number[] = []
    for (const query of list) {
      const path = `/api/v1/tracks?${new URLSearchParams({ recursive: 'true', q: query, limit: String(searchSize) })}`
      try {
        const { ms } = await server.get(path)
        times.push(ms)
        all.push({ query, ms })
      } catch (error) {
        refused.push((error as Error).message)
      }
    }
    if (times.length > 0)
      console.log(
        `  search, ${kind}: ${times.length} times, p50 ${millis(quantile(times, 0.5))}, longest ${millis(Math.max(...times))}`,
      )
  }
  if (refused.length > 0) console.log(`  ${refused.length} refused, the first: ${refused[0]}`)
  if (all.length === 0) return
  const times = all.map(({ ms }) => ms)
  row(
    `search, ${times.length} different ones, the first ${searchSize} tracks`,
    `p50 ${millis(quantile(times, 0.5))}, p99 ${millis(quantile(times, 0.99))}`,
    'p99 50 ms',
  )
  const slowest = all.sort((a, b) => b.ms - a.ms).slice(0, 5)
  console.log(`  slowest: ${slowest.map(({ query, ms }) => `${query} (${millis(ms)})`).join(', ')}`)
}

async function firstFolder(server: Server): Promise<void> {
  const path = folderName(Math.floor(folderCount(trackCount) / 2))
  const { body: folder } = await server.get<Folder>(`/api/v1/folders?${new URLSearchParams({ path: '' })}`)
  const { body: page } = await server.get<TrackPage>(`/api/v1/tracks?${new URLSearchParams({ path })}`)
  const done = performance.now()
  if (folder.folders.length === 0 || page.items.length === 0) throw new Error(`Nothing in ${path}`)
  row('restart to listening', seconds(server.ready - server.spawned))
  row('… processor time until the first folder', seconds(server.processor()))
  row('restart to the folders at the top and the tracks of one', seconds(done - server.spawned), '1 s')
}

function remember(server: Server, when: string, wanted = ''): void {
  row(`memory (RSS) ${when}`, mebibytes(server.memory().now), wanted)
}

function databaseSize(): number {
  return readdirSync(stateDir)
    .filter(name => name.startsWith('catalogue.sqlite'))
    .reduce((sum, name) => sum + statSync(join(stateDir, name)).size, 0)
}

/** Reads every file once, for the page cache; their bytes in all. */
function readWhole(folder: string): number {
  let size = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) size += readFileSync(join(entry.parentPath, entry.name)).length
  }
  return size
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

function print(): void {
  const width = Math.max(...rows.map(({ what }) => what.length))
  console.log(`\n${'what'.padEnd(width)}  ${'wanted'.padStart(9)}  measured`)
  for (const { what, wanted, measured } of rows) {
    console.log(`${what.padEnd(width)}  ${wanted.padStart(9)}  ${measured}`)
  }
}
