/** What a task wants for itself: one file or folder by its real path, or a folder with everything below it. */
export type Claim = string | { readonly below: string }

/** One writer per path at a time, in the order of asking. A claim on a folder with everything below it waits for those below, and they for it. */
export interface Locks {
  /** Runs `task` when all earlier ones with a claim in common with `claims` are done. */
  with<T>(claims: readonly Claim[], task: () => Promise<T>): Promise<T>
}

interface Holder {
  readonly claims: readonly Claim[]
  readonly done: Promise<void>
}

export function createLocks(): Locks {
  // Those that run or wait, in the order of asking: as many as there are lanes of running changes, so that looking at each is cheap.
  const holders = new Set<Holder>()
  return {
    async with(claims, task) {
      const mine = Promise.withResolvers<void>()
      // All claims are queued for at once, so two tasks that share several cannot wait for each other.
      const before = [...holders].filter(holder => overlap(holder.claims, claims)).map(({ done }) => done)
      const holder = { claims, done: mine.promise }
      holders.add(holder)
      try {
        await Promise.all(before)
        return await task()
      } finally {
        holders.delete(holder)
        mine.resolve()
      }
    },
  }
}

const overlap = (some: readonly Claim[], others: readonly Claim[]): boolean =>
  some.some(one => others.some(other => meet(one, other)))

function meet(one: Claim, other: Claim): boolean {
  const [a, b] = [pathOf(one), pathOf(other)]
  return a === b || (typeof one !== 'string' && isBelow(b, a)) || (typeof other !== 'string' && isBelow(a, b))
}

const pathOf = (claim: Claim): string => (typeof claim === 'string' ? claim : claim.below)

const isBelow = (path: string, folder: string): boolean => path.startsWith(folder === '/' ? folder : `${folder}/`)
