import type { DatabaseSync } from 'node:sqlite'
import type { StoredPicture } from '../schemas/picture.ts'
import { demandImage, sha256 } from '../tags/images.ts'
import type { PictureBytes } from './track-task.ts'

/** Pictures by their sum: uploaded ones that wait to be embedded, and those that changes took out of files. */
export interface Pictures {
  /** Stores an upload. Throws NOT_A_PICTURE. */
  upload(data: Uint8Array): StoredPicture
  keep(picture: PictureBytes): void
  get(sha: string): PictureBytes | undefined
}

/** `budget` in bytes: when the pictures exceed it, those not used for the longest time go. */
export function createPictures(database: DatabaseSync, budget: number): Pictures {
  const insert = database.prepare(
    'INSERT INTO picture (sha256, mime, width, height, bytes, used) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET used = excluded.used',
  )
  const select = database.prepare('SELECT sha256, mime, width, height, bytes AS data FROM picture WHERE sha256 = ?')
  const touch = database.prepare('UPDATE picture SET used = ? WHERE sha256 = ?')
  const sizes = database.prepare('SELECT sha256, length(bytes) AS size FROM picture ORDER BY used DESC')
  const drop = database.prepare('DELETE FROM picture WHERE sha256 = ?')
  const latest = database.prepare('SELECT coalesce(max(used), 0) AS used FROM picture').get()
  let clock = Number(latest?.used)

  function keep({ sha256: sha, mime, width, height, data }: PictureBytes): void {
    insert.run(sha, mime, width, height, data, ++clock)
    let total = 0
    for (const row of sizes.all()) {
      total += Number(row.size)
      if (total > budget && row.sha256 !== sha) drop.run(row.sha256 as string)
    }
  }

  return {
    keep,
    upload(data) {
      const info = demandImage(data)
      const sum = sha256(data)
      keep({ sha256: sum, ...info, data })
      return { sha256: sum, ...info, bytes: data.length }
    },
    get(sha) {
      const row = select.get(sha)
      if (!row) return undefined
      touch.run(++clock, sha)
      return row as unknown as PictureBytes
    },
  }
}

/** Those of the sums that are stored, each once. */
export function storedPictures(pictures: Pictures, sums: readonly string[]): PictureBytes[] {
  return [...new Set(sums)].flatMap(sum => pictures.get(sum) ?? [])
}
