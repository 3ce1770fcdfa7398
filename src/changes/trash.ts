import { type Emptied, trashName } from '../files/trash.ts'
import { absolute, joinPath, type LibraryPath } from '../library/paths.ts'
import type { Pool } from '../workers/pool.ts'

export interface TrashDependencies {
  readonly root: Buffer
  readonly pool: Pick<Pool, 'run'>
  /** How long deleted files are kept (days); null keeps them until a person removes them. */
  readonly days: number | null
  info(detail: object, message: string): void
  warn(detail: object, message: string): void
}

/** Empties the trash of what is too old: once when asked, and every day from then on. */
export interface Trash {
  /** Makes a trash known, by the folder that holds it: each file system that is mounted in the library may have one. */
  add(top: LibraryPath): void
  /** Looks now, and every day. Resolves when the first look is done. */
  start(): Promise<void>
  /** Ends that; resolves when the step that is running is done. */
  close(): Promise<void>
}

const day = 24 * 60 * 60 * 1000
/** Entries that are removed in one go, while a thread of the pool has nothing else to do. */
const step = 500

export function createTrash({ root, pool, days, info, warn }: TrashDependencies): Trash {
  const tops = new Set<LibraryPath>(['' as LibraryPath])
  let timer: NodeJS.Timeout | null = null
  let closed = false
  let looking: Promise<void> = Promise.resolve()

  async function look(keep: number): Promise<void> {
    for (const top of tops) {
      const before = Date.now() - keep * day
      const total = { removed: 0, failed: 0 }
      for (let more = true; more && !closed; ) {
        const emptied: Emptied = await pool.run('emptyTrash', { root, top, before, limit: step })
        total.removed += emptied.removed
        total.failed += emptied.failed
        more = emptied.more && emptied.removed > 0
      }
      if (total.removed > 0) info({ folder: top, removed: total.removed }, 'the trash was emptied of what was too old')
      if (total.failed > 0) warn({ folder: top, failed: total.failed }, 'the trash could not be emptied altogether')
    }
  }

  function begin(keep: number): Promise<void> {
    looking = look(keep).catch(error => warn({ err: error }, 'the trash could not be emptied'))
    return looking
  }

  return {
    add: top => void tops.add(top),
    async start() {
      if (days === null || closed) return
      timer = setInterval(() => void begin(days), day)
      timer.unref()
      await begin(days)
    },
    async close() {
      closed = true
      if (timer) clearInterval(timer)
      await looking
    },
  }
}

/** Absolute bytes of the trash that a folder holds. */
export const trashOf = (root: Buffer, top: LibraryPath): Buffer => absolute(root, joinPath(top, trashName))
