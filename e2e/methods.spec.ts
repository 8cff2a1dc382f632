import { axeViolations } from './axe.ts'
import { compareWithCase } from './comparator.ts'
import { caseFolder, modelsOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { openCase } from './open-case.ts'

const text = (page: import('@playwright/test').Page) => page.locator('[data-recipe]')

test('a method is chosen, explained, and shaped by hand', async ({ studio, page }) => {
  test.slow()
  await page.setViewportSize({ width: 1920, height: 1000 })
  await openCase(studio, 'linear')
  const method = page.getByRole('combobox', { name: 'Method' })
  await expect(method).toHaveValue('linear')

  await method.selectOption('multislerp')
  await expect(text(page)).toHaveValue(/merge_method: multislerp/)
  await expect(method.locator('option', { hasText: /^SLERP$/ })).toBeDisabled()
  await page.getByRole('button', { name: 'What does this method do?' }).click()
  await expect(page.getByRole('dialog', { name: 'Multi-SLERP' })).toContainText('The weighted mean of several models')
  await page.keyboard.press('Escape')

  const shape = page.getByRole('combobox', { name: 'Parameter to shape' })
  await shape.selectOption({ label: 'weight of tarn-a32: [0.2, 0.9]' })
  const point = page.getByRole('slider', { name: 'weight of tarn-a32 at depth 1' })
  await expect(point).toHaveAttribute('aria-valuenow', '0.9')
  // Another dialect's reading of the list, as with t; tools that know no weight are read as today's mergekit.
  await expect(page.locator('.outer-ghost')).toHaveCount(2)
  await expect(page.locator('.dialect-difference')).toHaveText(
    'Another weight there: norm 0.90 instead of 0.20, lm_head 0.90 instead of 0.20.',
  )
  await page.getByRole('combobox', { name: 'Compare with' }).selectOption('mlx')
  await expect(page.locator('.dialect-difference')).toHaveText('The same weight everywhere.')
  await expect(page.locator('.outer-ghost')).toHaveCount(0)
  await point.focus()
  await page.keyboard.press('PageDown')
  await expect(text(page)).toHaveValue(/weight: \[0\.2, 0\.8\]/)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(text(page)).toHaveValue(/weight: \[0\.2, 0\.9\]/)

  await page.getByRole('checkbox', { name: 'normalize_weights' }).uncheck()
  await expect(text(page)).toHaveValue(/normalize_weights: 0/)
  await shape.selectOption({ label: 'eps: 1e-8, the default' })
  await page.getByRole('button', { name: 'Shape eps' }).click()
  await expect(text(page)).toHaveValue(/eps: 0\.00000001|eps: 1\.?0?e-0?8/)

  await method.selectOption('karcher')
  await expect(text(page)).not.toHaveValue(/weight|eps/)
  expect(await axeViolations(page)).toEqual([])
})

test('the stage whose method is changed stays the one that is shown', async ({ studio, page }) => {
  await openCase(studio, 'lzlv')
  const name = page.getByRole('textbox', { name: 'Name of the stage' })
  await expect(name).toHaveValue('component1')
  await page.getByRole('combobox', { name: 'Method' }).selectOption('multislerp')
  await expect(page.getByRole('combobox', { name: 'Parameter to shape' })).toBeVisible()
  await expect(name).toHaveValue('component1')
  await expect(page.getByRole('combobox', { name: 'Method' })).toHaveValue('multislerp')
})

test('a stage takes a model more and one less, and another base', async ({ studio, page }) => {
  await studio.open()
  for (const model of modelsOf('model-stock')) await studio.addModel(model)
  await studio.importRecipe(
    'merge_method: task_arithmetic\nbase_model: tarn-base32\nmodels:\n  - model: tarn-a32\n    parameters: {weight: 1}\ndtype: float32\n',
  )
  const recipe = page.locator('[data-recipe]')
  await page.getByRole('combobox', { name: 'Add a model to the stage' }).selectOption('tarn-b32')
  await expect(recipe).toHaveValue(/- model: tarn-b32\n {4}parameters:\n {6}weight: 0\.5/)
  await page.getByRole('combobox', { name: 'Base', exact: true }).selectOption('tarn-c32')
  await expect(recipe).toHaveValue(/base_model: tarn-c32/)
  await page.getByRole('button', { name: 'Take tarn-a32 out of the stage' }).click()
  await expect(recipe).not.toHaveValue(/tarn-a32/)
  expect(await studio.errors()).toEqual([])
})

test('what a merge of task vectors does is in the table and the charts', async ({ studio, page, makeFolder }) => {
  await openCase(studio, 'model-stock')
  await studio.showTensors()
  await expect(page.locator('.stage-rule').filter({ hasText: 'Model Stock' }).first()).toBeVisible()
  const output = makeFolder('out')
  await studio.outputFolder(output)
  await studio.merge()
  await studio.waitDone()
  expect(compareWithCase(caseFolder('model-stock'), output).failures).toEqual([])
})
