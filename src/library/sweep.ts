import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { openFolder } from '../files/folder.ts'
import { discard, isTemporary } from '../files/temporary.ts'
import { trashName } from '../files/trash.ts'

const trash = Buffer.from(trashName)

/**
 * Removes what killed writes of earlier runs left in the library; resolves to how many files that were. Temporaries of
 * `session`, this run, are being written and stay. It reads one folder at a time, off the event loop, beside all other work;
 * folders that cannot be read are passed over. `signal` ends it early. `noteTrash` is told of each trash on the way.
 */
export async function sweepTemporaries(
  root: Buffer,
  session: string,
  signal: AbortSignal,
  noteTrash: (folder: Buffer) => void = () => {},
): Promise<number> {
  let removed = 0
  const waiting = [root]
  for (let path = waiting.pop(); path && !signal.aborted; path = waiting.pop()) {
    const entries = await entriesOf(path)
    const left = entries.filter(entry => entry.isFile() && isTemporary(entry.name, session))
    if (left.length > 0) removed += removeFrom(path, root, left)
    for (const entry of entries) {
      if (!entry.isDirectory()) continue
      if (entry.name.equals(trash)) noteTrash(path)
      else waiting.push(Buffer.concat([path, Buffer.from(path.length === 1 ? '' : '/'), entry.name]))
    }
  }
  return removed
}

async function entriesOf(path: Buffer): Promise<Dirent<Buffer>[]> {
  try {
    return (await readdir(path, { encoding: 'buffer', withFileTypes: true })) as unknown as Dirent<Buffer>[]
  } catch {
    return []
  }
}

function removeFrom(path: Buffer, root: Buffer, entries: readonly Dirent<Buffer>[]): number {
  try {
    const folder = openFolder(path, root)
    for (const { name } of entries) discard(folder, name)
    folder.close()
    return entries.length
  } catch {
    // The folder went away, or is not ours to write: the others are still to be swept.
    return 0
  }
}
