/** One writer per key at a time, in the order of asking. */
export interface Locks {
  /** Runs `task` when all earlier ones for any of `keys` are done. */
  with<T>(keys: readonly string[], task: () => Promise<T>): Promise<T>
}

export function createLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    async with(keys, task) {
      const mine = Promise.withResolvers<void>()
      // All keys are queued for at once, so two tasks that share several cannot wait for each other.
      const before = [...new Set(keys)].map(key => {
        const earlier = tails.get(key)
        const tail = (earlier ?? Promise.resolve()).then(() => mine.promise)
        tails.set(key, tail)
        void tail.then(() => {
          if (tails.get(key) === tail) tails.delete(key)
        })
        return earlier
      })
      try {
        await Promise.all(before)
        return await task()
      } finally {
        mine.resolve()
      }
    },
  }
}
