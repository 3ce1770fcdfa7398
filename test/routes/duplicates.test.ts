import assert from 'node:assert/strict'
import { linkSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import type { Duplicate, DuplicatePage } from '../../src/schemas/duplicate.ts'
import { ape, flacPicture, makeFlac, makeMp3, makePng, mpegFrames, textFrame, vorbisComment } from '../make-audio.ts'
import { assertProblem, type MusicLibrary, only, openLibrary } from '../music-library.ts'

interface Tagged {
  title?: string
  artist?: string
  album?: string
  /** Frames of an MP3, which tell sounds of one length apart by their first byte. */
  sound?: number
  frames?: number
}

/** Some 20 s of silence in an MP3 for 800 frames. */
function mp3({ title, artist, album, sound = 0, frames = 800 }: Tagged = {}): Buffer {
  const tags = Object.entries({ TIT2: title, TPE1: artist, TALB: album })
  const body = mpegFrames(frames)
  for (let at = 50; at < body.length; at += 104) body[at] = sound
  return Buffer.concat([
    makeMp3({
      id3v2: { version: 4, frames: tags.flatMap(([id, text]) => (text ? [textFrame(id, text, 3)] : [])) },
      frames: 0,
    }),
    body,
  ])
}

const flac = (...comments: string[]): Buffer =>
  makeFlac({ blocks: [vorbisComment(comments), flacPicture(makePng(2))], frames: 225 })

async function open(t: TestContext, files: Record<string, Uint8Array>, env: Record<string, string> = {}) {
  const library = await openLibrary(t, files, env)
  await isScanned(library)
  return library
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise(resolve => setImmediate(resolve))
}

const isScanned = ({ app }: MusicLibrary): Promise<void> => until(() => app.service.library.scan.state.complete)
const isCompared = ({ app }: MusicLibrary): Promise<void> =>
  until(() => app.service.duplicates.sums.state.state === 'idle')

async function rescan(library: MusicLibrary): Promise<void> {
  await library.app.service.library.scan.start()
}

async function duplicates(library: MusicLibrary, by: string, query: Record<string, string> = {}) {
  const reply = await library.get('/duplicates', { by, ...query })
  assert.equal(reply.status, 200, JSON.stringify(reply.body))
  return reply.body as DuplicatePage
}

async function compareAudio(library: MusicLibrary): Promise<DuplicatePage> {
  const reply = await library.post('/duplicates/audio')
  assert.equal(reply.status, 202)
  assert.equal(reply.body.state, 'running')
  await isCompared(library)
  return duplicates(library, 'audio')
}

const pathsOf = ({ tracks }: Duplicate): string[] => tracks.map(({ path }) => path)
const groupsIn = ({ items }: DuplicatePage): string[][] => items.map(pathsOf)

describe('duplicates by audio', () => {
  test('are told whatever their tags, names and folders, once the audio was compared', async t => {
    const library = await open(t, {
      'a/1.mp3': mp3({ title: 'One', frames: 1500 }),
      'b/other.mp3': Buffer.concat([mp3({ title: 'Uno', frames: 1500 }), ape([{ key: 'Genre', value: 'x' }])]),
      'b/2.mp3': mp3({ title: 'One', frames: 1500, sound: 1 }),
      'c/3.mp3': mp3({ title: 'One', frames: 1501 }),
      'c/x.flac': flac('TITLE=One'),
      'd/y.flac': flac(),
    })
    const before = await duplicates(library, 'audio')
    assert.deepEqual([before.items, before.total, before.complete], [[], 0, false])

    const page = await compareAudio(library)
    assert.deepEqual(groupsIn(page), [
      ['a/1.mp3', 'b/other.mp3'],
      ['c/x.flac', 'd/y.flac'],
    ])
    assert.deepEqual([page.total, page.nextCursor, page.complete], [2, null, true])
    // All starts, and all of the five that begin alike: the one with a frame more has the same start.
    assert.deepEqual(page.hashing, { state: 'idle', done: 11, total: 11, failed: 0 })
  })

  test('say which copy is better and why, and what to post to be rid of the others', async t => {
    const library = await open(t, {
      'a.mp3': mp3({ title: 'One' }),
      'b/b.mp3': mp3({ title: 'One', artist: 'Someone', album: 'Something' }),
      'c.mp3': mp3(),
    })
    const item = only((await compareAudio(library)).items)
    const [a, c, b] = item.tracks
    assert.deepEqual([a?.verdict, b?.verdict, c?.verdict], ['worse', 'best', 'worse'])
    assert.equal(item.best, 'b/b.mp3')
    assert.deepEqual(item.reasons, ['Its tags are more complete: 3 fields against 1.'])
    assert.equal(a?.reason, 'Fewer fields are set: 1 against 3.')
    assert.deepEqual([b?.folder, b?.fields, b?.pictures, b?.sameFileAs], ['b', 3, 0, null])
    assert.deepEqual(b?.tags, { artist: ['Someone'], title: ['One'], album: ['Something'] })
    assert.equal(b?.audio?.lossless, false)
    assert.equal(item.spare, (a?.size ?? 0) + (c?.size ?? 0))
    assert.deepEqual(item.remove, {
      target: { paths: ['a.mp3', 'c.mp3'] },
      edits: [{ op: 'delete' }],
      revisions: { 'a.mp3': a?.revision, 'c.mp3': c?.revision },
    })
    const plan = await library.post('/changes', { ...item.remove, dryRun: true })
    assert.equal(plan.status, 200, JSON.stringify(plan.body))
  })

  test('a hard link is the same file, a symbolic link no duplicate', async t => {
    const library = await openLibrary(t, { 'a.mp3': mp3({ sound: 1 }), 'b.mp3': mp3({ sound: 2 }) })
    linkSync(join(library.root, 'a.mp3'), join(library.root, 'hard.mp3'))
    symlinkSync('b.mp3', join(library.root, 'soft.mp3'))
    await rescan(library)
    const item = only((await compareAudio(library)).items)
    assert.deepEqual(pathsOf(item), ['a.mp3', 'hard.mp3'])
    assert.deepEqual(
      item.tracks.map(({ sameFileAs }) => sameFileAs),
      [null, 'a.mp3'],
    )
    assert.equal(item.spare, 0)
    assert.deepEqual(item.reasons, ['All are names of one file (hard links): deleting some of them frees nothing.'])
  })

  test('copies of a file that no codec understands are told as such', async t => {
    const broken = Buffer.concat([Buffer.from('MAC '), Buffer.alloc(9, 7)])
    const library = await open(t, { 'a.flac': broken.fill(1), 'b.flac': broken, 'c.flac': Buffer.alloc(13, 2) })
    assert.deepEqual(groupsIn(await compareAudio(library)), [['a.flac', 'b.flac']])
  })

  test('the sums outlive edits of tags, and are made anew where the file is another one', async t => {
    const library = await open(t, { 'a.mp3': mp3(), 'b.mp3': mp3(), 'c.mp3': mp3() })
    assert.deepEqual(groupsIn(await compareAudio(library)), [['a.mp3', 'b.mp3', 'c.mp3']])

    const long = 'Something long that moves the audio '.repeat(200)
    const { id } = await library.edit('b.mp3', { op: 'set', field: 'title', values: [long] })
    await rescan(library)
    const edited = await duplicates(library, 'audio')
    assert.deepEqual([groupsIn(edited), edited.complete], [[['a.mp3', 'b.mp3', 'c.mp3']], true])
    await library.undo(id)
    await rescan(library)
    assert.deepEqual(groupsIn(await duplicates(library, 'audio')), [['a.mp3', 'b.mp3', 'c.mp3']])

    library.put('c.mp3', mp3({ sound: 9 }))
    await rescan(library)
    const changed = await duplicates(library, 'audio')
    assert.deepEqual([groupsIn(changed), changed.complete], [[['a.mp3', 'b.mp3']], false])
    const again = await compareAudio(library)
    assert.deepEqual([groupsIn(again), again.complete], [[['a.mp3', 'b.mp3']], true])
    assert.equal(again.hashing.total, 1, 'only the new one is read')
  })

  test('the change that is offered leaves the best copy alone, under the name that it has by then', async t => {
    const library = await open(t, { 'a.mp3': mp3(), 'b/b.mp3': mp3({ title: 'One' }), 'c.mp3': mp3() })
    await compareAudio(library)
    await library.edit('b/b.mp3', { op: 'rename', to: 'best' })
    await rescan(library)
    const { remove, best } = only((await duplicates(library, 'audio')).items)
    assert.equal(best, 'b/best.mp3')
    const { body } = await library.post('/changes', remove)
    assert.equal(body.summary.applied, 2)
    await rescan(library)
    assert.deepEqual(groupsIn(await duplicates(library, 'audio')), [])
    const { items } = (await library.get('/tracks', { recursive: 'true' })).body
    assert.deepEqual(
      items.map((track: { path: string }) => track.path),
      ['b/best.mp3'],
    )
  })

  test('a copy that is gone is no reason to delete another, and one that was moved is the same one', async t => {
    const library = await open(t, {
      'a.mp3': mp3(),
      'b.mp3': mp3(),
      'c.mp3': mp3({ sound: 1 }),
      'd.mp3': mp3({ sound: 1 }),
    })
    assert.equal((await compareAudio(library)).total, 2)
    rmSync(join(library.root, 'a.mp3'))
    assert.deepEqual(groupsIn(await duplicates(library, 'audio')), [['c.mp3', 'd.mp3']])
    renameSync(join(library.root, 'c.mp3'), join(library.root, 'e.mp3'))
    await rescan(library)
    assert.deepEqual(groupsIn(await duplicates(library, 'audio')), [['d.mp3', 'e.mp3']])
  })

  test('a comparison that is cancelled goes on where it was', async t => {
    const files = Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`${i}.mp3`, mp3({ sound: i % 45 })]))
    const library = await open(t, files)
    await library.post('/duplicates/audio')
    const cancelled = await library.app.inject({ method: 'DELETE', url: '/api/v1/duplicates/audio' })
    assert.equal(cancelled.statusCode, 202)
    await isCompared(library)
    assert.equal((await duplicates(library, 'audio')).complete, false)
    const page = await compareAudio(library)
    assert.deepEqual([page.total, page.complete], [45, true])
  })

  test('the sums are kept over a restart', async t => {
    const library = await open(t, { 'a.mp3': mp3(), 'b.mp3': mp3() })
    const env = { MUSIC_DIR: library.root, STATE_DIR: join(library.root, '.state') }
    const first = await open(t, {}, env)
    await compareAudio(first)
    await first.app.close()
    const second = await open(t, {}, env)
    const page = await duplicates(second, 'audio')
    assert.deepEqual([groupsIn(page), page.complete], [[['a.mp3', 'b.mp3']], true])
  })

  test('progress is told on the event channel', async t => {
    const library = await open(t, { 'a.mp3': mp3(), 'b.mp3': mp3() })
    const events: unknown[] = []
    library.app.service.subscribe(event => {
      if (event.type === 'duplicates.progress') events.push(event)
    })
    await compareAudio(library)
    await until(() => events.length >= 2)
    assert.deepEqual(events.at(-1), { type: 'duplicates.progress', state: 'idle', done: 4, total: 4, failed: 0 })
  })
})

