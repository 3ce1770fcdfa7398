import { spawnSync } from 'node:child_process'
import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  globSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTrackTask, type TrackTask } from '../src/changes/track-task.ts'
import { openFolder } from '../src/files/folder.ts'
import { type Journal, openJournal } from '../src/files/journal.ts'
import { fileSource } from '../src/files/source.ts'
import { decodeSplices } from '../src/files/splice.ts'
import { openTrack, writeTrack } from '../src/files/write.ts'
import { locate, parsePath, realRoot } from '../src/library/paths.ts'
import { readAudio } from '../src/tags/audio.ts'
import { openTags } from '../src/tags/containers/registry.ts'
import { patchTags } from '../src/tags/patch.ts'
import { readFields, readPictures } from '../src/tags/read.ts'
import { createPool } from '../src/workers/pool.ts'
import { makeLibrary, seedFiles } from './made-library.ts'

/*
 * npm run bench:tags: reading and editing the tags of a made library of 2,000 files in six formats, against mutagen doing the
 * same on the same files, and writes in place against a bare pwrite and fsync of the same bytes. Each comparison is made in turns
 * in one run; ratios are of medians. Files are read from the page cache on both sides, after three rounds that are not counted.
 * Needs Debian's python3-mutagen.
 */

const count = 2000
const rounds = 5
const warmUp = 3
const editCount = 300
const options = { id3Version: 4 } as const

const demo = join(import.meta.dirname, '..', 'demo')
const seeds = seedFiles(extension => globSync(`**/*.${extension}`, { cwd: demo }).sort()[0] as string)
const library = makeLibrary(count, seeds)
const root = realRoot(library.path)
const list = join(library.path, 'files.txt')
writeFileSync(list, library.files.map(file => join(library.path, file)).join('\n'))

try {
  console.log(
    `${count} files in ${seeds.size} formats (${[...seeds.keys()].join(', ')}), ${availableParallelism()} processors, node ${process.version}, ${mutagenVersion()}`,
  )
  await benchReading()
  await benchEditing()
} finally {
  library.remove()
}

async function benchReading(): Promise<void> {
  const threads = availableParallelism()
  const pool = createPool(threads, null)
  const times = { ours: [] as number[], pool: [] as number[], mutagen: [] as number[] }
  for (let round = 0; round < warmUp + rounds; round++) {
    const ours = await timed(readAllHere)
    const pooled = await timed(() => readAllPooled(pool, threads))
    const mutagen = mutagenSeconds('read')
    // The first rounds warm the page cache, the compilers and the threads.
    if (round < warmUp) continue
    times.ours.push(ours)
    times.pool.push(pooled)
    times.mutagen.push(mutagen)
  }
  await pool.close()
  console.log('\nReading all tags, pictures found, audio properties (seconds, median)')
  row('mutagen, one process', median(times.mutagen), 1)
  row('ours, one thread', median(times.ours), median(times.mutagen) / median(times.ours))
  row(`ours, pool of ${threads}`, median(times.pool), median(times.mutagen) / median(times.pool))
}

async function readAllHere(): Promise<void> {
  for (const file of library.files) {
    const fd = openSync(join(library.path, file), constants.O_RDONLY)
    const source = fileSource(fd, fstatSync(fd).size)
    const tags = openTags(source, file, options)
    readFields(tags)
    readPictures(tags)
    await readAudio(source, file, tags)
    closeSync(fd)
  }
}

async function readAllPooled(pool: ReturnType<typeof createPool>, threads: number): Promise<void> {
  const paths = library.files.map(parsePath)
  const size = 25
  const batches = Array.from({ length: Math.ceil(paths.length / size) }, (_, i) =>
    paths.slice(i * size, (i + 1) * size),
  )
  let next = 0
  const lane = async () => {
    for (let batch = batches[next++]; batch; batch = batches[next++]) {
      await pool.run('read', { root, options, paths: batch })
    }
  }
  await Promise.all(Array.from({ length: threads * 2 }, lane))
}

