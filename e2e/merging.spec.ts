import { readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { axeViolations } from './axe.ts'
import { recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { prepareLong, shardsIn } from './long-merge.ts'

const SENTENCE = 'A merge is running: its recipe, models and settings can be changed when it has ended.'

test('while a merge runs its recipe and settings are shut with a sentence why, whichever way a change comes; a failure says what is left', async ({
  studio,
  folders,
  makeFolder,
}) => {
  const { page } = studio
  const models = await prepareLong(studio, makeFolder)
  const output = makeFolder('out')
  await studio.outputFolder(output)
  await page.getByRole('button', { name: 'Text', exact: true }).click()
  const text = page.getByRole('textbox', { name: 'Recipe text' })
  const before = await text.inputValue()
  await studio.merge()
  await expect.poll(() => shardsIn(output).length, { timeout: 30_000 }).toBeGreaterThan(4)
  await page.getByRole('button', { name: 'Pause', exact: true }).click()

  await expect(page.getByText(SENTENCE)).toBeVisible()
  const importing = page.getByRole('button', { name: 'Import recipe' })
  await expect(importing).toBeDisabled()
  await expect(importing).toHaveAccessibleDescription(SENTENCE)
  await expect(page.getByRole('combobox', { name: 'Output dtype' })).toBeDisabled()
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled()
  for (const name of ['Recipe text', 'Recipe name', 'Gradient as a list'])
    await expect(page.getByRole('textbox', { name }), name).not.toBeEditable()
  await page.getByRole('tab', { name: 'Model card' }).click()
  await expect(page.getByRole('textbox', { name: 'Introduction' })).not.toBeEditable()
  expect(await axeViolations(studio.page), 'while it runs').toEqual([])

  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', pasted)
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, recipeOf('lzlv'))
  await expect(studio.alerts.filter({ hasText: SENTENCE })).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  const file = join(makeFolder('recipes'), 'other.yml')
  writeFileSync(file, recipeOf('lzlv'))
  await folders.drop([file])
  await expect(studio.alerts.filter({ hasText: SENTENCE })).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await expect(text).toHaveValue(before)

  // Another model may be opened meanwhile, for the next merge: this one goes on.
  await studio.addModel(makeFolder('empty'))

  studio.sources.clear()
  const later = new Date(Date.now() + 5000)
  for (const name of readdirSync(models[1] ?? '').filter((each) => each.endsWith('.safetensors')))
    utimesSync(join(models[1] ?? '', name), later, later)
  await page.getByRole('button', { name: 'Resume', exact: true }).click()
  await expect(studio.alerts.filter({ hasText: 'The merge failed.' })).toBeVisible({ timeout: 30_000 })
  const left = page.getByRole('region', { name: 'Unfinished merge' })
  await expect(left).toContainText(
    /Left there: model-00001-of-\d+\.safetensors, .* more\. Continue keeps what is finished and makes the rest; Clean the folder removes them\./,
  )
  await expect(page.getByText(SENTENCE)).toHaveCount(0)
  await expect(importing).toBeEnabled()
  expect(await axeViolations(studio.page), 'after the failure').toEqual([])
  await left.getByRole('button', { name: 'Clean the folder' }).click()
  await expect.poll(() => readdirSync(output)).toEqual([])
})