describe('duplicates by recording', () => {
  const song = { title: 'Song', artist: 'Someone' }
  const comments = ['TITLE=Song', 'ARTIST=Someone']

  test('are told by artist, title and duration, and the lossless one is the better', async t => {
    const library = await open(t, {
      'a/song.mp3': mp3(song),
      'b/song.flac': flac(...comments),
      'b/live.flac': flac('TITLE=Song (Live)', 'ARTIST=Someone'),
      'c/long.mp3': mp3({ ...song, frames: 1000 }),
      'c/other.mp3': mp3({ ...song, title: 'Another Song' }),
      'live/song.mp3': mp3({ ...song, album: 'Live in Town' }),
    })
    const page = await duplicates(library, 'recording')
    assert.deepEqual(groupsIn(page), [['a/song.mp3', 'b/song.flac']])
    assert.equal(page.complete, true)
    const item = only(page.items)
    assert.equal(item.best, 'b/song.flac')
    assert.deepEqual(item.reasons, ['It is lossless (FLAC); another copy is lossy (MPEG 1 Layer 3).'])
    assert.deepEqual('target' in item.remove && item.remove.target, { paths: ['a/song.mp3'] })
  })

  test('are told by their ids whatever the title, and different ids are different recordings', async t => {
    const id = (n: number): string => `MUSICBRAINZ_TRACKID=b1a9c0e9-d987-4042-ae91-78d6a3267d6${n}`
    const library = await open(t, {
      'a.flac': flac(...comments, id(1)),
      'b.flac': flac('TITLE=Lied', id(1)),
      'c.flac': flac(...comments, id(2)),
      'd.flac': flac('TITLE=x', 'ISRC=GBAYE6900531'),
      'e.flac': flac('TITLE=y', 'ISRC=GB-AYE-69-00531'),
    })
    assert.deepEqual(groupsIn(await duplicates(library, 'recording')), [
      ['a.flac', 'b.flac'],
      ['d.flac', 'e.flac'],
    ])
  })

  test('follow the edits of tags', async t => {
    const library = await open(t, { 'a.mp3': mp3(song), 'b.mp3': mp3({ ...song, title: 'Sogn' }) })
    assert.deepEqual(groupsIn(await duplicates(library, 'recording')), [])
    await library.edit('b.mp3', { op: 'set', field: 'title', values: ['Song'] })
    await rescan(library)
    assert.deepEqual(groupsIn(await duplicates(library, 'recording')), [['a.mp3', 'b.mp3']])
  })

  test('come in pages, in the order of their paths', async t => {
    const files: Record<string, Buffer> = {}
    for (let i = 1; i <= 12; i++) {
      files[`one/${i}.mp3`] = mp3({ ...song, title: `Song ${i}` })
      files[`two/${i}.mp3`] = mp3({ ...song, title: `Song ${i}` })
    }
    const library = await open(t, files)
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page = await duplicates(library, 'recording', { limit: '5', ...(cursor ? { cursor } : {}) })
      assert.equal(page.total, 12)
      seen.push(...page.items.map(({ tracks }) => tracks[0]?.path ?? ''))
      if (seen.length === 5) {
        // What is gone meanwhile neither hides nor repeats another.
        rmSync(join(library.root, 'one/5.mp3'))
        await rescan(library)
      }
      cursor = page.nextCursor
    } while (cursor)
    assert.deepEqual(
      seen,
      Array.from({ length: 12 }, (_, i) => `one/${i + 1}.mp3`),
    )
  })

  test('a cursor or a kind that is none is a bad request', async t => {
    const library = await open(t, { 'a.mp3': mp3(song), 'b.mp3': mp3(song) })
    for (const query of [{ by: 'recording', cursor: 'x' }, { by: 'name' }, {}] as Record<string, string>[])
      assertProblem(await library.get('/duplicates', query), 400, 'BAD_REQUEST')
  })
})
