import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { axeViolations } from './axe.ts'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { openCase } from './open-case.ts'
import type { Studio } from './studio.ts'

const preview = (studio: Studio) => studio.page.getByRole('region', { name: 'Preview of README.md' })
const field = (studio: Studio, name: string) => studio.page.getByRole('textbox', { name, exact: true })

test('the model card is seen and written before the merge, follows the recipe, goes into the output, and is written again after it', async ({
  studio,
  makeFolder,
}) => {
  await studio.page.setViewportSize({ width: 1440, height: 900 })
  await openCase(studio, 'gradient-slerp')
  await studio.page.getByRole('tab', { name: 'Model card' }).click()
  await expect(preview(studio).getByRole('heading', { name: 'Merged model' })).toBeVisible()
  await expect(preview(studio)).toContainText('merge_method: slerp')
  await field(studio, 'Recipe name').fill('Night blend')
  await expect(preview(studio).getByRole('heading', { name: 'Night blend' })).toBeVisible()
  await field(studio, 'Introduction').fill('For **long** talks. <img src=x onerror=alert(1)>')
  await expect(preview(studio).locator('b', { hasText: 'long' })).toBeVisible()
  await expect(preview(studio)).toContainText('<img src=x onerror=alert(1)>')
  await field(studio, 'Notes').fill('Made by hand.')
  expect(await axeViolations(studio.page), 'while the card is written').toEqual([])

  await studio.page.getByRole('button', { name: 'Undo' }).click()
  await expect(field(studio, 'Notes')).toHaveValue('')
  await studio.page.getByRole('button', { name: 'Redo' }).click()
  await expect(preview(studio).getByRole('heading', { name: 'Notes' })).toBeVisible()
  await studio.page.reload()
  for (const model of modelsOf('gradient-slerp')) await studio.addModel(model)
  await studio.page.getByRole('tab', { name: 'Model card' }).click()
  await expect(field(studio, 'Notes'), 'nothing is lost by a reload').toHaveValue('Made by hand.')

  await studio.page.getByRole('button', { name: 'Text', exact: true }).click()
  const text = field(studio, 'Recipe text')
  await text.fill((await text.inputValue()).replace('value: 0.5', 'value: 0.625'))
  await expect(preview(studio)).toContainText('value: 0.625')
  await expect(preview(studio)).toContainText('Made by hand.')

  const output = makeFolder('merged')
  await studio.setEngine('WebAssembly')
  await studio.outputFolder(output)
  await studio.merge()
  await studio.waitDone()
  const readme = () => readFileSync(join(output, 'README.md'), 'utf8')
  expect(readme()).toContain('# Night blend\n\nFor **long** talks. <img src=x onerror=alert(1)>\n\n## Models')
  expect(readme()).toContain('value: 0.625')
  expect(readme().endsWith('## Notes\n\nMade by hand.\n')).toBe(true)

  await studio.page.getByText('Model card (README.md)').click()
  await studio.page.getByRole('button', { name: 'Edit the model card' }).click()
  await expect(studio.page.getByRole('status').filter({ hasText: 'is as shown here' })).toBeVisible()
  await field(studio, 'Notes').fill('Made by hand, twice.')
  await studio.page.getByRole('button', { name: 'Write README.md again' }).click()
  await expect(studio.page.getByRole('status').filter({ hasText: 'is as shown here' })).toBeVisible()
  expect(readme().endsWith('## Notes\n\nMade by hand, twice.\n')).toBe(true)
  expect(await axeViolations(studio.page), 'after the merge').toEqual([])

  await studio.page.getByRole('button', { name: 'Restore introduction' }).click()
  await expect(field(studio, 'Introduction')).toHaveValue(/^A merge of 2 language models/)
  // Another recipe has a card of its own.
  await studio.importRecipe(recipeOf('gradient-slerp').replace('0.7', '0.8'))
  await expect(field(studio, 'Notes')).toHaveValue('')
  await expect(studio.page.getByRole('button', { name: 'Write README.md again' })).toHaveCount(0)
})
