import type { Change, ChangePage, ChangeRequest } from '../schemas/change.ts'
import type { Problem } from '../schemas/common.ts'
import type { FieldInfo } from '../schemas/field.ts'
import type { Folder } from '../schemas/folder.ts'
import type { StoredPicture } from '../schemas/picture.ts'
import type { Library } from '../schemas/service.ts'
import type { Track, TrackPage } from '../schemas/track.ts'
import { text } from './text.ts'

/** What the server said no to, or that it said nothing: `code` as in its catalogue, or `UNREACHABLE`. */
export class ApiProblem extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, status: number, detail: string) {
    super(detail)
    this.name = 'ApiProblem'
    this.code = code
    this.status = status
  }
}

/** A sentence for a person about anything thrown. */
export function problemText(thrown: unknown): string {
  return thrown instanceof ApiProblem ? thrown.message : text.unexpected(String(thrown))
}

export function isAborted(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'AbortError'
}

type Query = Record<string, string | number | boolean | null | undefined>

/** The address of an API resource, relative to the page, so that the program can live under any sub-path. */
export function apiUrl(resource: string, query: Query = {}): string {
  const url = new URL(`api/v1/${resource}`, document.baseURI)
  url.hash = ''
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) url.searchParams.set(name, String(value))
  }
  return url.href
}

async function request(method: string, url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, { method, ...init })
  } catch (thrown) {
    if (isAborted(thrown)) throw thrown
    throw new ApiProblem('UNREACHABLE', 0, text.unreachable)
  }
  if (!response.ok) throw await problemOf(response)
  return response
}

async function problemOf(response: Response): Promise<ApiProblem> {
  try {
    const problem: Problem = await response.json()
    return new ApiProblem(problem.code, response.status, problem.detail || problem.title)
  } catch {
    // not ours: a proxy in front of the server answered
    return new ApiProblem('BAD_ANSWER', response.status, text.badAnswer(response.status))
  }
}

async function get<T>(resource: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return readJson<T>(await request('GET', apiUrl(resource, query), signal ? { signal } : {}))
}

async function post<T>(resource: string, body: unknown): Promise<T> {
  const init = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return readJson<T>(await request('POST', apiUrl(resource), init))
}

async function readJson<T>(response: Response): Promise<T> {
  try {
    return await response.json()
  } catch (thrown) {
    if (isAborted(thrown)) throw thrown
    throw new ApiProblem('BAD_ANSWER', response.status, text.badAnswer(response.status))
  }
}

export const api = {
  library: () => get<Library>('library'),
  fields: async () => (await get<{ items: FieldInfo[] }>('fields')).items,
  folder: (path: string) => get<Folder>('folders', { path }),
  tracks: (query: { path: string; recursive: boolean; cursor: string | null }, signal: AbortSignal) =>
    get<TrackPage>(
      'tracks',
      { path: query.path, recursive: query.recursive || null, cursor: query.cursor, limit: 1000 },
      signal,
    ),
  track: (path: string, signal?: AbortSignal) => get<Track>('track', { path }, signal),
  async trackPicture(path: string, index: number, signal?: AbortSignal): Promise<Blob> {
    const response = await request('GET', apiUrl('track/picture', { path, index }), signal ? { signal } : {})
    return response.blob()
  },
  async storePicture(image: Blob): Promise<StoredPicture> {
    const init = { headers: { 'content-type': image.type || 'application/octet-stream' }, body: image }
    return readJson<StoredPicture>(await request('POST', apiUrl('pictures'), init))
  },
  storedPictureUrl: (sha256: string) => apiUrl(`pictures/${sha256}`),
  change: (body: ChangeRequest) => post<Change>('changes', body),
  changes: (cursor: string | null) => get<ChangePage>('changes', { cursor, limit: 50 }),
  changeById: (id: string) => get<Change>(`changes/${id}`),
  undo: (id: string) => post<Change>(`changes/${id}/undo`, {}),
  redo: (id: string) => post<Change>(`changes/${id}/redo`, {}),
}
