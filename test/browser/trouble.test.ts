import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import id3 from 'node-id3'
import { fieldOf, readTags, rowOf, sha256, visit } from './harness.ts'

const folder = 'Tin Orchard/Paper Weather'
const song = `${folder}/02 - Slow Bicycle.mp3`

test('a file that another program changed is a conflict that shows both, overwrites nothing and loses nothing', async t => {
  const { page, file } = await visit(t, { at: folder })
  await rowOf(page, 'Slow Bicycle').click()
  await fieldOf(page, 'Title').fill('Mine')
  assert.equal(id3.update({ title: 'Theirs' }, file(song)), true)
  const theirs = sha256(file(song))

  await page.keyboard.press('Control+s')
  const trouble = page.getByRole('alert')
  await trouble.getByText('Another program has changed this').waitFor()
  await page.getByText('On disk now:').waitFor()
  assert.equal(await page.locator('.overtaken q').textContent(), 'Theirs')
  assert.equal(await fieldOf(page, 'Title').inputValue(), 'Mine')
  assert.equal(sha256(file(song)), theirs)

  await trouble.getByRole('button', { name: 'Save mine' }).click()
  await page.getByText('No unsaved edits').waitFor()
  assert.equal((await readTags(file(song))).common.title, 'Mine')
})

test('an undo that would overwrite a later value shows both values and does not', async t => {
  const { page, file } = await visit(t, { at: folder })
  await rowOf(page, 'Slow Bicycle').click()
  await fieldOf(page, 'Title').fill('Mine')
  await page.keyboard.press('Control+s')
  await page.getByText('No unsaved edits').waitFor()
  assert.equal(id3.update({ title: 'Theirs' }, file(song)), true)

  await page.keyboard.press('Control+z')
  const outcome = page.getByRole('dialog', { name: 'Not undone' })
  await outcome.waitFor()
  assert.match((await outcome.locator('.both').textContent()) ?? '', /Theirs.*Mine/)
  assert.equal((await readTags(file(song))).common.title, 'Theirs')
  await outcome.getByRole('button', { name: 'Close' }).click()
})

test('edits outlive a server that is away, and are saved when it is back', async t => {
  const { page, file } = await visit(t, { at: folder })
  await rowOf(page, 'Slow Bicycle').click()
  await fieldOf(page, 'Title').fill('Patience')
  await page.route('**/api/v1/changes', route => route.abort())
  await page.keyboard.press('Control+s')
  const trouble = page.getByRole('alert')
  await trouble.getByText('The server does not answer').waitFor()
  assert.equal(await fieldOf(page, 'Title').inputValue(), 'Patience')
  await page.unroute('**/api/v1/changes')
  await trouble.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('No unsaved edits').waitFor()
  assert.equal((await readTags(file(song))).common.title, 'Patience')
})

test('unsaved edits are asked about before the choice moves on', async t => {
  const { page, file } = await visit(t, { at: folder })
  await rowOf(page, 'Slow Bicycle').click()
  await fieldOf(page, 'Title').fill('Not yet')
  await rowOf(page, 'Letters').click()
  const question = page.getByRole('dialog', { name: 'Unsaved edits' })
  await question.getByRole('button', { name: 'Keep editing' }).click()
  assert.equal(await fieldOf(page, 'Title').inputValue(), 'Not yet')
  await rowOf(page, 'Letters').click()
  await question.getByRole('button', { name: 'Save' }).click()
  await rowOf(page, 'Not yet').waitFor()
  await page.getByLabel('File name').waitFor()
  assert.equal(await page.getByLabel('File name').inputValue(), '05 - Letters to the Rain.mp3')
  assert.equal((await readTags(file(song))).common.title, 'Not yet')
})

test('edits discarded by mistake can be brought back', async t => {
  const { page } = await visit(t, { at: folder })
  await rowOf(page, 'Slow Bicycle').click()
  await fieldOf(page, 'Title').fill('One')
  await fieldOf(page, 'Album').fill('Two')
  await page.getByRole('button', { name: 'Revert' }).click()
  assert.equal(await fieldOf(page, 'Title').inputValue(), 'Slow Bicycle')
  await page.getByRole('button', { name: 'Bring back' }).click()
  assert.equal(await fieldOf(page, 'Title').inputValue(), 'One')
  await fieldOf(page, 'Title').press('Escape')
  assert.equal(await fieldOf(page, 'Title').inputValue(), 'Slow Bicycle')
  assert.equal(await fieldOf(page, 'Album').inputValue(), 'Two')
})

test('a file that is gone is said to be gone', async t => {
  const { page, file } = await visit(t, { at: folder })
  await rowOf(page, 'Slow Bicycle').click()
  await fieldOf(page, 'Title').fill('Too late')
  rmSync(file(song))
  await page.keyboard.press('Control+s')
  await page.getByRole('alert').getByText('Not saved').waitFor()
  assert.equal(await fieldOf(page, 'Title').inputValue(), 'Too late')
})

test('a tag value is text, whatever it looks like', async t => {
  const { page, file } = await visit(t, { at: folder })
  const markup = '<img src=x onerror="document.title=1"><b>&amp;</b>'
  id3.update({ title: markup, artist: markup }, file(song))
  await page.reload()
  await rowOf(page, markup).click()
  assert.equal(await fieldOf(page, 'Title').inputValue(), markup)
  assert.equal(await page.title(), 'Paper Weather · Metadata Remote')
})
