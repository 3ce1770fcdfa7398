import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { flacPicture, makeFlac, makeMp3, makePng } from '../make-audio.ts'
import { assertProblem, type MusicLibrary, openLibrary, type Reply } from '../music-library.ts'
import { parseFlac } from '../parse-audio.ts'

const png = makePng(4, 10)
const sumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const files = { 'a.mp3': makeMp3(), 'a.flac': makeFlac() }

async function send(library: MusicLibrary, payload: Buffer, type: string): Promise<Reply> {
  const headers = { 'content-type': type }
  const reply = await library.app.inject({ method: 'POST', url: '/api/v1/pictures', headers, payload })
  return { status: reply.statusCode, body: reply.json(), headers: reply.headers, raw: reply.rawPayload }
}

test('an uploaded picture is described and comes back byte for byte', async t => {
  const library = await openLibrary(t)
  const { status, body } = await send(library, png, 'image/png')
  const sha256 = sumOf(png)
  assert.deepEqual([status, body], [201, { sha256, mime: 'image/png', width: 4, height: 4, bytes: png.length }])
  const { raw, headers } = await library.get(`/pictures/${sha256}`)
  assert.ok(raw.equals(png))
  assert.equal(headers['content-type'], 'image/png')
})

test('the type of a picture is the one of its bytes, not the one it claims', async t => {
  const library = await openLibrary(t)
  assert.equal((await send(library, png, 'image/jpeg')).body.mime, 'image/png')
})

const noPictures: [what: string, bytes: Buffer][] = [
  ['text called .png', Buffer.from('no picture at all')],
  ['nothing', Buffer.alloc(0)],
  ['a PNG cut off in the middle', makePng(64).subarray(0, 60)],
  ['a JPEG that is only its start', Buffer.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0)],
  ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')],
  ['audio', makeFlac()],
]

test('what is no picture is 415 and is not stored', async t => {
  const library = await openLibrary(t)
  for (const [what, bytes] of noPictures) {
    await t.test(what, async () => {
      const reply = await send(library, bytes, 'image/png')
      assertProblem(reply, 415, 'NOT_A_PICTURE')
      assertProblem(await library.get(`/pictures/${sumOf(bytes)}`), 404, 'PICTURE_NOT_FOUND')
    })
  }
})

test('a body that is no image by its type is 415', async t => {
  const library = await openLibrary(t)
  assertProblem(await send(library, Buffer.from('{}'), 'application/json'), 415, 'UNSUPPORTED_MEDIA_TYPE')
  assertProblem(await send(library, png, 'application/pdf'), 415, 'UNSUPPORTED_MEDIA_TYPE')
})

for (const path of Object.keys(files)) {
  test(`a picture of ${path} is set, replaced by type, and removed by type, index or altogether`, async t => {
    const library = await openLibrary(t, files)
    const [front, back, other] = [
      await library.upload(png),
      await library.upload(makePng(5)),
      await library.upload(makePng(6)),
    ]
    const shown = async () => (await library.track(path)).pictures.map(({ type, sha256 }) => [type, sha256])

    await library.edit(path, { op: 'setPicture', type: 'front', picture: front, description: 'Vorne — ü' })
    await library.edit(path, { op: 'setPicture', type: 'back', picture: back })
    assert.deepEqual(await shown(), [
      ['front', front],
      ['back', back],
    ])
    const [first] = (await library.track(path)).pictures
    assert.deepEqual(
      [first?.description, first?.mime, first?.width, first?.bytes],
      ['Vorne — ü', 'image/png', 4, png.length],
    )

    await library.edit(path, { op: 'setPicture', type: 'front', picture: other })
    assert.deepEqual(await shown(), [
      ['front', other],
      ['back', back],
    ])
    await library.edit(path, { op: 'removePicture', type: 'front' })
    assert.deepEqual(await shown(), [['back', back]])
    await library.edit(path, { op: 'removePicture', index: 0 })
    assert.deepEqual(await shown(), [])
    await library.edit(path, { op: 'setPicture', type: 'front', picture: front })
    await library.edit(path, { op: 'removePicture' })
    assert.deepEqual(await shown(), [])
  })
}

test('of two front pictures a new one replaces both, and of two types the other stays', async t => {
  const blocks = [flacPicture(makePng(2), 3), flacPicture(makePng(3), 4), flacPicture(makePng(4), 3)]
  const library = await openLibrary(t, { 'a.flac': makeFlac({ blocks }) })
  await library.edit('a.flac', { op: 'setPicture', type: 'front', picture: await library.upload(png) })
  const bodies = parseFlac(library.bytes('a.flac')).blocks.filter(({ type }) => type === 6)
  assert.deepEqual(
    bodies.map(({ body }) => [body[3], sumOf(body.subarray(-png.length)) === sumOf(png)]),
    [
      [3, true],
      [4, false],
    ],
  )
})

test('an embedded picture is sent with an ETag, which spares sending it again', async t => {
  const library = await openLibrary(t, { 'a.flac': makeFlac({ blocks: [flacPicture(png)] }) })
  const { status, raw, headers } = await library.get('/track/picture', { path: 'a.flac', index: '0' })
  assert.deepEqual([status, headers['content-type'], raw.equals(png)], [200, 'image/png', true])
  const url = '/api/v1/track/picture?path=a.flac&index=0'
  const again = await library.app.inject({ url, headers: { 'if-none-match': String(headers.etag) } })
  assert.deepEqual([again.statusCode, again.body], [304, ''])
  const stale = await library.app.inject({ url, headers: { 'if-none-match': '"other"' } })
  assert.equal(stale.statusCode, 200)
})
