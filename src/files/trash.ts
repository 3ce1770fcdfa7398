import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { type Folder, itself, openFolder } from './folder.ts'
import { hasMountBelow } from './mounts.ts'
import { openDestination } from './moves.ts'
import type { Owner } from './write.ts'

/*
 * The trash: a hidden folder at the top of the library (and of each file system that is mounted inside it, for a delete only renames).
 * What one change deletes is in a folder of its own there, named by the time, below it each thing under its old path. Emptying
 * it is the one place of the program that removes files of people for good. It goes by the time in the name, never by that of a file; it
 * goes down through open folders and follows no link, stays on one file system, and takes whole folders out of the way before it begins,
 * so that what is being emptied can no longer be brought back by halves.
 */

export const trashName = '.metadata-remote-trash'

const batchPattern = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z-[0-9a-f]{8}$/
const goingPrefix = 'emptying-'

/** A name for what one change deletes now. */
export function newBatch(now = new Date()): string {
  return `${now.toISOString().slice(0, 19).replaceAll(':', '-')}Z-${randomBytes(4).toString('hex')}`
}

/** When a batch was deleted (ms), or null for a name that is none of ours. */
export function batchTime(name: string): number | null {
  const [, day, hours, minutes, seconds] = batchPattern.exec(name) ?? []
  const time = day === undefined ? Number.NaN : Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`)
  return Number.isNaN(time) ? null : time
}

/** What keeps media servers from looking into the trash, where a hidden name does not. */
const markers: readonly (readonly [name: string, text: string])[] = [
  ['.ignore', ''],
  ['.nomedia', ''],
  ['.ndignore', ''],
  ['.plexignore', '*\n'],
]

/** Makes the trash in the folder that `names` lead to from the library's root, where it is missing. Warnings as for any new folder. */
export function prepareTrash(root: Buffer, names: readonly Buffer[], owner: Owner): string[] {
  const warnings: string[] = []
  const trash = openDestination(root, [...names, Buffer.from(trashName)])
  try {
    for (const step of trash.make(owner, warnings)) step.run()
    for (const [name, text] of markers) makeMarker(trash.folder(), Buffer.from(name), text)
    return warnings
  } finally {
    trash.close()
  }
}

function makeMarker(folder: Folder, name: Buffer, text: string): void {
  if (lstatSync(folder.at(name), { throwIfNoEntry: false })) return
  const fd = openSync(folder.at(name), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644)
  try {
    if (text !== '') writeSync(fd, text)
  } finally {
    closeSync(fd)
  }
}

/** Removes the folders from which a delete was taken back, as far as they are empty: those of `names`, the lowest first, below `path`. */
export function tidyTrash(root: Buffer, path: Buffer, names: readonly Buffer[]): void {
  for (let depth = names.length; depth > 0; depth--) {
    try {
      const parent = names.slice(0, depth - 1).reduce((at, name) => Buffer.concat([at, Buffer.from('/'), name]), path)
      const folder = openFolder(parent, root)
      try {
        rmdirSync(folder.at(names[depth - 1] as Buffer))
      } finally {
        folder.close()
      }
    } catch {
      return
    }
  }
}

/** What a step of emptying did: how many entries it removed, and whether there are more to remove; `failed` counts those that it could not. */
export interface Emptied {
  readonly removed: number
  readonly failed: number
  readonly more: boolean
}

/**
 * Removes what was deleted before `before` (ms) from the trash at the absolute `path`, at the most `limit` entries, so that a
 * step is short. What cannot be removed is left for another day.
 */
export function emptyTrash(path: Buffer, root: Buffer, before: number, limit: number): Emptied {
  const count = { removed: 0, failed: 0, left: limit }
  if (!lstatSync(path, { throwIfNoEntry: false })) return { ...count, more: false }
  const trash = openFolder(path, root)
  try {
    const { dev } = trash.stat()
    // A mount that came into the trash with its folder: what is in it may be of elsewhere.
    const mounted = hasMountBelow(path)
    for (const name of readdirSync(trash.at(itself), { encoding: 'buffer' }) as unknown as Buffer[]) {
      const text = name.toString('latin1')
      const isGoing = text.startsWith(goingPrefix)
      const time = batchTime(isGoing ? text.slice(goingPrefix.length) : text)
      if (time === null || time >= before) continue
      if (count.left <= 0) return { ...count, more: true }
      const going = isGoing ? name : Buffer.from(goingPrefix + text)
      try {
        if (mounted && hasMountBelow(Buffer.concat([path, Buffer.from('/'), name]))) throw new Error('a mount is in it')
        if (!isGoing) renameSync(trash.at(name), trash.at(going))
        removeEntry(trash, going, path, { dev, depth: 0, count })
      } catch {
        count.failed++
      }
    }
    return { ...count, more: count.left <= 0 }
  } finally {
    trash.close()
  }
}

interface Removal {
  readonly dev: bigint
  readonly depth: number
  readonly count: { removed: number; failed: number; left: number }
}

/** Each level holds a folder open. */
const deepest = 200

/** Removes a file, a link itself, or a folder with all that is in it, all inside the trash at `path`. Stops, with the rest in place, when `count.left` is used up. */
function removeEntry(parent: Folder, name: Buffer, path: Buffer, { dev, depth, count }: Removal): void {
  if (count.left <= 0) return
  const stats = lstatSync(parent.at(name), { bigint: true })
  if (stats.dev !== dev || depth > deepest) {
    count.failed++
    return
  }
  if (!stats.isDirectory()) unlinkSync(parent.at(name))
  else {
    const folder = openFolder(parent.at(name), path)
    const failedBefore = count.failed
    try {
      if (folder.stat().ino !== stats.ino) throw new Error('the folder was replaced')
      for (const entry of readdirSync(folder.at(itself), { encoding: 'buffer' }) as unknown as Buffer[]) {
        try {
          removeEntry(folder, entry, path, { dev, depth: depth + 1, count })
        } catch {
          count.failed++
        }
      }
    } finally {
      folder.close()
    }
    if (count.left <= 0 || count.failed > failedBefore) return
    rmdirSync(parent.at(name))
  }
  count.removed++
  count.left--
}
