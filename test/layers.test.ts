import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, test } from 'node:test'

/**
 * What each part of src may import, besides itself. Parts nearer the top use those below, never the other way round:
 * what is missing in a row is forbidden. `types` may be imported as types only.
 */
const layers: Record<string, { imports: string[]; types?: string[] }> = {
  'main.ts': { imports: ['app.ts', 'config.ts', 'library'] },
  'app.ts': {
    imports: [
      'config.ts',
      'plugins',
      'routes',
      'changes',
      'library',
      'suggest',
      'tags',
      'files',
      'workers',
      'errors.ts',
    ],
  },
  routes: {
    imports: [
      'plugins',
      'changes',
      'catalogue',
      'csv',
      'library',
      'suggest',
      'workers',
      'tags',
      'schemas',
      'errors.ts',
      'version.ts',
    ],
    types: ['config.ts'],
  },
  plugins: { imports: ['service.ts', 'schemas', 'errors.ts', 'version.ts'], types: ['config.ts'] },
  'service.ts': { imports: ['changes', 'catalogue', 'library', 'files', 'workers', 'schemas'], types: ['config.ts'] },
  workers: {
    imports: ['changes', 'catalogue', 'library', 'tags', 'files', 'schemas', 'errors.ts'],
    types: ['config.ts'],
  },
  changes: {
    imports: ['catalogue', 'library', 'tags', 'files', 'schemas', 'errors.ts'],
    types: ['config.ts', 'workers'],
  },
  catalogue: { imports: ['library', 'tags', 'schemas', 'errors.ts'], types: ['config.ts'] },
  csv: { imports: ['library', 'tags', 'schemas', 'errors.ts'] },
  library: { imports: ['tags', 'files', 'schemas', 'errors.ts'], types: ['config.ts', 'workers', 'catalogue'] },
  suggest: { imports: ['library', 'tags', 'schemas', 'errors.ts'], types: ['config.ts'] },
  tags: { imports: ['files', 'schemas', 'errors.ts'] },
  files: { imports: ['errors.ts'] },
  web: { imports: ['schemas/picture.ts'], types: ['schemas'] },
  schemas: { imports: [] },
  'config.ts': { imports: [] },
  'errors.ts': { imports: [] },
  'version.ts': { imports: [] },
}

const src = join(import.meta.dirname, '..', 'src')
const modules = globSync('**/*.{ts,tsx}', { cwd: src }).map(file => {
  const path = file.replaceAll('\\', '/')
  return { path, text: withoutComments(readFileSync(join(src, path), 'utf8')) }
})

describe('imports point down the layers', () => {
  for (const { path, text } of modules) {
    test(path, () => {
      const allowed = layers[partOf(path)]
      assert.ok(allowed, `${partOf(path)} has no row in the table of layers`)
      for (const { target, typesOnly } of localImports(path, text)) {
        const permitted: string[] = [partOf(path), ...allowed.imports, ...(typesOnly ? (allowed.types ?? []) : [])]
        assert.ok(
          permitted.includes(partOf(target)) || permitted.includes(target),
          `${path} must not import ${target}${typesOnly ? '' : ', unless as a type where the table says so'}`,
        )
      }
    })
  }
})

/** Things that only one place does. */
const privileges: { what: string; pattern: RegExp; only: RegExp }[] = [
  { what: 'reads the environment', pattern: /\bprocess\.env\b/, only: /^main\.ts$/ },
  { what: 'ends the process', pattern: /\bprocess\.(?:exit|abort|kill)\b|\bprocess\.exitCode\b/, only: /^main\.ts$/ },
  { what: 'listens', pattern: /\.listen\(/, only: /^main\.ts$/ },
  {
    what: 'changes files',
    pattern:
      /\b(?:write|writev|writeFile|appendFile|truncate|ftruncate|rename|copyFile|unlink|link|symlink|chown|fchown|lchown|chmod|fchmod|utimes|futimes|createWriteStream|cp|rm|rmdir|mkdir|mkdtemp)(?:Sync)?\(/,
    only: /^files\//,
  },
]
/** Files of our own, never those of the library: the demo copy, the folder of the history, a damaged history set aside, and a catalogue thrown away. */
const ownFiles = new Set(['library/demo.ts', 'config.ts', 'changes/database.ts', 'catalogue/database.ts'])

for (const { what, pattern, only } of privileges) {
  test(`only ${only.source} ${what}`, () => {
    const offenders = modules
      .filter(({ path }) => !only.test(path) && !path.startsWith('web/') && !ownFiles.has(path))
      .flatMap(({ path, text }) => {
        const found = pattern.exec(text)
        return found && (what !== 'changes files' || importsFileSystem(text)) ? [`${path}: ${found[0]}`] : []
      })
    assert.deepEqual(offenders, [])
  })
}

for (const entry of ['workers/tasks.ts', 'workers/catalogue-tasks.ts']) {
  test(`the threads that start with ${entry} load no schema: TypeBox would cost each of them more memory than all their own code`, () => {
    const texts = new Map(modules.map(({ path, text }) => [path, text]))
    const loaded = new Set([entry])
    for (const path of loaded) {
      const text = texts.get(path) ?? ''
      assert.doesNotMatch(text, /\bimport\s+(?!type\b)[^'"`;]*['"]typebox/, path)
      // A type among braces is no type import: the module is loaded all the same.
      const lasting = text.replace(/\b(?:import|export)\s+type\b[^;'"]*?from\s*['"][^'"]+['"]/g, '')
      for (const { target } of localImports(path, lasting)) loaded.add(target)
    }
  })
}

/** The folder directly below src, or the file itself. */
function partOf(path: string): string {
  return path.split('/', 1)[0] ?? ''
}

function localImports(path: string, text: string) {
  const statements = text.matchAll(/\b(?:import|export)\b([^'"`;()]*?)\bfrom\s*['"](\.[^'"]+)['"]/g)
  const bare = text.matchAll(/\bimport\s*(\(?)\s*['"](\.[^'"]+)['"]/g)
  return [
    ...[...statements].map(([, names = '', target = '']) => ({ target, typesOnly: isTypeOnly(names) })),
    ...[...bare].map(([, , target = '']) => ({ target, typesOnly: false })),
  ].map(({ target, typesOnly }) => ({ target: posix.normalize(posix.join(posix.dirname(path), target)), typesOnly }))
}

/** `import type { A }`, or braces in which every name is a type. */
function isTypeOnly(names: string): boolean {
  if (/^\s*type\b/.test(names)) return true
  const inner = /^\s*\{([^}]*)\}\s*$/.exec(names)?.[1]
  const listed = inner?.split(',').map(name => name.trim())
  return listed?.every(name => name === '' || name.startsWith('type ')) ?? false
}

function importsFileSystem(text: string): boolean {
  return /from 'node:fs(?:\/promises)?'/.test(text)
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
