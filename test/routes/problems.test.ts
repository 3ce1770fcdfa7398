import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { rules } from '../../src/catalogue/problems/rules.ts'
import type { Edit } from '../../src/schemas/change.ts'
import type { ProblemKinds, TrackProblemPage } from '../../src/schemas/problem-kind.ts'
import {
  type FlacSpec,
  flacPicture,
  type Mp3Spec,
  makeFlac,
  makeMp3,
  makePng,
  textFrame,
  vorbisComment,
} from '../make-audio.ts'
import { assertProblem, type MusicLibrary, openLibrary } from '../music-library.ts'

type Tags = Record<string, string | string[] | null>

const cover = flacPicture(makePng(4))

/** A FLAC without fault, but for what the test says: a null takes a field away. */
function flac(number: number, tags: Tags = {}, spec: FlacSpec = {}): Buffer {
  const all: Tags = {
    TITLE: `Title ${number}`,
    ARTIST: 'Artist',
    ALBUM: 'Album',
    ALBUMARTIST: 'Artist',
    TRACKNUMBER: `${number}`,
    TRACKTOTAL: '3',
    DATE: '1999',
    GENRE: 'Rock',
    ...tags,
  }
  const comments = Object.entries(all).flatMap(([name, values]) =>
    values === null ? [] : [values].flat().map(value => `${name}=${value}`),
  )
  return makeFlac({ blocks: [vorbisComment(comments), cover], ...spec })
}

/** The same as an MP3, with ID3v2.4 in UTF-8. */
function mp3(number: number, spec: Mp3Spec = {}, frames: readonly { id: string; body: Uint8Array }[] = []): Buffer {
  const texts = {
    TIT2: `Title ${number}`,
    TPE1: 'Artist',
    TALB: 'Album',
    TPE2: 'Artist',
    TRCK: `${number}/3`,
    TDRC: '1999',
  }
  const own = Object.entries(texts).map(([id, text]) => textFrame(id, text, 3))
  const picture = Buffer.concat([Buffer.from([0]), Buffer.from('image/png\0'), Buffer.from([3, 0]), makePng(4)])
  const list = [...own.filter(({ id }) => !frames.some(frame => frame.id === id)), ...frames]
  const pictures = list.some(({ id }) => id === 'APIC') ? [] : [{ id: 'APIC', body: picture }]
  return makeMp3({ id3v2: { version: 4, frames: [...list, ...pictures] }, ...spec })
}

type Files = Record<string, Buffer>

/** An album of three tracks; `change` says what differs in one. */
const album = (folder: string, change: (number: number) => Tags = () => ({})): Files =>
  Object.fromEntries([1, 2, 3].map(n => [`${folder}/0${n} Title ${n}.flac`, flac(n, change(n))]))

const second = (tags: Tags) => album('Artist/Album', n => (n === 2 ? tags : {}))
const at2 = 'Artist/Album/02 Title 2.flac'

const healthy = album('Well/Healthy', () => ({ ALBUM: 'Healthy', ARTIST: 'Well', ALBUMARTIST: 'Well' }))

async function allChecked(library: MusicLibrary): Promise<ProblemKinds> {
  for (;;) {
    const { status, body } = await library.get('/problems')
    // A busy machine may shed a request: then it is asked again.
    if (status === 503) continue
    assert.equal(status, 200, JSON.stringify(body))
    if (body.complete) return body as ProblemKinds
  }
}

async function problems(
  library: MusicLibrary,
  kind: string,
  query: Record<string, string> = {},
): Promise<TrackProblemPage> {
  await allChecked(library)
  const { status, body } = await library.get(`/problems/${kind}`, query)
  assert.equal(status, 200, JSON.stringify(body))
  return body as TrackProblemPage
}

/** For each kind: files, the tracks that have it, and what these are afterwards, where it can be mended. */
interface Fixture {
  files: Files
  found: string[]
  after?: Record<string, string[]>
}

