import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const source = join(import.meta.dirname, '..', '..', 'demo')

export interface DemoLibrary {
  /** Absolute path of the copy. */
  readonly path: string
  remove(): Promise<void>
}

/** A fresh copy of the demo library, to edit without a worry. */
export async function copyDemo(): Promise<DemoLibrary> {
  const path = await mkdtemp(join(tmpdir(), 'metadata-remote-demo-'))
  await cp(source, path, { recursive: true })
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
