import { readFileSync } from 'node:fs'

/**
 * Whether another file system is mounted below the folder at the absolute, real `path`: it would go along with a folder that is renamed, and
 * one that is a second view of the same disk does not even tell by its device. False where the system has no list of mounts.
 */
export function hasMountBelow(path: Buffer): boolean {
  const start = `${path.toString('latin1')}/`
  return mountPoints().some(point => point.startsWith(start))
}

/** As bytes in latin1. From proc(5): the fifth word of each line, with blanks and the like in octal. */
function mountPoints(): string[] {
  let list: string
  try {
    list = readFileSync('/proc/self/mountinfo', 'latin1')
  } catch {
    return []
  }
  return list
    .split('\n')
    .map(line => line.split(' ')[4] ?? '')
    .map(point => point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))))
}
