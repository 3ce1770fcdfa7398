import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually, fieldOf, readTags, rowOf, visit } from './harness.ts'

const folder = 'Tin Orchard/Paper Weather'

test('a track is found, edited, saved and the edit undone by keys alone', async t => {
  const { page, file } = await visit(t)
  const focused = (selector: string) => page.locator(`${selector}:focus`).waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await focused('[role=tree]')
  await page.keyboard.press('t')
  await page.keyboard.press('ArrowRight')
  await page.getByRole('treeitem', { name: 'Paper Weather' }).waitFor()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await rowOf(page, 'Slow Bicycle').waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await focused('[role=grid]')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.getByLabel('File name').waitFor()
  await page.keyboard.press('Enter')
  await focused('#field-title')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('By keys')
  await page.keyboard.press('Enter')
  await rowOf(page, 'By keys').waitFor()
  await page.getByText('No unsaved edits').waitFor()
  await page.keyboard.press('Escape')
  await focused('[role=grid]')
  await page.keyboard.press('Control+z')
  await rowOf(page, 'Slow Bicycle').waitFor()
  assert.equal((await readTags(file(`${folder}/02 - Slow Bicycle.mp3`))).common.title, 'Slow Bicycle')
})

test('when folders are renamed, deleted and brought back, the tree and what is shown follow', async t => {
  const { page, url } = await visit(t)
  const change = async (name: string, edit: object) => {
    const body = JSON.stringify({ target: { folder: name }, edits: [edit] })
    await fetch(`${url}api/v1/changes`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  }
  await change('Otto Farrow', { op: 'delete' })
  await change(folder, { op: 'rename', to: 'Paper Weather (2019)' })
  await page.goto(`${url}#${encodeURIComponent('Tin Orchard')}/${encodeURIComponent('Paper Weather (2019)')}`)
  await page.reload()
  await rowOf(page, 'Slow Bicycle').click()

  await page.keyboard.press('Control+z')
  await page.getByRole('treeitem', { name: /^Paper Weather(?! \()/ }).waitFor()
  await rowOf(page, 'Slow Bicycle').waitFor()
  assert.equal(await page.getByRole('treeitem', { name: 'Paper Weather (2019)' }).count(), 0)
  assert.ok(decodeURIComponent(page.url()).includes(`#${folder}`))
  await page.getByLabel('File name').waitFor()

  await page.keyboard.press('Control+z')
  await page.getByRole('treeitem', { name: 'Otto Farrow' }).waitFor()
})

test('Back returns to the folder and to what was chosen there, and a bookmark opens both', async t => {
  const { page } = await visit(t, { at: folder })
  await rowOf(page, 'Slow Bicycle').click()
  await fieldOf(page, 'Title').waitFor()
  const bookmark = page.url()
  await page.getByRole('treeitem', { name: 'Otto Farrow' }).click()
  await page.getByRole('treeitem', { name: 'Sketches' }).click()
  await rowOf(page, 'Window Seat').waitFor()
  await page.goBack()
  await page.goBack()
  await rowOf(page, 'Slow Bicycle').waitFor()
  assert.equal(await fieldOf(page, 'Title').inputValue(), 'Slow Bicycle')
  await page.goto('about:blank')
  await page.goto(bookmark)
  await fieldOf(page, 'Title').waitFor()
  assert.equal(await fieldOf(page, 'Title').inputValue(), 'Slow Bicycle')
})

test('all tracks below a folder are listed together when asked for', async t => {
  const { page } = await visit(t)
  await page.getByRole('checkbox', { name: 'With subfolders' }).check()
  await page.getByText('26 tracks').waitFor()
  await rowOf(page, 'Slow Bicycle').waitFor()
})

test('a chosen theme is remembered', async t => {
  const { page } = await visit(t)
  const scheme = () => page.evaluate('getComputedStyle(document.documentElement).colorScheme')
  assert.equal(await scheme(), 'light dark')
  await page.getByRole('button', { name: 'Theme: as the system' }).click()
  await page.getByRole('button', { name: 'Theme: light' }).click()
  await page.getByRole('button', { name: 'Theme: dark' }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: 'Theme: dark' }).waitFor()
  assert.equal(await scheme(), 'dark')
})

test('five thousand tracks are listed, scrolled and chosen with few rows in the page', async t => {
  const { page, url } = await visit(t)
  const made = (i: number) => ({
    path: `Many/${i}.mp3`,
    name: `${i}.mp3`,
    revision: String(i),
    size: 1000,
    modified: '2026-01-01T00:00:00.000Z',
    writable: true,
    reason: null,
    audio: null,
    tags: { title: [`Song ${i}`], genre: ['Made'] },
    pictures: 0,
  })
  await page.route('**/api/v1/tracks*', route => {
    const cursor = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0)
    const items = Array.from({ length: 1000 }, (_, i) => made(cursor + i))
    const nextCursor = cursor + 1000 < 5000 ? String(cursor + 1000) : null
    return route.fulfill({ json: { items, total: 5000, nextCursor } })
  })
  await page.goto(`${url}#Many`)
  await page.reload()
  await page.getByText(/^5,000 tracks/).waitFor()
  await rowOf(page, 'Song 0').first().click()
  await page.keyboard.press('End')
  await rowOf(page, 'Song 4999').waitFor()
  assert.ok((await page.getByRole('row').count()) < 150)
  await page.keyboard.press('Control+a')
  await page.getByText('5,000 selected').waitFor()
  await eventually(async () => (await fieldOf(page, 'Genre').inputValue()) === 'Made', 'the common genre is shown')
})
