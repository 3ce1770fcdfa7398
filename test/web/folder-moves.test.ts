import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChangeFile } from '../../src/schemas/change.ts'
import { folderMoves, folderToShow, movedPath } from '../../src/web/model/folder-moves.ts'

function change(field: 'folder' | 'path', from: string | null, to: string | null): ChangeFile {
  const one = (path: string | null) => (path === null ? [] : [path])
  const changes = [{ kind: 'path', field, before: one(from), after: one(to) }]
  return { path: from ?? to ?? '', status: 'applied', changes } as unknown as ChangeFile
}

test('what is in a folder that was moved goes with it, what only begins like it does not', () => {
  const moves = folderMoves([change('folder', 'A/B', 'C/D')])
  assert.equal(movedPath('A/B', moves), 'C/D')
  assert.equal(movedPath('A/B/1.mp3', moves), 'C/D/1.mp3')
  assert.equal(movedPath('A/Bx', moves), 'A/Bx')
  assert.equal(folderToShow('A/B/E', moves), 'C/D/E')
})

test('instead of a folder that is gone the nearest around it is shown', () => {
  const moves = folderMoves([
    change('folder', 'New/Deep/B', 'A/B'),
    change('folder', 'New', null),
    change('folder', 'New/Deep', null),
  ])
  assert.equal(folderToShow('New/Deep/B', moves), 'A/B')
  assert.equal(folderToShow('New/Deep', moves), '')
  assert.equal(folderToShow('A', moves), 'A')
})

test('a track that gets a new name in its folder changes no folder', () => {
  assert.equal(folderMoves([change('path', 'A/1.mp3', 'A/2.mp3')]).any, false)
  assert.equal(folderMoves([change('path', 'A/1.mp3', 'B/1.mp3')]).any, true)
  assert.equal(folderMoves([change('path', 'A/1.mp3', null)]).any, true)
})
