import type { BigIntStats } from 'node:fs'

/** The opaque token of a file's state: inode, size and modification time in ns. */
export function revisionOf(stats: BigIntStats): string {
  return [stats.ino, stats.size, stats.mtimeNs].map(n => n.toString(36)).join('.')
}
