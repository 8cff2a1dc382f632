import type { Locator } from '@playwright/test'
import { axeViolations } from './axe.ts'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { openCase } from './open-case.ts'
import type { Studio } from './studio.ts'

const guide = (studio: Studio): Locator => studio.page.getByRole('region', { name: 'Guided start' })
const title = (studio: Studio): Locator => guide(studio).getByRole('heading')

test('the guide leads from the first visit to a merged model, goes on by itself, and then stays away until it is asked for', async ({
  studio,
  makeFolder,
}) => {
  const { page } = studio
  await studio.open()
  await expect(title(studio)).toHaveText('Step 1 of 5: Open two models')
  for (const model of modelsOf('lzlv')) await studio.addModel(model)
  await expect(title(studio)).toHaveText('Step 2 of 5: Bring a recipe')
  await studio.importRecipe(recipeOf('lzlv'))
  await expect(title(studio)).toHaveText('Step 3 of 5: Bend the gradient')

  await expect(studio.gradientPoints).toHaveCount(3)
  await guide(studio).getByRole('button', { name: 'Go there' }).click()
  await expect(studio.gradientPoints.first()).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(title(studio)).toContainText('Bend the gradient✓ (done)')

  await page.reload()
  await expect(title(studio)).toHaveText('Step 3 of 5: Bend the gradient')
  await guide(studio).getByRole('button', { name: 'Next' }).click()
  await expect(title(studio)).toHaveText('Step 4 of 5: See what it does')
  await guide(studio).getByRole('button', { name: 'Next' }).click()
  await expect(title(studio)).toHaveText('Step 5 of 5: Write the result')
  for (const model of modelsOf('lzlv')) await studio.addModel(model)
  await studio.setEngine('WebAssembly')
  await studio.outputFolder(makeFolder('merged'))
  await studio.merge()
  await studio.waitDone()
  await expect(title(studio)).toContainText('(done)')
  await guide(studio).getByRole('button', { name: 'Finish' }).click()
  await expect(guide(studio)).toBeHidden()
  await page.reload()
  await expect(page.getByRole('button', { name: 'Add model' }).first()).toBeVisible()
  await expect(guide(studio)).toBeHidden()

  await page.getByRole('link', { name: 'Help', exact: true }).click()
  await page.getByRole('dialog', { name: 'Help' }).getByRole('button', { name: 'Start the guide' }).click()
  await expect(title(studio)).toContainText('Step 1 of 5')
})

test('one click on the demo does the first two steps, and the guide goes on at the gradient', async ({ studio }) => {
  await studio.open()
  await studio.page.getByRole('button', { name: 'Try the demo' }).click()
  await expect(title(studio)).toHaveText('Step 3 of 5: Bend the gradient')
})

test('a guide that was skipped does not come back', async ({ studio }) => {
  await studio.open()
  await guide(studio).getByRole('button', { name: 'Skip the guide' }).click()
  await expect(guide(studio)).toBeHidden()
  await studio.page.reload()
  await studio.open()
  await expect(studio.page.getByText('None is open yet.')).toBeVisible()
  await expect(guide(studio)).toBeHidden()
})

test('the guide covers nothing: at every width and step, its card and the places that it marks lie apart, and axe finds nothing', async ({
  studio,
}) => {
  const { page } = studio
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await openCase(studio, 'gradient-slerp')
  for (const step of [1, 2]) {
    await guide(studio).getByRole('button', { name: 'Back' }).click()
    await expect(title(studio)).toContainText(`Step ${3 - step} of 5`)
  }
  for (let step = 1; step <= 5; step++) {
    await expect(title(studio)).toContainText(`Step ${step} of 5`)
    for (const width of [1024, 1440, 2560]) {
      await page.setViewportSize({ width, height: 768 })
      const overlaps = await page.evaluate(() => {
        const step = document.documentElement.dataset['guideStep'] ?? ''
        const card = document.querySelector('.guide')?.getBoundingClientRect()
        const places = [...document.querySelectorAll(`[data-guide~="${step}"]`)].map((place) =>
          place.getBoundingClientRect(),
        )
        const visible = places.filter(({ width, height }) => width > 0 && height > 0)
        if (card === undefined || visible.length === 0) return 'nothing is marked'
        return visible.filter((place) => {
          const isApart =
            place.right <= card.left || place.left >= card.right || place.bottom <= card.top || place.top >= card.bottom
          return !isApart
        }).length
      })
      expect(overlaps, `step ${step}, ${width} px`).toBe(0)
    }
    // The rest of the page is looked at elsewhere, and with the card shown.
    expect.soft(await axeViolations(page, '.guide'), `step ${step}`).toEqual([])
    if (step < 5) await guide(studio).getByRole('button', { name: 'Next' }).click()
  }
})
