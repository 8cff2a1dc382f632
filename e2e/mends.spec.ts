import type { Locator } from '@playwright/test'
import { axeViolations } from './axe.ts'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import type { Studio } from './studio.ts'

const region = (studio: Studio): Locator => studio.page.getByRole('region', { name: 'Problems' })
const text = (studio: Studio): Locator => studio.page.getByRole('textbox', { name: 'Recipe text' })

/** A recipe with a filter that matches nothing, a key that is ignored, and a gradient whose last value norm and head do not take. */
const FAULTY = recipeOf('lzlv')
  .replace('t: [0.25, 0.3, 0.5]', 't:\n    - filter: modelnorm\n      value: 1\n    - value: [0.25, 0.3, 0.5]')
  .replace('t: 0.5\n', 't: 0.5\n  normalize: true\n')

test('what the linter finds stands under Problems, each mend is one click and one step of undo, by keyboard too', async ({
  studio,
}) => {
  await studio.page.setViewportSize({ width: 1440, height: 900 })
  await studio.open()
  await studio.importRecipe(FAULTY)
  // Without models there are no names of tensors yet: what the text alone shows is there.
  await expect.poll(() => studio.problems()).toContainEqual(expect.stringMatching(/^Warning line \d+ normalize is/))
  expect((await studio.problems()).join()).not.toContain('modelnorm')
  for (const model of modelsOf('lzlv')) await studio.addModel(model)
  const matchless = region(studio).getByRole('listitem').filter({ hasText: '"modelnorm" matches no tensor' })
  await expect(matchless).toHaveText(/^Warning/)
  expect(await axeViolations(studio.page)).toEqual([])
  expect(new Set(await studio.problems()).size, 'nothing is said twice').toBe((await studio.problems()).length)

  await studio.page.getByRole('button', { name: 'Text', exact: true }).click()
  const before = await problemsAndText(studio)
  const mend = matchless.getByRole('button', { name: 'Write model.norm' })
  await expect(mend).toHaveAccessibleDescription(/"modelnorm" matches no tensor: did you mean "model\.norm"\?/)
  await mend.focus()
  await studio.page.keyboard.press('Enter')
  await expect(matchless).toHaveCount(0)
  await expect(region(studio)).toBeFocused()
  await expect(region(studio).getByRole('status')).toHaveText(/^Done: Write model\.norm\. This is mended:/)
  await studio.page.getByRole('button', { name: 'Undo' }).click()
  expect(await problemsAndText(studio)).toEqual(before)

  // One after the other, each until there is none left.
  const mends = region(studio).locator('.problem-mend')
  for (let left = await mends.count(); left > 0; left--) {
    await mends.first().click()
    await expect(mends).toHaveCount(left - 1)
  }
  expect((await studio.problems()).filter((problem) => /normalize|modelnorm|first value/.test(problem))).toEqual([])
})

async function problemsAndText(studio: Studio): Promise<readonly [readonly string[], string]> {
  return [await studio.problems(), await text(studio).inputValue()]
}
