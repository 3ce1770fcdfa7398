import { opendir } from 'node:fs/promises'
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
    const { folders, left } = await look(path, session)
    if (left.length > 0) removed += removeFrom(path, root, left)
    for (const name of folders) {
      if (name.equals(trash)) noteTrash(path)
      else waiting.push(Buffer.concat([path, Buffer.from(path.length === 1 ? '' : '/'), name]))
    }
  }
  return removed
}

/** Names of the folders in a folder, and of the temporaries that are left in it; read a few at a time, for there may be a million. */
async function look(path: Buffer, session: string): Promise<{ folders: Buffer[]; left: Buffer[] }> {
  const folders: Buffer[] = []
  const left: Buffer[] = []
  try {
    // Node reads names as bytes, too; its types do not say so.
    const options = { encoding: 'buffer' as BufferEncoding, bufferSize: 128 }
    for await (const entry of await opendir(path as unknown as string, options)) {
      const name = entry.name as unknown as Buffer
      if (entry.isDirectory()) folders.push(name)
      else if (entry.isFile() && isTemporary(name, session)) left.push(name)
    }
  } catch {
    // Gone, or not ours to read: what was seen of it will do.
  }
  return { folders, left }
}

function removeFrom(path: Buffer, root: Buffer, names: readonly Buffer[]): number {
  try {
    const folder = openFolder(path, root)
    for (const name of names) discard(folder, name)
    folder.close()
    return names.length
  } catch {
    // The folder went away, or is not ours to write: the others are still to be swept.
    return 0
  }
}
