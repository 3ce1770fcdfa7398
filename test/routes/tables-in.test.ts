import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import * as fc from 'fast-check'
import type { Change, ChangeFile } from '../../src/schemas/change.ts'
import { audioFile } from '../laws/generated.ts'
import { makeFlac, makeMp3, textFrame, vorbisComment } from '../make-audio.ts'
import { assertProblem, type MusicLibrary, only, openLibrary, type Reply } from '../music-library.ts'

const flac = (...comments: string[]) => makeFlac({ blocks: [vorbisComment(comments)] })

async function send(
  { app }: MusicLibrary,
  table: string | Uint8Array,
  query: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Reply> {
  for (;;) {
    const {
      statusCode,
      headers: replied,
      rawPayload,
    } = await app.inject({
      method: 'POST',
      url: '/api/v1/tracks.csv',
      query,
      headers: { 'content-type': 'text/csv', ...headers },
      payload: typeof table === 'string' ? table : Buffer.from(table),
    })
    const body = JSON.parse(rawPayload.toString())
    // On a machine that is busy with other things the server may ask for patience.
    if (body.code !== 'OVERLOADED') return { status: statusCode, headers: replied, raw: rawPayload, body }
    await sleep(500)
  }
}

async function apply(library: MusicLibrary, table: string | Uint8Array, dryRun = false): Promise<Change> {
  const reply = await send(library, table, dryRun ? { dryRun: 'true' } : {})
  assert.equal(reply.status, 200, JSON.stringify(reply.body))
  return reply.body as Change
}

const differences = ({ changes }: ChangeFile) => changes.map(({ field, before, after }) => [field, before, after])

test('an edited table is a plan, then a change, and can be undone', async t => {
  const library = await openLibrary(t, { 'A/1.flac': flac('TITLE=Old', 'ARTIST=x'), 'A/2.flac': flac('TITLE=Two') })
  const before = library.bytes('A/1.flac')
  const exported = (await library.get('/tracks.csv', { path: 'A' })).raw.toString()
  const edited = exported.replace('"Old"', '"New"').replace(',"x",', ',"One\\\\Two",')
  const plan = await apply(library, edited, true)
  assert.deepEqual([plan.state, plan.id, plan.label], ['planned', undefined, 'Table of 2 tracks'])
  assert.deepEqual([plan.summary.applied, plan.summary.unchanged], [1, 1])
  assert.ok(library.bytes('A/1.flac').equals(before))
  const change = await apply(library, edited)
  assert.equal(change.state, 'applied')
  assert.deepEqual((await library.track('A/1.flac')).tags, { title: ['New'], artist: ['One', 'Two'] })
  await library.undo(change.id as string)
  assert.ok(library.bytes('A/1.flac').equals(before))
})

test('a table that comes back as it was changes nothing', async t => {
  const library = await openLibrary(t)
  await fc.assert(
    fc.asyncProperty(audioFile, async ({ name, bytes }) => {
      library.put(name, bytes)
      const { status, raw } = await library.get('/tracks.csv')
      assert.equal(status, 200, raw.toString())
      const { files } = await apply(library, raw)
      assert.deepEqual(
        files.map(({ status, error }) => [status, error]),
        files.map(() => ['unchanged', null]),
      )
      assert.ok(library.bytes(name).equals(bytes))
    }),
    { numRuns: 150 },
  )
})

test('what a field may not hold, but does, is left alone', async t => {
  const library = await openLibrary(t, {
    '1.flac': flac('BARCODE=1', 'BARCODE=2', 'RATING=9', 'TITLE=', 'DATE=a', 'DATE=b'),
  })
  const { raw } = await library.get('/tracks.csv')
  assert.equal(only((await apply(library, raw)).files).status, 'unchanged')
})

test('only the columns that are there are edited, and an empty cell takes the field away', async t => {
  const library = await openLibrary(t, { '1.flac': flac('TITLE=a', 'ARTIST=b', 'MOOD=c'), '2.flac': flac('TITLE=d') })
  const { files } = await apply(library, 'path,title,mood,OWN\r\n1.flac,a,,new\r\n2.flac,d,,\r\n', true)
  assert.deepEqual(
    files.map(differences),
    [
      [
        ['mood', ['c'], []],
        ['OWN', [], ['new']],
      ],
      [],
    ].map(list => list.toSorted()),
  )
})

test('a row that ends early says nothing of the cells that it lacks', async t => {
  const library = await openLibrary(t, { '1.flac': flac('TITLE=a', 'ARTIST=b') })
  const { files } = await apply(library, 'path,title,artist\n1.flac,new\n', true)
  assert.deepEqual(differences(only(files)), [['title', ['a'], ['new']]])
})

test('a number with its total gives both, where the cell of the total is empty', async t => {
  const library = await openLibrary(t, {
    '1.mp3': makeMp3({ id3v2: { version: 4, frames: [textFrame('TRCK', '1')] } }),
  })
  const { files } = await apply(library, 'totaltracks,tracknumber,path\n,3/12,1.mp3\n', true)
  assert.deepEqual(differences(only(files)).toSorted(), [
    ['totaltracks', [], ['12']],
    ['tracknumber', ['1'], ['3']],
  ])
})

test('a table that is out of date is a conflict where it names the revision', async t => {
  const library = await openLibrary(t, { '1.flac': flac('TITLE=a') })
  const stale = (await library.track('1.flac')).revision
  await library.edit('1.flac', { op: 'set', field: 'title', values: ['a longer title than before'] })
  const { files } = await apply(library, `path,title,#revision,#duration\n1.flac,c,${stale},9\n`)
  assert.deepEqual([only(files).status, only(files).error?.code], ['conflict', 'REVISION_CONFLICT'])
  assert.deepEqual((await library.track('1.flac')).tags.title, ['a longer title than before'])
  const { revision } = await library.track('1.flac')
  assert.equal(only((await apply(library, `path,title,#revision\n1.flac,c,${revision}\n`)).files).status, 'applied')
})

test('a path that the library does not have is refused in the plan, the others are done', async t => {
  const library = await openLibrary(t, { '1.flac': flac('TITLE=a') })
  const change = await apply(library, 'path,title\nnowhere.flac,b\n1.flac,b\n')
  assert.equal(change.state, 'partial')
  assert.deepEqual(
    change.files.map(({ status, error }) => [status, error?.code]),
    [
      ['refused', 'TRACK_NOT_FOUND'],
      ['applied', undefined],
    ],
  )
})

const rows = [
  ['path', 'title', 'comment'],
  ['1.flac', '東京, "🎵"; مرحبا\t', 'one\ntwo\\\\three'],
]
const quoted = (delimiter: string, end: string) =>
  rows.map(row => row.map(cell => `"${cell.replaceAll('"', '""')}"`).join(delimiter)).join(end)
const dialects: [name: string, table: string | Uint8Array][] = [
  ['commas and LF', quoted(',', '\n')],
  ['semicolons, CRLF and a byte order mark', `\uFEFF${quoted(';', '\r\n')}\r\n`],
  ['tabs in UTF-16, as Unicode text of Excel', Buffer.from(`\uFEFF${quoted('\t', '\r\n')}`, 'utf16le')],
  ['UTF-16 the other way round', Buffer.from(`\uFEFF${quoted(';', '\r')}`, 'utf16le').swap16()],
  ['empty columns and rows at the end', `${quoted(',', ',,\n')},,\n,,,,\n\n\r\n`],
]
for (const [name, table] of dialects) {
  test(`a table is read with ${name}`, async t => {
    const library = await openLibrary(t, { '1.flac': flac() })
    await apply(library, table)
    const { tags } = await library.track('1.flac')
    assert.deepEqual(tags, { title: ['東京, "🎵"; مرحبا\t'], comment: ['one\ntwo', 'three'] })
  })
}

test('a field name with another delimiter in it does not mislead', async t => {
  const library = await openLibrary(t, { '1.flac': flac() })
  const { files } = await apply(library, 'path,a;b;c;d,title\n1.flac,x,y\n', true)
  assert.deepEqual(differences(only(files)), [
    ['a;b;c;d', [], ['x']],
    ['title', [], ['y']],
  ])
})

test('what is named like a column of ours, or guarded as a formula, comes back by its own name', async t => {
  const bytes = flac('PATH=elsewhere', '#REVISION=7', '-X==1+1')
  const library = await openLibrary(t, { '=1.flac': bytes })
  const { raw } = await library.get('/tracks.csv')
  const table = raw.toString().replace('elsewhere', 'here').replace("'=1+1", "'=2+2")
  await apply(library, table)
  assert.deepEqual((await library.track('=1.flac')).tags, { PATH: ['here'], '#REVISION': ['7'], '-X': ['=2+2'] })
})

const broken: [what: string, table: string | Uint8Array, detail: RegExp][] = [
  ['nothing at all', '', /Line 1 .*one of them must be path/],
  ['no path column', 'title;artist\na;b\n', /Line 1 .*one of them must be path/],
  ['a quote that is never closed', 'path,title\n1.flac,"a\n2.flac,b\n', /Line 2 \(row 2\), column 2: .*never closed/],
  ['the same path twice', 'path,title\n1.flac,"a\nb"\n2.flac,b\n1.flac,c\n', /Line 5 \(row 4\): .*row 2/],
  ['the same column twice', 'path,title,TITLE\n1.flac,a,b\n', /Line 1 \(row 1\), column 3: .*column 2/],
  ['a row without a path', 'path,title\n,a\n', /Line 2 \(row 2\), column 1: .*no path/],
  ['a cell in a column without a name', 'path,title\n1.flac,a,b\n', /Line 2 \(row 2\), column 3: .*without a name/],
  ['a path that leads upwards', 'path,title\n../../etc/passwd,a\n', /Line 2 \(row 2\), column 1: Paths do not/],
  ['an absolute path', 'path,title\n/etc/passwd,a\n', /Line 2 \(row 2\), column 1: Paths are relative/],
  ['a NUL in a path', 'path,title\na\0b.flac,a\n', /Line 2 \(row 2\), column 1: .*NUL/],
  ['a legacy code page', Buffer.from('path,title\n1.flac,ok\n2.flac,M\xfcll\n', 'latin1'), /Line 3: .*not valid UTF-8/],
  ['a field without a name', "path,'\n1.flac,a\n", /Line 1 \(row 1\), column 2: The name of a field/],
  ['a thousand values and one', `path,title\n1.flac,${'a\\\\'.repeat(1000)}a\n`, /column 2: .*at most 1000 values/],
]
for (const [what, table, detail] of broken) {
  test(`${what}: the table is refused, and nothing is done`, async t => {
    const library = await openLibrary(t, { '1.flac': flac('TITLE=old') })
    const reply = await send(library, table)
    assertProblem(reply, 400, 'CSV_INVALID')
    assert.match(reply.body.detail, detail)
    assert.equal((await library.history()).total, 0)
  })
}

test('a NUL or half a character in a value is refused for its track', async t => {
  const library = await openLibrary(t, { '1.flac': flac(), '2.flac': flac(), '3.flac': flac() })
  const { files } = await apply(library, 'path,title\n1.flac,a\0b\n2.flac,\\u{D800}\n3.flac,fine\n')
  assert.deepEqual(
    files.map(({ error }) => error?.code ?? 'fine'),
    ['VALUE_UNSUPPORTED', 'VALUE_UNSUPPORTED', 'fine'],
  )
})

test('hostile tables are refused, and the server goes on', async t => {
  const library = await openLibrary(t)
  const size = 31 * 1024 * 1024
  const head = 'path,title\n'
  const hostile = [
    Buffer.concat([Buffer.from(`${head}a,"`), Buffer.alloc(size, 'x')]),
    Buffer.concat([Buffer.from(`${head}a,`), Buffer.alloc(size, '"')]),
    Buffer.alloc(size, ','),
    Buffer.concat([Buffer.from(head), Buffer.alloc(size, ',')]),
    Buffer.alloc(size),
    Buffer.from(head + Array.from({ length: 100_001 }, (_, i) => `${i}.flac,a\n`).join('')),
  ]
  for (const table of hostile) {
    const { status, body } = await send(library, table)
    assert.ok(['CSV_INVALID', 'PAYLOAD_TOO_LARGE'].includes(body.code), JSON.stringify([status, body.code]))
    assert.equal((await library.app.inject('/health')).statusCode, 200)
  }
  const blank = Buffer.concat([Buffer.from(head), Buffer.alloc(size, '\n')])
  assert.deepEqual((await apply(library, blank, true)).files, [])
})

test('a body that is too large, or no table, is refused', async t => {
  const library = await openLibrary(t)
  assertProblem(await send(library, Buffer.alloc(33 * 1024 * 1024, 'a')), 413, 'PAYLOAD_TOO_LARGE')
  assertProblem(await send(library, '{}', {}, { 'content-type': 'application/json' }), 415, 'UNSUPPORTED_MEDIA_TYPE')
  assertProblem(await send(library, 'path', { dryrun: 'true' }), 400, 'BAD_REQUEST')
})

test('a table can have a label, and need not be waited for', async t => {
  const library = await openLibrary(t, { '1.flac': flac() })
  const reply = await send(library, 'path,title\n1.flac,a\n', { label: 'Spring cleaning' }, { prefer: 'respond-async' })
  assert.deepEqual([reply.status, reply.body.state, reply.body.label], [202, 'running', 'Spring cleaning'])
  assert.equal(reply.headers.location, `/api/v1/changes/${reply.body.id}`)
})
