import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Change, Edit } from '../../src/schemas/change.ts'
import { makeMp3, textFrame } from '../make-audio.ts'
import { type MusicLibrary, openLibrary } from '../music-library.ts'

/* Law 3 for trees: whatever is edited, renamed, moved, deleted and made, undone it is the tree that it was, name for name and byte for byte. */

/** One step by numbers, which choose among what is there when its turn comes. */
interface Move {
  readonly kind: 'tag' | 'rename' | 'move' | 'delete' | 'renameFolder' | 'moveFolder' | 'deleteFolder' | 'createFolder'
  readonly what: number
  readonly where: number
  readonly name: string
}

const moves = fc.array(
  fc.record({
    kind: fc.constantFrom<Move['kind']>(
      ...(['tag', 'tag', 'rename', 'move', 'move', 'delete'] as const),
      ...(['renameFolder', 'moveFolder', 'deleteFolder', 'createFolder'] as const),
    ),
    what: fc.nat(50),
    where: fc.nat(50),
    name: fc.constantFrom('a', 'b', 'Song', 'New', 'Live', 'é'),
  }),
  { minLength: 2, maxLength: 9 },
)

const files = [
  'a.mp3',
  'A/Song.mp3',
  'A/Song.lrc',
  'A/b.mp3',
  'A/B/c.mp3',
  'A/B/cover.jpg',
  'C/Song.mp3',
  'C/Song.aac',
  'C/Song.cue',
]

/** A tree of its own in the library, below a folder that no step touches. */
function plant(library: MusicLibrary): string {
  const top = mkdtempSync(join(library.root, 'tree-'))
  mkdirSync(join(top, 'Empty'))
  for (const path of files) {
    const bytes = /mp3$/.test(path)
      ? makeMp3({ id3v2: { version: 4, frames: [textFrame('TIT2', `Title of ${path}`)], padding: path.length * 20 } })
      : Buffer.from(path)
    mkdirSync(dirname(join(top, path)), { recursive: true })
    writeFileSync(join(top, path), bytes)
  }
  return top.slice(library.root.length + 1)
}

type Tree = Record<string, string>
/** No two edits give the same value: one that is there already is no change. */
let values = 0

/** Every entry with its bytes, and the time of files that keep it. */
function treeOf(library: MusicLibrary, top: string, timed: (ino: bigint) => boolean): Tree {
  const root = join(library.root, top)
  const entries = readdirSync(root, { recursive: true }).map(String).sort()
  return Object.fromEntries(
    entries.map(path => {
      const stats = lstatSync(join(root, path), { bigint: true })
      if (stats.isDirectory()) return [path, 'folder']
      const time = timed(stats.ino) ? String(stats.mtimeNs) : ''
      return [path, `${readFileSync(join(root, path)).toString('base64')} ${time}`]
    }),
  )
}

async function make(library: MusicLibrary, top: string, move: Move): Promise<Change | null> {
  const { kind, what, where, name } = move
  const entries = readdirSync(join(library.root, top), { recursive: true, withFileTypes: true })
  const pathOf = (entry: { parentPath: string; name: string }) =>
    join(entry.parentPath, entry.name).slice(library.root.length + 1)
  const tracks = entries.filter(entry => /\.(mp3|aac)$/.test(entry.name)).map(pathOf)
  const folders = entries.filter(entry => entry.isDirectory()).map(pathOf)
  const track = tracks[what % Math.max(1, tracks.length)]
  const folder = folders[what % Math.max(1, folders.length)]
  const all = [top, ...folders]
  const target = where % 3 === 0 ? `${all[where % all.length]}/${name}` : (all[where % all.length] as string)
  const onTrack = (...edits: Edit[]) => (track === undefined ? null : { target: { paths: [track] }, edits })
  const onFolder = (...edits: Edit[]) => (folder === undefined ? null : { target: { folder }, edits })
  const bodies = {
    tag: () => onTrack({ op: 'set', field: 'title', values: [`${name} ${++values}`.repeat(1 + where)] }),
    rename: () => onTrack({ op: 'rename', to: name }, { op: 'set', field: 'album', values: [name] }),
    move: () =>
      where % 2
        ? onTrack({ op: 'move', to: target })
        : { target: { paths: tracks.slice(0, 1 + (what % 3)) }, edits: [{ op: 'move', to: target } satisfies Edit] },
    delete: () => onTrack({ op: 'delete' }),
    renameFolder: () => onFolder({ op: 'rename', to: name }),
    moveFolder: () => onFolder({ op: 'move', to: target }),
    deleteFolder: () => onFolder({ op: 'delete' }),
    createFolder: () => onFolder({ op: 'createFolder', name }),
  } as const
  const body = bodies[kind]()
  if (!body || ('paths' in body.target && body.target.paths.length === 0)) return null
  const change = await library.change(body)
  return change.id === undefined ? null : change
}

