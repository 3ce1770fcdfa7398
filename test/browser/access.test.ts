import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { fieldOf, rowOf, violations, visit } from './harness.ts'

const folder = 'Tin Orchard/Paper Weather'

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing wrong at a desk, ${scheme}`, async t => {
    const { page } = await visit(t, { scheme })
    await page.getByRole('main').getByRole('button', { name: 'Tin Orchard' }).waitFor()
    await clean(page, 'a folder of folders')
    await page.getByRole('treeitem', { name: 'Tin Orchard' }).click()
    await page.getByRole('treeitem', { name: 'Paper Weather' }).click()
    await rowOf(page, 'Slow Bicycle').click()
    await page.locator('.frame img').waitFor()
    await page.getByText('In the file').click()
    await fieldOf(page, 'Title').fill('Another')
    await fieldOf(page, 'Album').hover()
    await page.getByRole('button', { name: 'Remove Genre' }).click({ force: true })
    await clean(page, 'a track being edited')
    await page.keyboard.press('Control+s')
    await page.getByText('No unsaved edits').waitFor()
    await page.locator('.drawer-toggle').click()
    await page.locator('.entry-toggle').click()
    await page.locator('.entry .file-change').waitFor()
    await clean(page, 'the history')
    await page.getByRole('row').nth(1).click()
    await page
      .getByRole('row')
      .nth(3)
      .click({ modifiers: ['Shift'] })
    await page.locator('[data-field=title]').hover()
    await page.getByRole('button', { name: '3 different values' }).first().click()
    await fieldOf(page, 'Genre').fill('Folk')
    await clean(page, 'several tracks being edited')
    await page.getByRole('button', { name: 'Review…' }).click()
    await page.getByRole('dialog').waitFor()
    await clean(page, 'a plan')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await rowOf(page, 'Letters').click()
    await page.getByRole('dialog').waitFor()
    await clean(page, 'a question')
  })

  test(`axe finds nothing wrong on a phone, ${scheme}`, async t => {
    const { page } = await visit(t, { scheme, phone: true, at: folder })
    const go = (pane: string) => page.getByRole('navigation').getByRole('button', { name: pane }).last().tap()
    await clean(page, 'tracks')
    await rowOf(page, 'Slow Bicycle').tap()
    await page.locator('.frame img').waitFor()
    await fieldOf(page, 'Title').fill('Another')
    await clean(page, 'edit')
    await page.getByRole('button', { name: 'Save' }).tap()
    await page.getByText('No unsaved edits').waitFor()
    await go('History')
    await page.locator('.entry').waitFor()
    await clean(page, 'history')
    await go('Folders')
    await clean(page, 'folders')
  })
}

async function clean(page: Page, where: string): Promise<void> {
  assert.deepEqual(await violations(page), [], where)
}