async function benchEditing(): Promise<void> {
  const state = mkdtempSync(join(tmpdir(), 'metadata-remote-bench-state-'))
  const journal = openJournal(state)
  const files = library.files.slice(0, editCount)
  const times = { ours: [] as number[], write: [] as number[], bare: [] as number[], mutagen: [] as number[] }
  let inPlace = 0
  for (let round = 0; round <= rounds; round++) {
    for (const file of files) {
      const before = copyOf(file)
      const started = performance.now()
      const { applied, file: outcome } = await runTrackTask(editOf(file, `Round ${round}`), () => journal)
      const seconds = (performance.now() - started) / 1000
      if (!applied) throw new Error(`${file}: ${JSON.stringify(outcome.error)}`)
      const bare = applied.journalId ? bareWrite(before, file, decodeSplices(applied.undo)) : null
      rmSync(before)
      // The first round gives the files the padding that makes the later ones edits in place.
      if (round === 0 || bare === null) continue
      inPlace++
      times.ours.push(seconds)
      times.bare.push(bare)
    }
    for (const file of files) {
      const seconds = await writeAlone(file, `Alone ${round}`, journal)
      if (round > 0 && seconds !== null) times.write.push(seconds)
    }
    const mutagen = mutagenSeconds('edit', String(round))
    if (round > 0) times.mutagen.push(mutagen / files.length)
  }
  journal.close()
  rmSync(state, { recursive: true })
  console.log(
    `\nEditing a title, per file (seconds, median); ${inPlace} of ${rounds * files.length} edits were in place`,
  )
  row('bare pwrite + fsync of the same bytes', median(times.bare), 1)
  row(
    'ours: journal, write, read back',
    median(times.write),
    median(times.write) / median(times.bare),
    'times the bare write',
  )
  row(
    'ours: the same with plan and check',
    median(times.ours),
    median(times.ours) / median(times.bare),
    'times the bare write',
  )
  row(
    'mutagen save, no fsync',
    median(times.mutagen),
    median(times.ours) / median(times.mutagen),
    'times mutagen, which flushes nothing',
  )
}

function editOf(file: string, title: string): TrackTask {
  const edits = [{ op: 'set', field: 'title', values: [title] }] as const
  return {
    root,
    path: parsePath(file),
    expected: null,
    work: { kind: 'edits', edits: edits.map(edit => ({ ...edit, values: [...edit.values] })) },
    pictures: [],
    owner: null,
    options,
    dryRun: false,
    session: '00000000',
  }
}

/** The write of an edit that is planned already and that no second reader checks: seconds, or null where it was not in place. */
async function writeAlone(file: string, title: string, journal: Journal): Promise<number | null> {
  const { folder: folderPath, name } = locate(root, parsePath(file))
  const folder = openFolder(folderPath, root)
  const track = openTrack(folder, name)
  const opened = openTags(track.source, file, options)
  const patch = { fields: new Map([['title', [title]]]), pictures: null }
  const { splices } = patchTags(track.source, file, opened, patch, options)
  const toggle = new Uint8Array(0)
  const session = '00000000'
  const request = { folder, folderPath, name, newName: name, track, splices, toggle, owner: null, session, journal }
  const started = performance.now()
  const { revision } = await writeTrack({ ...request, check: async () => {} })
  const seconds = (performance.now() - started) / 1000
  track.close()
  folder.close()
  // In place, it is still the same inode.
  return revision.split('.')[0] === track.revision.split('.')[0] ? seconds : null
}

function copyOf(file: string): string {
  const copy = join(library.path, '.before')
  copyFileSync(join(library.path, file), copy)
  return copy
}

/** Writes the bytes that the edit changed over a copy of the old file, as an editor without any safety would, and flushes it. */
function bareWrite(before: string, file: string, undo: ReturnType<typeof decodeSplices>): number {
  const first = Math.min(...undo.map(splice => splice.offset))
  const last = Math.max(...undo.map(splice => splice.offset + splice.remove))
  const bytes = readFileSync(join(library.path, file)).subarray(first, last)
  const fd = openSync(before, constants.O_RDWR)
  // What the copy itself left to flush is not part of the write.
  fsyncSync(fd)
  const started = performance.now()
  writeSync(fd, bytes, 0, bytes.length, first)
  fsyncSync(fd)
  const seconds = (performance.now() - started) / 1000
  closeSync(fd)
  return seconds
}

function mutagenSeconds(what: 'read' | 'edit', title = ''): number {
  const script = `
import sys, time
import mutagen
paths = open(sys.argv[1], encoding='utf8').read().split('\\n')
if sys.argv[2] == 'edit':
    paths = paths[:${editCount}]
started = time.perf_counter()
for path in paths:
    f = mutagen.File(path)
    if sys.argv[2] == 'read':
        tags = dict(f.tags or {})
        f.info.length
    else:
        kind = type(f.tags).__name__
        if kind == 'MP4Tags':
            f.tags['\\xa9nam'] = [sys.argv[3]]
        elif hasattr(f.tags, 'getall'):
            f.tags['TIT2'].text = [sys.argv[3]]
        else:
            f.tags['title'] = [sys.argv[3]]
        f.save()
print(time.perf_counter() - started)
`
  const { stdout, stderr, status } = spawnSync('/usr/bin/python3', ['-c', script, list, what, `mutagen ${title}`], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`mutagen: ${stderr}`)
  return Number(stdout)
}

function mutagenVersion(): string {
  const { stdout } = spawnSync(
    '/usr/bin/python3',
    ['-c', 'import mutagen, sys; print("mutagen", mutagen.version_string, "on Python", sys.version.split()[0])'],
    { encoding: 'utf8' },
  )
  return stdout.trim()
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function row(label: string, seconds: number, ratio: number, unit = 'times as fast'): void {
  console.log(
    `  ${label.padEnd(40)} ${seconds.toFixed(5).padStart(10)}   ${ratio.toFixed(2)} ${ratio === 1 ? '' : unit}`,
  )
}