test('whatever was done to files and folders, undone from the newest to the oldest it is the same tree, and redone the other', async t => {
  const library = await openLibrary(t)
  await fc.assert(
    fc.asyncProperty(moves, async list => {
      const top = plant(library)
      const anyTime = () => false
      const trees = [treeOf(library, top, anyTime)]
      const ids: string[] = []
      for (const move of list) {
        const change = await make(library, top, move)
        if (!change) continue
        ids.push(change.id ?? '')
        trees.push(treeOf(library, top, anyTime))
      }
      for (const [i, id] of [...ids.entries()].reverse()) {
        const undone = await library.undo(id)
        assert.equal(undone.state, 'undone', JSON.stringify(undone.files))
        assert.deepEqual(treeOf(library, top, anyTime), trees[i], `tree ${i} on the way back`)
      }
      for (const [i, id] of ids.entries()) {
        const redone = await library.redo(id)
        assert.equal(redone.state, 'applied', JSON.stringify(redone.files))
        assert.deepEqual(treeOf(library, top, anyTime), trees[i + 1], `tree ${i + 1} on the way forward`)
      }
    }),
    { numRuns: 60 },
  )
})

test('undone in any order, as each can be, it is the same tree with the same values, and what was only moved has its bytes and time', async t => {
  const library = await openLibrary(t)
  await fc.assert(
    fc.asyncProperty(moves, fc.infiniteStream(fc.nat(1000)), async (list, dice) => {
      const top = plant(library)
      const inodes = new Map(
        files.map(path => [lstatSync(join(library.root, top, path), { bigint: true }).ino, path] as const),
      )
      const before = treeOf(library, top, () => true)
      const tagsOf = async () =>
        (
          (await library.get('/tracks', { path: top, recursive: 'true' })).body.items as {
            path: string
            tags: unknown
          }[]
        ).map(({ path, tags }) => [path, tags])
      const tags = await tagsOf()
      let left: string[] = []
      for (const move of list) left.push((await make(library, top, move))?.id ?? '')
      left = left.filter(id => id !== '')
      const said: string[] = []
      while (left.length > 0) {
        const order = left.map(id => ({ id, at: dice.next().value ?? 0 })).sort((a, b) => a.at - b.at)
        const still: string[] = []
        for (const { id } of order) {
          const { state, files: found } = await library.undo(id)
          if (state === 'undone') continue
          still.push(id)
          said.push(...found.map(({ path, status, error }) => `${path} ${status} ${error?.code}`))
        }
        assert.ok(still.length < left.length, said.join('\n'))
        left = still
      }
      const after = treeOf(library, top, () => true)
      assert.deepEqual(Object.keys(after), Object.keys(before), said.join('\n'))
      assert.deepEqual(await tagsOf(), tags)
      for (const [ino, path] of inodes) {
        // A file that got new bytes on the way is another inode, or has another time.
        const now = lstatSync(join(library.root, top, path), { bigint: true })
        if (now.ino === ino && !path.endsWith('.mp3')) assert.equal(after[path], before[path], path)
      }
    }),
    { numRuns: 60 },
  )
})