const fixtures: Record<string, Fixture> = {
  unreadable: {
    files: { ...album('Artist/Album'), 'Artist/Album/04 Bad.flac': Buffer.from('not music at all') },
    found: ['Artist/Album/04 Bad.flac'],
  },
  'wrong-extension': {
    files: { ...album('Artist/Album'), 'Artist/Album/04 Title.mp3': flac(4) },
    found: ['Artist/Album/04 Title.mp3'],
  },
  mojibake: { files: second({ TITLE: 'Ãðóïïà êðîâè' }), found: [at2], after: { title: ['Группа крови'] } },
  'older-tag-disagrees': {
    files: {
      'Artist/Album/01 Title 1.mp3': mp3(1, { id3v1: { title: 'Title 1', artist: 'Artist' } }),
      'Artist/Album/02 Title 2.mp3': mp3(2, {
        id3v1: { title: 'Something else' },
        ape: [{ key: 'Title', value: 'Another' }],
      }),
      'Artist/Album/03 Title 3.mp3': mp3(3),
    },
    found: ['Artist/Album/02 Title 2.mp3'],
    after: { title: ['Title 2'] },
  },
  'missing-title': { files: second({ TITLE: null }), found: [at2], after: { title: ['Title 2'] } },
  'missing-artist': { files: second({ ARTIST: null }), found: [at2], after: { artist: ['Artist'] } },
  'missing-album': { files: second({ ALBUM: null }), found: [at2], after: { album: ['Album'] } },
  'missing-track-number': { files: second({ TRACKNUMBER: null }), found: [at2], after: { tracknumber: ['2'] } },
  'missing-date': { files: second({ DATE: null }), found: [at2], after: { date: ['1999'] } },
  'missing-picture': {
    files: { ...album('Artist/Album'), [at2]: makeFlac({ blocks: [vorbisComment(['TITLE=T', 'ALBUM=Album'])] }) },
    found: [at2],
  },
  'album-artist-missing': { files: second({ ALBUMARTIST: null }), found: [at2], after: { albumartist: ['Artist'] } },
  'album-artist-differs': { files: second({ ALBUMARTIST: 'Other' }), found: [at2], after: { albumartist: ['Artist'] } },
  'album-spellings': { files: second({ ALBUM: 'ALBUM!' }), found: [at2], after: { album: ['Album'] } },
  'artist-spellings': { files: second({ ARTIST: 'The Artist' }), found: [at2], after: { artist: ['Artist'] } },
  'genre-spellings': { files: second({ GENRE: ['rock', 'Pop'] }), found: [at2], after: { genre: ['Rock', 'Pop'] } },
  'joined-values': { files: second({ GENRE: 'Rock; Pop' }), found: [at2], after: { genre: ['Rock', 'Pop'] } },
  'joined-guests': {
    files: second({ ARTIST: 'Artist feat. Guest' }),
    found: [at2],
    after: { artist: ['Artist feat. Guest'], artists: ['Artist', 'Guest'] },
  },
  'track-numbers-doubled': {
    files: album('Artist/Album', n => (n === 2 ? { TRACKNUMBER: '3' } : {})),
    found: [at2],
    after: { tracknumber: ['2'] },
  },
  'track-numbers-gaps': {
    files: album('Artist/Album', n => (n === 3 ? { TRACKNUMBER: '4', TRACKTOTAL: '4' } : { TRACKTOTAL: '4' })),
    found: ['Artist/Album/03 Title 3.flac'],
    after: { tracknumber: ['3'] },
  },
  'track-totals-missing': { files: second({ TRACKTOTAL: null }), found: [at2], after: { totaltracks: ['3'] } },
  'track-totals-differ': { files: second({ TRACKTOTAL: '9' }), found: [at2], after: { totaltracks: ['3'] } },
  'discs-unnumbered': {
    files: { ...album('Artist/Album/CD 1', () => ({ DISCNUMBER: '1' })), 'Artist/Album/CD 2/01 Title 1.flac': flac(1) },
    found: ['Artist/Album/CD 2/01 Title 1.flac'],
    after: { discnumber: ['2'], totaldiscs: ['2'] },
  },
  'date-malformed': { files: second({ DATE: '17.05.1999' }), found: [at2], after: { date: ['1999-05-17'] } },
  'picture-large': {
    files: {
      ...album('Artist/Album'),
      [at2]: flac(2, {}, { blocks: [vorbisComment(['TITLE=Title 2', 'ALBUM=Album']), flacPicture(makePng(1501))] }),
    },
    found: [at2],
  },
  'picture-not-front': {
    files: {
      ...album('Artist/Album'),
      [at2]: flac(2, {}, { blocks: [vorbisComment(['TITLE=Title 2', 'ALBUM=Album']), flacPicture(makePng(4), 0)] }),
    },
    found: [at2],
    after: { title: ['Title 2'] },
  },
  'jellyfin-splits-album': {
    files: Object.fromEntries(
      ['A', 'B'].map((side, i) => [`Artist/Album/Side ${side}/0${i + 1} Title.flac`, flac(i + 1)]),
    ),
    found: ['Artist/Album/Side A/01 Title.flac', 'Artist/Album/Side B/02 Title.flac'],
  },
  'jellyfin-joins-albums': {
    files: { 'Artist/Both/01 One.flac': flac(1), 'Artist/Both/02 Two.flac': flac(2, { ALBUM: 'Another' }) },
    found: ['Artist/Both/01 One.flac', 'Artist/Both/02 Two.flac'],
  },
  'jellyfin-artist-folder': {
    files: { 'artist/Album/01 Title.flac': flac(1) },
    found: ['artist/Album/01 Title.flac'],
  },
  'navidrome-splits-album': {
    files: album('Artist/Album', n => ({ RELEASEDATE: n === 2 ? '2001' : '1999' })),
    found: [at2],
    after: { releasedate: ['1999'] },
  },
  'navidrome-separate-artists': {
    files: second({ ARTIST: 'The Artist' }),
    found: [at2],
    after: { artist: ['Artist'] },
  },
  'emby-splits-album': { files: second({ ALBUMARTIST: 'Other' }), found: [at2], after: { albumartist: ['Artist'] } },
  'emby-joins-albums': {
    files: { 'Artist/1984/01 T.flac': flac(1), 'Artist/2001/01 T.flac': flac(1) },
    found: ['Artist/1984/01 T.flac', 'Artist/2001/01 T.flac'],
  },
}

