import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fieldOf, readTags, rowOf, sha256, visit } from './harness.ts'

const folder = 'Tin Orchard/Paper Weather'
const files = ['01 - Paper Weather.mp3', '02 - Slow Bicycle.mp3', '03 - The Orchard at Six.mp3']

test('several tracks show what they share, and change only after their plan was shown', async t => {
  const { page, file } = await visit(t, { at: folder })
  const originals = files.map(name => sha256(file(`${folder}/${name}`)))
  await page.getByRole('row').nth(1).click()
  await page
    .getByRole('row')
    .nth(3)
    .click({ modifiers: ['Shift'] })
  assert.equal(await fieldOf(page, 'Title').getAttribute('placeholder'), '‹several values›')
  assert.equal(await fieldOf(page, 'Album').inputValue(), 'Paper Weather')

  await fieldOf(page, 'Album artist').fill('The Tin Orchard')
  await page.getByRole('button', { name: 'Review…' }).click()
  const plan = page.getByRole('dialog', { name: 'Change 3 files?' })
  await plan.getByText('3 to change').waitFor()
  assert.equal(await plan.locator('.file-change').count(), 3)
  assert.equal(await plan.locator('ins', { hasText: 'The Tin Orchard' }).count(), 3)
  assert.deepEqual(
    files.map(name => sha256(file(`${folder}/${name}`))),
    originals,
    'a plan writes nothing',
  )

  await plan.getByRole('button', { name: 'Cancel' }).click()
  assert.equal(await fieldOf(page, 'Album artist').inputValue(), 'The Tin Orchard')
  await page.keyboard.press('Control+s')
  await plan.getByRole('button', { name: 'Apply to 3 files' }).click()
  await page.getByText('No unsaved edits').waitFor()
  const titles = new Set<string | undefined>()
  for (const name of files) {
    const { common } = await readTags(file(`${folder}/${name}`))
    assert.equal(common.albumartist, 'The Tin Orchard')
    titles.add(common.title)
  }
  assert.equal(titles.size, 3, 'titles that differ were left alone')

  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Undone').waitFor()
  assert.deepEqual(
    files.map(name => sha256(file(`${folder}/${name}`))),
    originals,
  )
  await page.keyboard.press('Control+Shift+Z')
  await page.getByText('Redone').waitFor()
  assert.equal((await readTags(file(`${folder}/${files[0]}`))).common.albumartist, 'The Tin Orchard')
})

test('several values are several inputs and several values on disk', async t => {
  const { page, file } = await visit(t, { at: folder })
  await rowOf(page, 'Slow Bicycle').click()
  await fieldOf(page, 'Artist').hover()
  await page.getByRole('button', { name: 'Add a value to Artist' }).click()
  await page.keyboard.type('Someone; Else / Other')
  await page.keyboard.press('Control+s')
  await rowOf(page, 'Someone; Else / Other').waitFor()
  const { native } = await readTags(file(`${folder}/${files[1]}`))
  const stored = Object.values(native)
    .flat()
    .filter(tag => tag.id === 'TPE1')
    .map(tag => tag.value)
  assert.match(stored.join('|'), /^Tin Orchard\W+Someone; Else \/ Other$/)
  assert.equal(await page.locator('[data-field=artist] input').count(), 2)
})

test('a value is added to what each track has', async t => {
  const { page, file } = await visit(t, { at: 'Various Artists/Small Hours' })
  const paths = ['02 Mila Brandt - Night Bus.flac', '04 Otto Farrow - Half Past.flac'].map(name =>
    file(`Various Artists/Small Hours/${name}`),
  )
  const artists = () => Promise.all(paths.map(async path => (await readTags(path)).common.artists ?? []))
  const before = await artists()
  await rowOf(page, 'Night Bus').click()
  await rowOf(page, 'Half Past').click({ modifiers: ['Control'] })
  await fieldOf(page, 'Artist').hover()
  await page.getByRole('button', { name: 'Add a value to Artist of each track' }).click()
  await page.keyboard.type('House Band')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Apply to 2 files' }).click()
  await page.getByText('No unsaved edits').waitFor()
  assert.deepEqual(
    await artists(),
    before.map(names => [...names, 'House Band']),
  )
})

test('what cannot be edited says why, and a plan refuses it and does the rest', async t => {
  const { page, file } = await visit(t, { at: 'Otto Farrow/Sketches' })
  const odd = file('Otto Farrow/Sketches/09 - Shopping List.mp3')
  writeFileSync(odd, 'milk, bread, strings')
  await page.reload()
  await rowOf(page, 'Shopping List').click()
  assert.equal(await fieldOf(page, 'Genre').isDisabled(), true)
  await page.locator('.selection-head .warning').waitFor()
  await rowOf(page, 'Window Seat').click({ modifiers: ['Control'] })
  await page.getByText('1 file of 2 cannot be edited').waitFor()

  await fieldOf(page, 'Genre').fill('Lo-fi')
  await page.getByRole('button', { name: 'Review…' }).click()
  const plan = page.getByRole('dialog')
  await plan.getByText('1 refused').waitFor()
  assert.equal(await plan.locator('.file-change[data-status=refused] .reason').count(), 1)
  await plan.getByRole('button', { name: 'Apply to 1 file' }).click()
  await page.getByText('No unsaved edits').waitFor()
  assert.deepEqual((await readTags(file('Otto Farrow/Sketches/03 - Window Seat.mp3'))).common.genre, ['Lo-fi'])
  assert.equal(readFileSync(odd, 'utf8'), 'milk, bread, strings')
})

test('a field is added by its label, another by a name of its own, and one is removed', async t => {
  const { page, file } = await visit(t, { at: folder })
  await rowOf(page, 'Slow Bicycle').click()
  const add = page.getByLabel('Add a field')
  await add.fill('Mood')
  await add.press('Enter')
  await fieldOf(page, 'Mood').fill('Calm')
  await add.fill('Shelf mark')
  await add.press('Enter')
  await fieldOf(page, 'Shelf mark').fill('B-17')
  await fieldOf(page, 'Genre').hover()
  await page.getByRole('button', { name: 'Remove Genre' }).click()
  await page.getByText('will be removed').waitFor()
  await page.keyboard.press('Control+s')
  await page.getByText('No unsaved edits').waitFor()
  const { common, native } = await readTags(file(`${folder}/${files[1]}`))
  assert.equal(common.genre, undefined)
  const stored = Object.values(native)
    .flat()
    .filter(tag => /mood|shelf mark/i.test(tag.id))
    .map(tag => [tag.id, tag.value])
  assert.deepEqual(stored, [
    ['TXXX:MOOD', 'Calm'],
    ['TXXX:Shelf mark', 'B-17'],
  ])
})
