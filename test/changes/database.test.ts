import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openDatabase } from '../../src/changes/database.ts'
import { temporaryFolder } from '../build-app.ts'

test('a state database that is damaged is set aside, and a new one takes its place', t => {
  const stateDir = temporaryFolder(t)
  writeFileSync(
    join(stateDir, 'state.sqlite'),
    'no database at all, but long enough to be read as the head of one. '.repeat(20),
  )
  const warnings: string[] = []
  openDatabase(stateDir, message => warnings.push(message)).close()
  assert.match(warnings.join(), /set aside/)
  assert.ok(readdirSync(stateDir).some(name => name.startsWith('state.sqlite.damaged-')))
  openDatabase(stateDir, message => warnings.push(message)).close()
  assert.equal(warnings.length, 1)
})

test('a state database of a newer version is refused and left as it is', t => {
  const stateDir = temporaryFolder(t)
  const database = new DatabaseSync(join(stateDir, 'state.sqlite'))
  database.exec('PRAGMA user_version = 999')
  database.close()
  assert.throws(() => openDatabase(stateDir, () => {}), /newer version/)
  assert.deepEqual(readdirSync(stateDir), ['state.sqlite'])
})
