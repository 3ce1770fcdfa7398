import { mutate } from './mutations.ts'
import { createRandom } from './random.ts'
import { allSeeds, families, type Seed } from './seeds.ts'

/** The seed that CI uses. Another finds other things. */
export const usualSeed = 20_260_101

export interface Case {
  readonly name: string
  readonly bytes: Buffer
  readonly audio: readonly Buffer[]
  /** What makes it again: `--seed S --only FAMILY:INDEX`. */
  readonly again: string
}

/** The mutant of a family with that number. */
export function caseOf(family: string, seed: number, index: number): Case {
  const seeds = families[family] as readonly Seed[]
  const random = createRandom(seed, Object.keys(families).indexOf(family), index)
  const ground = seeds[index % seeds.length] as Seed
  const donor = random.pick(random.once(3) ? allSeeds : seeds)
  return {
    name: ground.name,
    bytes: mutate(ground.bytes, random, donor.bytes),
    audio: ground.audio,
    again: `npm run fuzz -- --seed ${seed} --only "${family}:${index}"`,
  }
}
