import { randomBytes } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import type { Folder } from './folder.ts'

/* Names of unfinished files: hidden, of no kind that a media server indexes, and with the run that made them. */

const pattern = /^\.metadata-remote-([0-9a-f]{8})-[0-9a-f]{16}\.tmp$/

/** A name for a new temporary of the run `session` (eight hexadecimal digits). */
export function temporaryName(session: string): Buffer {
  return Buffer.from(`.metadata-remote-${session}-${randomBytes(8).toString('hex')}.tmp`)
}

/** Whether a name is that of a temporary of ours that another run than `session` made. */
export function isTemporary(name: Buffer, session: string): boolean {
  const made = pattern.exec(name.toString('latin1'))?.[1]
  return made !== undefined && made !== session
}

/** Removes an unfinished file. Where that fails too, the error that led here is the one to report, and the next start sweeps. */
export function discard(folder: Folder, name: Buffer): void {
  try {
    unlinkSync(folder.at(name))
  } catch {}
}
