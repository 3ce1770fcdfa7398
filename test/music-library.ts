import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { buildApp } from '../src/app.ts'
import type { Change, ChangeFile, ChangePage, Edit, Target } from '../src/schemas/change.ts'
import type { Problem } from '../src/schemas/common.ts'
import type { Track } from '../src/schemas/track.ts'
import { configFor, patient, temporaryFolder } from './build-app.ts'

/** A small library in a folder of its own, with the server on it, spoken to as a script would. */
export interface MusicLibrary {
  readonly app: FastifyInstance
  readonly root: string
  put(path: string, bytes: Uint8Array): void
  bytes(path: string): Buffer
  /** All that a refused edit must leave alone. */
  state(path: string): { bytes: Buffer; ino: bigint; mtimeNs: bigint; uid: bigint; gid: bigint; mode: bigint }
  /** Every entry below the root, hidden ones too. */
  entries(): string[]
  get(url: string, query?: Record<string, string>): Promise<Reply>
  post(url: string, body?: unknown): Promise<Reply>
  /** POST /changes, answered 200. */
  change(body: ChangeBody): Promise<Change>
  /** The same for one track: what became of its file, and the id. */
  edit(path: string, ...edits: Edit[]): Promise<ChangeFile & { id: string }>
  undo(id: string): Promise<Change>
  redo(id: string): Promise<Change>
  track(path: string): Promise<Track>
  history(path?: string): Promise<ChangePage>
  /** Uploads an image; its sum. */
  upload(image: Uint8Array, mime?: string): Promise<string>
}

export interface ChangeBody {
  target: Target
  edits: Edit[]
  label?: string
  dryRun?: boolean
  revisions?: Record<string, string>
}

export interface Reply {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look at replies of every shape
  body: any
  headers: Record<string, unknown>
  raw: Buffer
}

export async function openLibrary(
  t: TestContext,
  files: Record<string, Uint8Array> = {},
  env: Record<string, string> = {},
): Promise<MusicLibrary> {
  const root = env.MUSIC_DIR ?? temporaryFolder(t)
  for (const [path, bytes] of Object.entries(files)) putFile(root, path, bytes)
  const app = await buildApp(configFor(t, { ...env, MUSIC_DIR: root }), patient)
  t.after(() => app.close())
  return speak(app, root)
}

export function putFile(root: string, path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), bytes)
}

export function stateOf(path: string): ReturnType<MusicLibrary['state']> {
  const { ino, mtimeNs, uid, gid, mode } = statSync(path, { bigint: true })
  return { bytes: readFileSync(path), ino, mtimeNs, uid, gid, mode }
}

function speak(app: FastifyInstance, root: string): MusicLibrary {
  const send = async (options: InjectOptions): Promise<Reply> => {
    const { statusCode, headers, rawPayload } = await app.inject(options)
    const json = String(headers['content-type']).includes('json')
    return { status: statusCode, headers, raw: rawPayload, body: json ? JSON.parse(rawPayload.toString()) : null }
  }
  const library: MusicLibrary = {
    app,
    root,
    put: (path, bytes) => putFile(root, path, bytes),
    bytes: path => readFileSync(join(root, path)),
    state: path => stateOf(join(root, path)),
    entries: () => readdirSync(root, { recursive: true }).map(String).sort(),
    get: (url, query = {}) => send({ method: 'GET', url: `/api/v1${url}`, query }),
    post: (url, body) =>
      send({ method: 'POST', url: `/api/v1${url}`, ...(body === undefined ? {} : { payload: body as object }) }),
    async change(body) {
      const reply = await library.post('/changes', body)
      assert.equal(reply.status, 200, JSON.stringify(reply.body))
      return reply.body as Change
    },
    async edit(path, ...edits) {
      const { id = '', files } = await library.change({ target: { paths: [path] }, edits })
      return { ...only(files), id }
    },
    async undo(id) {
      const reply = await library.post(`/changes/${id}/undo`)
      assert.equal(reply.status, 200, JSON.stringify(reply.body))
      return reply.body as Change
    },
    async redo(id) {
      const reply = await library.post(`/changes/${id}/redo`)
      assert.equal(reply.status, 200, JSON.stringify(reply.body))
      return reply.body as Change
    },
    async track(path) {
      const reply = await library.get('/track', { path })
      assert.equal(reply.status, 200, JSON.stringify(reply.body))
      return reply.body as Track
    },
    async history(path) {
      return (await library.get('/changes', path === undefined ? {} : { path })).body as ChangePage
    },
    async upload(image, mime = 'image/png') {
      const reply = await send({
        method: 'POST',
        url: '/api/v1/pictures',
        headers: { 'content-type': mime },
        payload: Buffer.from(image),
      })
      assert.equal(reply.status, 201, JSON.stringify(reply.body))
      return reply.body.sha256 as string
    },
  }
  return library
}

/** The one member of a list that has to have one. */
export function only<T>(list: readonly T[]): T {
  assert.equal(list.length, 1)
  return list[0] as T
}

/** That a reply is a problem of this status and code, and shows no path of the machine. */
export function assertProblem(reply: Reply, status: number, code: string): void {
  const problem = reply.body as Problem | null
  assert.deepEqual([reply.status, problem?.code], [status, code], JSON.stringify(problem))
  assert.match(String(reply.headers['content-type']), /^application\/problem\+json/)
  assert.doesNotMatch(problem?.detail ?? '', /\/tmp\/|\/proc\/|node:|\.ts\b/)
}
