import { axeViolations } from './axe.ts'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { openCase } from './open-case.ts'

for (const scheme of ['light', 'dark'] as const)
  test(`axe finds nothing in the ${scheme} page: empty, with a recipe, with the dialog, after a merge`, async ({
    studio,
    makeFolder,
  }) => {
    // Axe looks at the whole page several times.
    test.slow()
    await studio.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await studio.open()
    expect.soft(await axeViolations(studio.page), 'empty').toEqual([])
    for (const model of modelsOf('gradient-slerp')) await studio.addModel(model)
    await studio.page.getByRole('button', { name: 'Import recipe' }).click()
    expect.soft(await axeViolations(studio.page), 'dialog').toEqual([])
    await studio.page.keyboard.press('Escape')
    await studio.importRecipe(recipeOf('gradient-slerp'))
    expect.soft(await axeViolations(studio.page), 'with a recipe').toEqual([])
    await studio.setEngine('WebAssembly')
    await studio.outputFolder(makeFolder('merged'))
    await studio.merge()
    await studio.waitDone()
    expect.soft(await axeViolations(studio.page), 'after a merge').toEqual([])
  })

test('the page is cross-origin isolated and asks for nothing but its own files', async ({ studio }) => {
  await studio.open()
  expect(await studio.page.evaluate(() => crossOriginIsolated)).toBe(true)
})

test('a dropped folder is opened as a model', async ({ studio }) => {
  const [folder = ''] = modelsOf('gradient-slerp')
  await studio.open()
  await studio.dropFolder(folder)
  await expect(studio.models.getByRole('listitem').filter({ hasText: 'lyra-a' })).toBeVisible()
})

test('recipe and models come back after a reload', async ({ studio }) => {
  await openCase(studio, 'gradient-slerp')
  await studio.page.reload()
  await expect(studio.page.getByText('lyra-b').first()).toBeVisible()
  await expect(studio.page.getByText('self_attn').first()).toBeVisible()
})
