import { test } from '../e2e/fixtures.ts'

/** The pictures of the README: `npm run pictures`. */
for (const scheme of ['light', 'dark'] as const)
  test(`the studio, ${scheme}`, async ({ studio }) => {
    const { page } = studio
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await studio.open()
    await page.getByRole('button', { name: 'Try the demo' }).click()
    const skip = page.getByRole('button', { name: /skip/i })
    await page.getByRole('table', { name: /Loss on text/ }).waitFor()
    if (await skip.isVisible()) await skip.click()
    await page.locator('.loss-number').last().getByText(/^\d/).waitFor()
    await page.getByRole('article', { name: 'demo-parrot' }).locator('p[aria-busy="false"]').waitFor()
    if (scheme === 'dark') await page.getByRole('tab', { name: 'What it does' }).click()
    await page.mouse.move(0, 0)
    await page.waitForTimeout(500)
    await page.screenshot({ path: `docs/pictures/studio-${scheme}.png` })
  })
