import type { Locator } from '@playwright/test'
import { axeViolations } from './axe.ts'
import { expect, test } from './fixtures.ts'
import { openLzlv } from './open-case.ts'
import type { Studio } from './studio.ts'

const help = (studio: Studio): Locator => studio.page.getByRole('dialog', { name: 'Help' })

const WORDS = [
  ['What is SLERP?', 'SLERP', 'along the arc'],
  ['What is a gradient?', 'Gradient', 'spread evenly over the model’s depth'],
  ['What is t?', 't', '0 is the base model'],
  ['What is a dialect?', 'Dialect', 'Which tool’s rule'],
  ['What is a Gram matrix?', 'Gram matrix', 'inner products'],
  ['What does this view show?', 'Share', 'How much of each original model'],
] as const

for (const scheme of ['light', 'dark'] as const)
  test(`every word is explained beside its place, with a picture, by keyboard alone, and axe finds nothing (${scheme})`, async ({
    studio,
  }) => {
    // Axe looks at the whole page several times.
    test.slow()
    const { page } = studio
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await openLzlv(studio)
    for (const [question, word, text] of WORDS) {
      const button = page.getByRole('button', { name: question })
      await button.focus()
      await page.keyboard.press('Enter')
      const popover = page.getByRole('dialog', { name: word, exact: true })
      await expect(popover).toBeFocused()
      await expect(popover).toHaveAccessibleDescription(new RegExp(text))
      await expect(popover.getByRole('img')).toHaveAccessibleName(/\w+ .+\./)
      const box = await popover.boundingBox()
      const at = await button.boundingBox()
      if (box === null || at === null) throw new Error('both are on the page')
      expect(box.x, `${word} is on the page`).toBeGreaterThanOrEqual(0)
      expect(box.x + box.width).toBeLessThanOrEqual(1440)
      expect(box.y + box.height).toBeLessThanOrEqual(900)
      const gap = Math.max(box.y - (at.y + at.height), at.y - (box.y + box.height))
      expect(gap, `${word} is beside its button`).toBeLessThan(12)
      expect.soft(await axeViolations(studio.page), word).toEqual([])
      await page.keyboard.press('Escape')
      await expect(popover).toBeHidden()
      await expect(button).toBeFocused()
    }
  })

test('the question mark of the depth map explains the view that is shown', async ({ studio }) => {
  await openLzlv(studio)
  const { page } = studio
  for (const [view, word] of [
    ['Branch', 'Branch'],
    ['Angle', 'Angle'],
    ['Norm drift', 'Norm drift'],
    ['|Difference|', '|Difference|'],
  ] as const) {
    await page.getByRole('radio', { name: view, exact: true }).check({ force: true })
    await page.getByRole('button', { name: 'What does this view show?' }).click()
    await expect(page.getByRole('dialog', { name: word, exact: true }).getByRole('img')).toBeVisible()
    await page.keyboard.press('Escape')
  }
})

test('loss is explained beside the bars that show it', async ({ studio }) => {
  const { page } = studio
  await studio.open()
  await page.getByRole('button', { name: 'Try the demo' }).click()
  await page.getByRole('button', { name: 'What is loss?' }).click()
  const popover = page.getByRole('dialog', { name: 'Loss', exact: true })
  await expect(popover).toContainText('surprises a model')
  await expect(popover.getByRole('img')).toBeInViewport({ ratio: 1 })
  expect(await axeViolations(studio.page)).toEqual([])
})

const PAGES = [
  ['How merging works here', 'No intermediate model is written'],
  ['What the words mean', 'The inner products of all pairs of models'],
  ['Where your files go', 'Nothing is uploaded.'],
  ['Browsers', 'The browser you are using'],
  ['The same merge with mergekit', 'mergekit-multi'],
  ['Questions', 'The browser crashed after an hour.'],
] as const

for (const scheme of ['light', 'dark'] as const)
  test(`help has its pages, each with an address of its own, and axe finds nothing with all answers open (${scheme})`, async ({
    studio,
  }) => {
    const { page } = studio
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await studio.open()
    await page.getByRole('link', { name: 'Help', exact: true }).click()
    await expect(help(studio)).toBeVisible()
    for (const [name, text] of PAGES) {
      await help(studio).getByRole('link', { name }).click()
      await expect(help(studio).getByRole('heading', { name })).toBeFocused()
      await expect(help(studio).getByRole('heading', { name })).toBeInViewport()
      await expect(help(studio).getByRole('article', { name })).toContainText(text)
    }
    const questions = help(studio).locator('summary')
    expect(await questions.count()).toBeGreaterThan(15)
    for (const question of await questions.all()) await question.press('Enter')
    expect(await help(studio).locator('details:not([open])').count()).toBe(0)
    expect(await axeViolations(studio.page)).toEqual([])
  })

test('a place in help can be linked, Escape and Back lead out of it, and nothing of the address stays', async ({
  studio,
}) => {
  const { page } = studio
  await studio.open('./#help/term-gram')
  await expect(help(studio).getByRole('heading', { name: 'Gram matrix' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(help(studio)).toBeHidden()
  await expect.poll(() => new URL(page.url()).hash).toBe('')
  await page.getByRole('link', { name: 'Help', exact: true }).click()
  await expect(help(studio)).toBeVisible()
  await page.goBack()
  await expect(help(studio)).toBeHidden()
})

test('every link inside help leads to a place that is there', async ({ studio }) => {
  await studio.open('./#help')
  await expect(help(studio)).toBeVisible()
  const lost = await help(studio)
    .locator('a')
    .evaluateAll((links) =>
      links.flatMap((link) => {
        const { hash, origin } = link as HTMLAnchorElement
        const there = document.getElementById(`help-${hash.replace('#help/', '')}`)
        return there === null || origin !== location.origin ? [hash] : []
      }),
    )
  expect(lost).toEqual([])
})

test('texts and pictures of help are loaded only when somebody asks', async ({ studio }) => {
  const loaded: string[] = []
  // Those of the page: the service worker fetches everything in the background, for visits without a network.
  studio.page.on('request', (request) => loaded.push(new URL(request.url()).pathname))
  await openLzlv(studio)
  const isHelp = (path: string): boolean => /\/(docs|term-text)-[\w-]+\.(js|css)$/.test(path)
  expect(loaded.filter(isHelp)).toEqual([])
  await studio.page.getByRole('button', { name: 'What is t?' }).click()
  await expect.poll(() => loaded.filter(isHelp).length).toBe(1)
  await studio.page.getByRole('link', { name: 'Read on in Help' }).click()
  await expect(help(studio)).toBeVisible()
  expect(loaded.filter(isHelp).length).toBeGreaterThan(1)
})
