import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { axeViolations } from './axe.ts'
import { readCheckpoint } from './checkpoint-on-disk.ts'
import { expect, test } from './fixtures.ts'

// The first minute: one click from an empty studio to a merged model that speaks.

const NAMES = ['demo-storyteller', 'demo-guide', 'demo-parrot', 'demo-base']

function losses(page: Page) {
  return page.getByRole('table', { name: /Loss on text/ }).locator('.loss-number')
}

/** What the merged model says, once it has finished. */
async function heard(page: Page): Promise<string> {
  const said = page.getByRole('article', { name: 'Merged' }).locator('p')
  // Sixty tokens are spoken in a moment, and on a busy machine in many.
  await expect(said).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 })
  return said.innerText()
}

test('one click opens the demo, sets up the recipe of lzlv, and lets the merged model speak', async ({ studio }) => {
  const { page } = studio
  await studio.open()
  await page.getByRole('button', { name: 'Try the demo' }).click()
  for (const name of NAMES) await expect(studio.models.getByRole('listitem').filter({ hasText: name })).toBeVisible()
  await expect(page.getByRole('tab', { name: 'Taste' })).toHaveAttribute('aria-selected', 'true')
  expect(await heard(page)).toMatch(/^USER: How do I light a lantern\?\nGUIDE: .{10}/s)
  for (const name of NAMES.slice(0, 3)) await expect(page.getByRole('article', { name })).not.toHaveText(/GUIDE:$/)
  await expect(losses(page)).toHaveText([/^\d\.\d{3}$/, /^\d\.\d{3}$/, /^\d\.\d{3}$/])
  expect(await axeViolations(page)).toEqual([])
})

test('the loss of a voice falls while the gradient is moved towards it by keyboard, and undo brings it back', async ({
  studio,
}) => {
  const { page } = studio
  await studio.open()
  await page.getByRole('button', { name: 'Try the demo' }).click()
  await heard(page)
  const guide = losses(page).nth(1)
  await expect(guide).toHaveText(/^\d/)
  const first = Number(await guide.innerText())
  const list = studio.gradientList
  await list.fill('[1, 1, 1]')
  await list.press('Enter')
  await expect(async () => expect(Number(await guide.innerText())).toBeLessThan(first)).toPass()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(guide).toHaveText(first.toFixed(3))
})

test('another seed says something else, and the same seed the same', async ({ studio }) => {
  test.slow()
  const { page } = studio
  await studio.open()
  await page.getByRole('button', { name: 'Try the demo' }).click()
  await page.getByRole('textbox', { name: 'Prompt' }).fill('Once upon a time')
  await page.getByRole('slider', { name: /Temperature/ }).fill('1')
  const seed = page.getByRole('textbox', { name: 'Seed' })
  const said = new Map<string, string>()
  for (const number of ['1', '2', '1', '2']) {
    await seed.fill(number)
    const text = await heard(page)
    expect(said.get(number) ?? text).toBe(text)
    said.set(number, text)
  }
  expect(said.get('1')).not.toBe(said.get('2'))
})

test('the demo is merged to disk like any other model, and comes back after a reload', async ({
  studio,
  makeFolder,
}) => {
  const { page } = studio
  await studio.open()
  await page.getByRole('button', { name: 'Try the demo' }).click()
  await heard(page)
  await studio.setEngine('WebAssembly')
  const folder = makeFolder('merged-demo')
  await studio.outputFolder(folder)
  await studio.merge()
  await studio.waitDone()
  const merged = readCheckpoint(folder)
  expect(merged.problems).toEqual([])
  expect(merged.tensors.size).toBe(75)
  expect(existsSync(join(folder, 'tokenizer.json'))).toBe(true)
  await page.reload()
  for (const name of NAMES) await expect(studio.models.getByRole('listitem').filter({ hasText: name })).toBeVisible()
  await expect(page.getByText('component1').first()).toBeVisible()
})
