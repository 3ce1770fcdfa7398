import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import staticFiles from '@fastify/static'
import fp from 'fastify-plugin'
import { CodedError } from '../errors.ts'

const root = join(import.meta.dirname, '..', '..')
const template = join(root, 'templates', 'index.html')
const manifest = join(root, 'static', 'dist', 'manifest.json')
/** Names that the build makes of the content: such a file never changes. */
const hashedName = /[/\\]dist[/\\][^/\\]+-[A-Z0-9]{8}\.\w+$/

/** The page and what it loads. Addresses in the page are relative, so that it works below any path of a proxy. */
export const userInterface = fp(
  async app => {
    await app.register(staticFiles, {
      root: join(root, 'static'),
      prefix: '/assets/',
      decorateReply: false,
      index: false,
      dotfiles: 'ignore',
      cacheControl: false,
      setHeaders(reply, path) {
        reply.header('Cache-Control', hashedName.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })

    app.get('/', async (_request, reply) => {
      reply.type('text/html; charset=utf-8').header('Cache-Control', 'no-cache')
      return renderPage(await readFile(template, 'utf8'), await readManifest())
    })
  },
  { name: 'interface', dependencies: ['problems'] },
)

/** Fills `{{main.js}}` with the name that the build gave to main.js. */
function renderPage(page: string, names: Record<string, string>): string {
  return page.replace(/\{\{([\w.-]+)\}\}/g, (_placeholder, asset: string) => names[asset] ?? '')
}

async function readManifest(): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(manifest, 'utf8'))
  } catch (cause) {
    throw new CodedError('INTERNAL', 'The interface has not been built; run "npm run prepare".', { cause })
  }
}
