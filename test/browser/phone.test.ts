import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldOf, readTags, rowOf, sha256, visit } from './harness.ts'

const song = 'Tin Orchard/Paper Weather/02 - Slow Bicycle.mp3'

test('on a phone a track is found, edited, saved and undone by touch', async t => {
  const { page, file } = await visit(t, { phone: true })
  const original = sha256(file(song))
  await page.getByRole('main').getByRole('button', { name: 'Tin Orchard' }).tap()
  await page.getByRole('main').getByRole('button', { name: 'Paper Weather' }).tap()
  await rowOf(page, 'Slow Bicycle').tap()
  await fieldOf(page, 'Title').tap()
  await fieldOf(page, 'Title').fill('Touched')
  await page.getByRole('button', { name: 'Save' }).tap()
  await page.getByText('No unsaved edits').waitFor()
  assert.equal((await readTags(file(song))).common.title, 'Touched')

  await page.getByRole('button', { name: 'History' }).last().tap()
  await page.locator('.entry').getByRole('button', { name: /^Undo/ }).tap()
  await page.locator('.entry[data-state=undone]').waitFor()
  assert.equal(sha256(file(song)), original)

  await page.goBack()
  assert.equal(await fieldOf(page, 'Title').isVisible(), true)
  await page.goBack()
  assert.equal(await rowOf(page, 'Slow Bicycle').isVisible(), true)
})

test('on a phone several tracks are ticked and edited together', async t => {
  const { page, file } = await visit(t, { phone: true, at: 'Tin Orchard/Paper Weather' })
  await page.locator('.track-row[data-index] .cell-check').nth(0).tap()
  await page.locator('.track-row[data-index] .cell-check').nth(1).tap()
  await page.getByText('2 selected').waitFor()
  await page.getByRole('navigation').getByRole('button', { name: 'Edit' }).tap()
  await fieldOf(page, 'Genre').fill('Pocket')
  await page.getByRole('button', { name: 'Review…' }).tap()
  await page.getByRole('button', { name: 'Apply to 2 files' }).tap()
  await page.getByText('No unsaved edits').waitFor()
  assert.deepEqual((await readTags(file(song))).common.genre, ['Pocket'])
})

test('on a phone nothing to touch is smaller than 44 pixels, and nothing is wider than the screen', async t => {
  const { page } = await visit(t, { phone: true, at: 'Tin Orchard/Paper Weather' })
  const small = () =>
    page.evaluate(() =>
      [
        ...document.querySelectorAll(
          'button, input:not([type=checkbox]), select, textarea, summary, label.check, [role=treeitem]',
        ),
      ]
        .filter(element => element.checkVisibility() && !element.closest('dialog:not([open])'))
        .filter(element => element.getBoundingClientRect().height < 43.5)
        .map(element => element.outerHTML),
    )
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  await rowOf(page, 'Slow Bicycle').tap()
  await page.locator('.frame img').waitFor()
  for (const pane of ['Folders', 'Tracks', 'Edit', 'History']) {
    await page.getByRole('navigation').getByRole('button', { name: pane }).last().tap()
    assert.deepEqual(await small(), [], pane)
    assert.ok((await overflow()) <= 0, pane)
  }
})