test('every kind of problem has its fixture', () => {
  assert.deepEqual(Object.keys(fixtures).sort(), rules.map(({ kind }) => kind).sort())
})

for (const [kind, fixture] of Object.entries(fixtures)) {
  test(`${kind} is found where it is and nowhere else${fixture.after ? ', mended, and back after undo' : ''}`, t =>
    check(t, kind, fixture))
}

async function check(t: TestContext, kind: string, { files, found, after }: Fixture): Promise<void> {
  const library = await openLibrary(t, { ...healthy, ...files })
  const page = await problems(library, kind)
  assert.deepEqual(
    page.items.map(({ path }) => path),
    found,
  )
  assert.equal(page.total, found.length)
  const listed = (await allChecked(library)).items.find(item => item.kind === kind)
  assert.equal(listed?.tracks, found.length)
  assert.equal(listed?.mendable, after ? found.length : 0)
  if (!after)
    return assert.deepEqual(
      page.items.flatMap(({ edits }) => edits),
      [],
    )
  const plan = { files: page.items.map(({ path, edits }) => ({ path, edits })) }
  const planned = await library.post('/changes', { ...plan, dryRun: true })
  assert.deepEqual([planned.status, planned.body.summary.applied], [200, found.length], JSON.stringify(planned.body))
  const told = planned.body.files[0]
  assert.ok(told.changes.length + told.warnings.length > 0, 'the plan says what it does')
  const before = new Map(found.map(path => [path, library.bytes(path)]))
  const applied = await library.post('/changes', plan)
  assert.deepEqual([applied.status, applied.body.state], [200, 'applied'], JSON.stringify(applied.body))
  const { tags } = await library.track(found[0] as string)
  for (const [field, values] of Object.entries(after)) assert.deepEqual(tags[field], values, field)
  assert.deepEqual((await problems(library, kind)).items, [])
  await library.undo(applied.body.id)
  for (const [path, bytes] of before) assert.deepEqual(library.bytes(path), bytes)
  assert.deepEqual((await problems(library, kind)).items, page.items)
}

