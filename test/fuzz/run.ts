import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { caseOf, usualSeed } from './cases.ts'
import { families } from './seeds.ts'
import { tryAudio, tryFile } from './trial.ts'

/* The fuzz suite beyond what the tests do: `npm run fuzz -- --cases N --seed S`, or `--only FAMILY:INDEX` for one case again. */

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(usualSeed) },
    only: { type: 'string' },
    write: { type: 'string' },
  },
})
const seed = Number(values.seed)

/** The sentence of what went wrong, or null. */
async function failureOf(family: string, index: number): Promise<string | null> {
  const { name, bytes, audio } = caseOf(family, seed, index)
  if (values.write) writeFileSync(values.write, bytes)
  try {
    tryFile(name, bytes, audio)
    if (index % 10 === 0 || values.only) await tryAudio(name, bytes)
    return null
  } catch (error) {
    return error instanceof Error
      ? values.only
        ? String(error.stack)
        : (error.message.split('\n')[0] ?? '')
      : String(error)
  }
}

if (values.only) {
  const [, family = '', index = ''] = /^(.*):(\d+)$/.exec(values.only) ?? []
  console.log((await failureOf(family, Number(index))) ?? 'nothing wrong')
} else {
  const each = Math.ceil(Number(values.cases) / Object.keys(families).length)
  let failed = 0
  for (const family of Object.keys(families)) {
    const start = performance.now()
    for (let index = 0; index < each; index++) {
      const failure = await failureOf(family, index)
      if (failure === null) continue
      failed++
      process.exitCode = 1
      console.log(`--seed ${seed} --only "${family}:${index}" (${caseOf(family, seed, index).name}): ${failure}`)
    }
    console.log(`${family}: ${each} cases, ${((performance.now() - start) / 1000).toFixed(1)} s`)
  }
  console.log(failed === 0 ? 'nothing wrong' : `${failed} cases went wrong`)
}
