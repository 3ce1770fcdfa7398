import type { FastifyInstance } from 'fastify'
import type { ServiceEvent } from '../../src/schemas/event.ts'
import type { MusicLibrary } from '../music-library.ts'

export type Changed = Extract<ServiceEvent, { type: 'library.changed' }>

export interface Listener {
  readonly events: ServiceEvent[]
  /** The first event, also of those that have come already, that is so. */
  heard(isIt: (event: ServiceEvent) => boolean): Promise<ServiceEvent>
  /** The first news of the library that is so. */
  changed(isIt: (event: Changed) => boolean): Promise<Changed>
}

/** Listens to what the service tells. */
export function listenTo(app: FastifyInstance): Listener {
  const events: ServiceEvent[] = []
  const waiting = new Set<() => void>()
  app.service.subscribe(event => {
    events.push(event)
    for (const look of waiting) look()
  })
  const heard: Listener['heard'] = isIt =>
    new Promise(resolve => {
      const look = (): void => {
        const found = events.find(isIt)
        if (!found) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return {
    events,
    heard,
    changed: async isIt => (await heard(event => event.type === 'library.changed' && isIt(event))) as Changed,
  }
}

/** Waits until something is so; the test's own limit ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(resolve => setTimeout(resolve, 20))
}

/** Paths of all tracks, as they are listed. */
export async function listed(library: MusicLibrary): Promise<string[]> {
  const { body } = await library.get('/tracks', { recursive: 'true', limit: '1000' })
  return body.items.map(({ path }: { path: string }) => path)
}

/** Waits until the first scan has come to its end. */
export const scanned = (library: MusicLibrary): Promise<void> => library.app.service.library.scan.start()
