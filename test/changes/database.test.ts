import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openDatabase } from '../../src/changes/database.ts'
import { createHistory } from '../../src/changes/history.ts'
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

/** The tables as version 1 made them. */
const version1 = `
  CREATE TABLE file (id INTEGER PRIMARY KEY, path TEXT UNIQUE, revision TEXT, state INTEGER NOT NULL) STRICT;
  CREATE TABLE change (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, label TEXT NOT NULL, state TEXT NOT NULL,
    created_at TEXT NOT NULL, summary TEXT NOT NULL, bytes INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE change_file (
    change INTEGER NOT NULL REFERENCES change (seq) ON DELETE CASCADE, position INTEGER NOT NULL,
    file INTEGER NOT NULL REFERENCES file (id), entry TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0,
    toggle BLOB NOT NULL, from_state INTEGER NOT NULL, to_state INTEGER NOT NULL, PRIMARY KEY (change, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX change_file_file ON change_file (file);
  CREATE TABLE settled (journal TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE picture (
    sha256 TEXT PRIMARY KEY, mime TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, bytes BLOB NOT NULL, used INTEGER NOT NULL
  ) STRICT;
  PRAGMA user_version = 1;
`

test('a history of version 1 is taken over, with the ways that its renames went', t => {
  const stateDir = temporaryFolder(t)
  const old = new DatabaseSync(join(stateDir, 'state.sqlite'))
  old.exec(version1)
  const entry = (changes: object[]) => JSON.stringify({ path: 'A/a.mp3', status: 'applied', changes })
  const title = { kind: 'field', field: 'title', before: ['Old'], after: ['New'] }
  const renamed = { kind: 'path', field: 'path', before: ['A/a.mp3'], after: ['A/b.mp3'] }
  old.exec("INSERT INTO file VALUES (1, 'A/b.mp3', 'r', 3)")
  const change = old.prepare(
    "INSERT INTO change (id, label, state, created_at, summary) VALUES (?, '', 'applied', '', '{}')",
  )
  const file = old.prepare("INSERT INTO change_file VALUES (?, 0, 1, ?, ?, x'00', 2, 1)")
  for (const [i, [changes, undone]] of (
    [
      [[title], 0],
      [[title, renamed], 0],
      [[renamed], 1],
    ] as const
  ).entries()) {
    change.run(String(i))
    file.run(i + 1, entry([...changes]), undone)
  }
  old.close()

  const database = openDatabase(stateDir, assert.fail)
  const history = createHistory(database, 1000, 1 << 30)
  const ways = ['0', '1', '2'].map(id => history.files(id).map(({ kind, leftAt, place }) => [kind, leftAt, place]))
  assert.deepEqual(ways, [
    [['track', null, null]],
    [['track', 'A/b.mp3', 'A/a.mp3']],
    [['track', 'A/a.mp3', 'A/b.mp3']],
  ])
  database.close()
})
