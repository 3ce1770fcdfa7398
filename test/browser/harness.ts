import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import chromium from '@sparticuz/chromium'
import { type IAudioMetadata, parseFile } from 'music-metadata'
import { type Browser, type Locator, type Page, chromium as playwright } from 'playwright-core'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { copyDemo } from '../../src/library/demo.ts'
import { patient } from '../build-app.ts'

export interface Visit {
  readonly page: Page
  readonly url: string
  /** Absolute path of a file of the library. */
  readonly file: (path: string) => string
}

export interface Visitor {
  readonly scheme?: 'light' | 'dark'
  readonly phone?: boolean
  /** What the address says after the mark. */
  readonly at?: string
}

const limit = 30_000
let browser: Promise<Browser> | null = null

/** The real server on a fresh copy of the demo library, and a browser that has opened its page. */
export async function visit(
  t: TestContext,
  { scheme = 'light', phone = false, at = '' }: Visitor = {},
): Promise<Visit> {
  const demo = await copyDemo()
  t.after(() => demo.remove())
  const config = loadConfig({ MUSIC_DIR: demo.path, HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent', WORKERS: '1' })
  const app = await buildApp({ ...config, demo: true }, patient)
  t.after(() => app.close())
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/`

  browser ??= launch()
  const context = await (await browser).newContext({
    viewport: phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    hasTouch: phone,
    isMobile: phone,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(limit)
  const errors: string[] = []
  t.after(async () => {
    if (!t.passed) t.diagnostic(`${page.url()} said:\n${await page.locator('body').innerText()}`)
  })
  page.on('pageerror', error => errors.push(String(error)))
  page.on('console', message => {
    if (message.text().includes('Content Security Policy')) errors.push(message.text())
  })
  t.after(() => context.close())
  t.after(() => assert.deepEqual(errors, [], 'the page has thrown or broken its content security policy'))
  await page.goto(`${url}#${at.split('/').map(encodeURIComponent).join('/')}`)
  await page.locator('[role=treeitem]').nth(1).waitFor({ state: 'attached' })
  return { page, url, file: path => join(demo.path, path) }
}

after(async () => (await browser)?.close())

/** The row of a track, by words that are in it. */
export function rowOf(page: Page, words: string): Locator {
  return page.getByRole('grid').getByRole('row').filter({ hasText: words })
}

/** The first input of a field. */
export function fieldOf(page: Page, label: string): Locator {
  return page.locator('.edit').getByLabel(label, { exact: true })
}

/** Resolves when a condition of the world outside the page holds; fails when it does not within the limit. */
export async function eventually(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + limit
  while (!(await holds())) {
    if (Date.now() > end) assert.fail(`never came true: ${what}`)
    await new Promise(resolve => setImmediate(resolve))
  }
}

/** What an independent reader finds in a file. */
export function readTags(path: string): Promise<IAudioMetadata> {
  return parseFile(path)
}

export function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** A PNG of one colour. */
export function makePng(size: number, [red, green, blue]: readonly [number, number, number]): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  // eight bits a sample, true colour
  head.set([8, 2], 8)
  const line = Buffer.concat([Buffer.of(0), Buffer.concat(Array(size).fill(Buffer.of(red, green, blue)))])
  const pixels = deflateSync(Buffer.concat(Array(size).fill(line)))
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

/** What axe finds wrong with the page as it is, in words. */
export async function violations(page: Page): Promise<string[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(source)
  const found: { id: string; nodes: { html: string; failureSummary: string }[] }[] = await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then(result => result.violations)',
  )
  return found.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}\n${node.failureSummary}`))
}

/** In one process the browser dies with its first page, and without web security it is not what a person has. */
const unwanted = new Set(['--single-process', '--disable-web-security', '--allow-running-insecure-content'])

async function launch(): Promise<Browser> {
  const args = chromium.args.filter(flag => !unwanted.has(flag))
  return playwright.launch({ executablePath: await unpack(), args, headless: true })
}

/**
 * The browser unpacks itself into the temporary folder, where test files that run at once would trip over one another's
 * half-written program. So each unpacks aside and the first one done moves it into place.
 */
async function unpack(): Promise<string> {
  const place = join(tmpdir(), `metadata-remote-browser-${packedVersion()}`)
  const program = join(place, 'chromium')
  if (existsSync(program)) return program
  const usual = process.env.TMPDIR
  const aside = await mkdtemp(`${place}-`)
  process.env.TMPDIR = aside
  try {
    await chromium.executablePath()
  } finally {
    if (usual === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = usual
  }
  try {
    await rename(aside, place)
  } catch {
    await rm(aside, { recursive: true, force: true })
  }
  return program
}

function packedVersion(): string {
  const require = createRequire(import.meta.url)
  const path = join(require.resolve('@sparticuz/chromium'), '..', '..', 'package.json')
  return JSON.parse(readFileSync(path, 'utf8')).version
}
