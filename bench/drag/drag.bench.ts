import { basename } from 'node:path'
import type { Page } from '@playwright/test'
import { modelsOf, recipeOf } from '../../e2e/conformance-cases.ts'
import { expect, test } from '../../e2e/fixtures.ts'
import { LLAMA_70B, writeLlama } from '../../e2e/llama-shapes.ts'
import { recordPainting } from '../../e2e/painted.ts'
import { recordFrames } from './frames.ts'
import { makeUpGrams } from './made-up-grams.ts'
import { percentiles } from './percentiles.ts'
import { startProfile } from './profile.ts'
import { lateIn, wrongIn } from './wrong.ts'

const MOVES = 240
const TENSORS = 723
const SIZES = [
  { width: 1920, height: 1080 },
  { width: 2560, height: 1440 },
]

for (const size of SIZES) {
  test(`a point is dragged over an 80-layer recipe at ${size.width} x ${size.height}`, async ({
    studio,
    makeFolder,
  }) => {
    const { page } = studio
    await page.setViewportSize(size)
    const folders = ['mythospice', 'xwin', 'hermes'].map(makeFolder)
    for (const folder of folders) writeLlama(folder, LLAMA_70B, 15)
    const recipe = modelsOf('lzlv').reduce(
      (yaml, model, i) => yaml.replaceAll(`models/${basename(model)}`, basename(folders[i] ?? '')),
      recipeOf('lzlv'),
    )
    const setUp = async (): Promise<void> => {
      await studio.open()
      for (const folder of folders) await studio.addModel(folder)
      await studio.importRecipe(recipe)
      await expect(page.locator('.basis')).toHaveText(/ of 723 tensors$/, { timeout: 120_000 })
    }
    // Visits to be measured, until the page has kept every tensor; then one with made-up Gram matrices in the place of what it kept.
    for (let kept = 0; kept < TENSORS; kept = await page.evaluate(makeUpGrams)) await setUp()
    await setUp()
    for (const view of ['Depth map', 'Ancestry', 'Sphere'])
      await expect(page.getByRole('figure', { name: view })).toBeInViewport()
    await expect(page.getByRole('table', { name: 'Tensors', exact: true })).toBeInViewport()
    await page.evaluate(recordPainting)
    await page.evaluate(recordFrames)
    const profile = await startProfile(page)
    await drag(page)
    const { presented, own, folder } = await profile.stop()
    const frames = await page.evaluate(() => window.drag.frames)
    const times = (from: 'event' | 'told') => percentiles(frames.map((frame) => frame.painted - frame[from]))
    console.log(
      [
        `${size.width} x ${size.height}, ${frames.length} moves`,
        `  from the page's pointer event to its painted frame: ${times('told')}`,
        `  from the browser's, with the wait for a frame:      ${times('event')}`,
        `  from the browser's to the screen's memory:          ${percentiles(presented)}`,
        `  processor time of the page's thread:                ${percentiles(own)}`,
        ...(folder === '' ? [] : [`  profile: ${folder}`]),
      ].join('\n'),
    )
    expect(frames.length).toBeGreaterThanOrEqual(MOVES)
    expect(frames.flatMap(({ shown }) => wrongIn(shown))).toEqual([])
    expect(lateIn(frames)).toEqual([])
  })
}

/** Moves the first point up and down, a move a frame. */
async function drag(page: Page): Promise<void> {
  const box = await page
    .getByRole('slider', { name: /^t at depth/ })
    .first()
    .boundingBox()
  if (box === null) throw new Error('the point is on the page')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  for (let move = 0; move < MOVES; move++) {
    const shown = page.evaluate(() => new Promise<void>((done) => (window.drag.onFrame = done)))
    await page.mouse.move(x, y - 60 * Math.sin(move / 6) - 65)
    await shown
    // A hand keeps no time with the screen.
    await page.waitForTimeout(20 + ((move * 7) % 17))
  }
  // Once the hand rests nothing is stale, in view or not.
  await page.waitForTimeout(300)
  expect(wrongIn(await page.evaluate(() => window.drag.shown(true)))).toEqual([])
  await page.mouse.up()
}
