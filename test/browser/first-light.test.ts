import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldOf, makePng, readTags, rowOf, sha256, visit } from './harness.ts'

for (const { folder, title, path } of [
  { folder: 'Tin Orchard/Paper Weather', title: 'Slow Bicycle', path: '02 - Slow Bicycle.mp3' },
  { folder: 'Vesper Lindqvale/Harbour Lights', title: 'Undertow', path: '03 Undertow.flac' },
]) {
  test(`a title and a cover of ${path} are edited, seen on disk, and undone to the original bytes`, async t => {
    const { page, file } = await visit(t)
    const [artist = '', album = ''] = folder.split('/')
    const onDisk = file(`${folder}/${path}`)
    const original = sha256(onDisk)
    await page.getByText('This is the demo library').waitFor()

    await page.getByRole('treeitem', { name: artist }).click()
    await page.getByRole('treeitem', { name: album }).click()
    await rowOf(page, title).click()
    await fieldOf(page, 'Title').fill('Brighter Title')
    await page.keyboard.press('Control+s')
    await rowOf(page, 'Brighter Title').waitFor()
    await page.getByText('No unsaved edits').waitFor()
    assert.equal((await readTags(onDisk)).common.title, 'Brighter Title')

    const cover = makePng(32, [200, 30, 60])
    const chosen = { name: 'cover.png', mimeType: 'image/png', buffer: cover }
    await page.locator('input[data-picture=front]').first().setInputFiles(chosen)
    await page.locator('.picture[data-state=new] img').waitFor()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('32 × 32').waitFor()
    await page.getByText('No unsaved edits').waitFor()
    const { title: kept, picture } = (await readTags(onDisk)).common
    assert.equal(kept, 'Brighter Title')
    assert.deepEqual(Buffer.from(picture?.[0]?.data ?? []), cover)

    await page
      .getByRole('button', { name: 'Show or hide the history' })
      .or(page.locator('.drawer-toggle'))
      .first()
      .click()
    const entries = page.locator('.entry')
    assert.equal(await entries.count(), 2)
    await entries.nth(0).getByRole('button', { name: /^Undo/ }).click()
    await page.locator('.entry[data-state=undone]').waitFor()
    await page.keyboard.press('Control+z')
    await page.locator('.entry[data-state=undone]').nth(1).waitFor()
    await rowOf(page, title).waitFor()
    assert.equal(sha256(onDisk), original)
  })
}

test('a picture is pasted, and another file dropped is refused in words', async t => {
  const { page } = await visit(t, { at: 'Otto Farrow/Sketches' })
  await rowOf(page, 'Window Seat').click()
  await fieldOf(page, 'Title').focus()
  const hand = (event: 'paste' | 'drop', bytes: number[], type: string) =>
    page.evaluate(
      ([event, bytes, type]) => {
        const data = new DataTransfer()
        data.items.add(new File([new Uint8Array(bytes as number[])], 'a', { type: type as string }))
        const init = { bubbles: true, cancelable: true }
        const made =
          event === 'paste'
            ? new ClipboardEvent('paste', { ...init, clipboardData: data })
            : new DragEvent('drop', { ...init, dataTransfer: data })
        ;(event === 'paste' ? document.activeElement : document.querySelector('.pictures'))?.dispatchEvent(made)
      },
      [event, bytes, type] as const,
    )
  await hand('paste', [...makePng(16, [1, 2, 3])], 'image/png')
  await page.locator('.picture[data-state=new]').waitFor()
  await page.getByText('16 × 16').waitFor()
  await hand('drop', [...Buffer.from('no picture at all')], 'image/png')
  await page.getByText('That is no image that can be embedded').waitFor()
  assert.equal(await page.getByText('16 × 16').count(), 1)
})

test('a file renamed keeps its extension and its place in the choice, and undo gives its name back', async t => {
  const { page, file } = await visit(t, { at: 'Tin Orchard/Paper Weather' })
  const folder = 'Tin Orchard/Paper Weather'
  const original = sha256(file(`${folder}/04 - Tin Roof, Tin Sky.mp3`))
  await rowOf(page, 'Tin Roof').click()
  const name = page.getByLabel('File name')
  await name.focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('04 Tin Roof')
  await page.getByText('Becomes 04 Tin Roof.mp3').waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('No unsaved edits').waitFor()
  assert.equal(await name.inputValue(), '04 Tin Roof.mp3')
  assert.equal(sha256(file(`${folder}/04 Tin Roof.mp3`)), original)
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Undone').waitFor()
  assert.equal(await name.inputValue(), '04 - Tin Roof, Tin Sky.mp3')
  assert.equal(sha256(file(`${folder}/04 - Tin Roof, Tin Sky.mp3`)), original)
})
