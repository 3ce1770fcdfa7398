import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caseOf, usualSeed } from './cases.ts'
import { cutEverywhere } from './mutations.ts'
import { families } from './seeds.ts'
import { tryAudio, tryFile } from './trial.ts'

/* Law 7: a hostile file costs bounded time and memory, and never the process; and it is not harmed. See run.ts for more of it. */

const casesEach = 2000

for (const [family, seeds] of Object.entries(families)) {
  test(`${family}: files as they should be are opened, edited and turned back`, () => {
    for (const { name, bytes, audio } of seeds) assert.equal(tryFile(name, bytes, audio), 'edited', name)
  })

  test(`${family}: files cut short anywhere are read or refused, and what is edited can be turned back`, () => {
    for (const { name, bytes, audio } of seeds) {
      for (const cut of cutEverywhere(bytes)) again(`${name} cut at ${cut.length}`, () => tryFile(name, cut, audio))
    }
  })

  test(`${family}: ${casesEach} hostile files are read or refused, and what is edited can be turned back`, async () => {
    const verdicts = { 'not opened': 0, 'not edited': 0, edited: 0 }
    for (let index = 0; index < casesEach; index++) {
      const { name, bytes, audio, again: how } = caseOf(family, usualSeed, index)
      verdicts[again(how, () => tryFile(name, bytes, audio))]++
      if (index % 10 === 0) await tryAudio(name, bytes)
    }
    // Wrongs that every codec refuses at once would prove little.
    assert.ok(verdicts.edited > casesEach / 8 && verdicts['not opened'] > casesEach / 8, JSON.stringify(verdicts))
  })
}

function again<T>(how: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new Error(how, { cause: error })
  }
}