test('a library without fault has no problem of any kind', async t => {
  const library = await openLibrary(t, healthy)
  const { items } = await allChecked(library)
  assert.deepEqual(
    items.filter(({ tracks }) => tracks > 0),
    [],
  )
  assert.deepEqual(
    items.map(({ kind }) => kind),
    rules.map(({ kind }) => kind),
  )
  assert.equal(items.find(({ kind }) => kind === 'navidrome-splits-album')?.server, 'Navidrome')
})

test('the tracks of a kind come in pages, in path order, and of a folder', async t => {
  const folders = ['B', 'a', 'Ä', 'C 10', 'C 2']
  const files = Object.fromEntries(
    folders.flatMap(folder => Object.entries(album(folder, () => ({ DATE: null, ALBUM: folder })))),
  )
  const library = await openLibrary(t, files)
  const whole = (await problems(library, 'missing-date')).items.map(({ path }) => path)
  assert.deepEqual(
    whole.filter(path => path.includes('/01')),
    ['a', 'Ä', 'B', 'C 2', 'C 10'].map(f => `${f}/01 Title 1.flac`),
  )
  const paged: string[] = []
  let query: Record<string, string> = { limit: '4' }
  for (;;) {
    const page = await problems(library, 'missing-date', query)
    assert.equal(page.total, 15)
    paged.push(...page.items.map(({ path }) => path))
    if (page.nextCursor === null) break
    query = { limit: '4', cursor: page.nextCursor }
  }
  assert.deepEqual(paged, whole)
  const one = await problems(library, 'missing-date', { path: 'C 2' })
  assert.deepEqual([one.total, one.items.length], [3, 3])
})

test('a problem that another program mends or makes is gone or there', async t => {
  const library = await openLibrary(t, second({ DATE: null }))
  assert.equal((await problems(library, 'missing-date')).total, 1)
  library.put(at2, flac(2))
  await library.get('/tracks', { path: 'Artist/Album' })
  assert.equal((await problems(library, 'missing-date')).total, 0)
  library.put(at2, flac(2, { TITLE: null }))
  await library.get('/tracks', { path: 'Artist/Album' })
  assert.equal((await problems(library, 'missing-title')).total, 1)
})

test('what another folder says changes with it', async t => {
  const edit = (artist: string): Edit => ({ op: 'set', field: 'artist', values: [artist] })
  const library = await openLibrary(t, {
    ...album('One', () => ({ ARTIST: 'The Beatles', ALBUM: 'One' })),
    'Two/01 Title 1.flac': flac(1, { ARTIST: 'Beatles', ALBUM: 'Two' }),
  })
  assert.deepEqual(
    (await problems(library, 'artist-spellings')).items.map(({ path }) => path),
    ['Two/01 Title 1.flac'],
  )
  await library.change({ target: { folder: 'One' }, edits: [edit('Somebody')] })
  assert.deepEqual((await problems(library, 'artist-spellings')).items, [])
})

test('a kind that there is not is 404', async t => {
  const library = await openLibrary(t)
  assertProblem(await library.get('/problems/no-such-kind'), 404, 'PROBLEM_KIND_NOT_FOUND')
  assertProblem(await library.get('/problems/missing-date', { cursor: '*' }), 400, 'BAD_REQUEST')
  assertProblem(await library.get('/problems/missing-date', { q: 'x' }), 400, 'BAD_REQUEST')
})

test('a folder that is not there is not one without problems', async t => {
  const library = await openLibrary(t, { 'A/1.flac': flac(1) })
  assert.equal((await library.get('/problems/missing-title', { path: 'A' })).status, 200)
  assertProblem(await library.get('/problems/missing-title', { path: 'B' }), 404, 'FOLDER_NOT_FOUND')
})
