/**
 * Builds the interface: `static/dist/` gets one script and one style sheet, named by their content so that they can be
 * cached for ever, and `manifest.json`, which says what they are called now. `--watch` builds again at every change.
 */
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type BuildOptions, context, type Metafile, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'static', 'dist')
const entries = { 'main.js': 'src/web/main.tsx', 'main.css': 'static/css/main.css' }

const options: BuildOptions = {
  absWorkingDir: root,
  entryPoints: Object.values(entries),
  entryNames: '[name]-[hash]',
  outdir: dist,
  bundle: true,
  format: 'esm',
  target: ['chrome123', 'firefox121', 'safari17.5'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [publish()],
}

/** After each build: the manifest is replaced in one step, then what it no longer names is removed. */
function publish(): Plugin {
  return {
    name: 'publish',
    setup(build) {
      build.onEnd(async result => {
        if (result.errors.length > 0 || !result.metafile) return
        const manifest = manifestOf(result.metafile)
        await mkdir(dist, { recursive: true })
        const draft = join(dist, '.manifest.json')
        await writeFile(draft, `${JSON.stringify(manifest, null, 2)}\n`)
        await rename(draft, join(dist, 'manifest.json'))
        const kept = new Set([...Object.values(manifest), 'manifest.json'])
        for (const name of await readdir(dist)) if (!kept.has(name)) await rm(join(dist, name), { force: true })
      })
    },
  }
}

function manifestOf(metafile: Metafile): Record<string, string> {
  const outputs = Object.entries(metafile.outputs)
  return Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => {
      const output = outputs.find(([, { entryPoint }]) => entryPoint === entry)
      if (!output) throw new Error(`The build made nothing of ${entry}`)
      return [name, basename(output[0])]
    }),
  )
}

const builder = await context(options)
if (process.argv.includes('--watch')) await builder.watch()
else {
  try {
    await builder.rebuild()
  } catch {
    // esbuild has already printed what is wrong
    process.exitCode = 1
  }
  await builder.dispose()
}
