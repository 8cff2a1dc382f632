import { readFileSync } from 'node:fs'
import { axeViolations } from './axe.ts'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { layoutFaults } from './layout-faults.ts'
import { openLong, shardsIn, writeLong } from './long-merge.ts'
import { addCase, allAreExact, lzlvIsShown, openLzlv } from './open-case.ts'
import type { Studio } from './studio.ts'

const SIZES = [
  [1024, 768],
  [1440, 900],
  [1920, 1080],
  [2560, 1440],
] as const

declare global {
  interface Window {
    layoutShifts: string[]
  }
}

/** In every size and both themes: nothing overlaps, is cut off or scrolls sideways, and axe, contrast included, finds nothing. */
async function checkLooks(studio: Studio, state: string): Promise<void> {
  const { page } = studio
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height })
    // Charts are drawn anew when their place has its new size.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    expect.soft(await page.evaluate(layoutFaults), `${state} at ${width} × ${height}`).toEqual([])
    if (width === 1440 || width === 2560) continue
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      expect.soft(await axeViolations(page), `${state}, ${colorScheme}, at ${width}`).toEqual([])
    }
  }
}

test('nothing overlaps or is cut off, and contrast holds: empty, models open, lzlv set up, its table, problems, done', async ({
  studio,
  makeFolder,
}) => {
  test.setTimeout(240_000)
  const { page } = studio
  await studio.open()
  await checkLooks(studio, 'empty')
  await studio.addModel(modelsOf('lzlv')[0] ?? '')
  await checkLooks(studio, 'one model')
  await addCase(studio, 'lzlv')
  await lzlvIsShown(studio)
  await checkLooks(studio, 'lzlv')
  await page.setViewportSize({ width: 1440, height: 900 })
  await studio.showTensors()
  await page.getByRole('button', { name: 'model.layers.0.mlp.down_proj.weight' }).click()
  await checkLooks(studio, 'table')
  await page.getByRole('button', { name: 'Close', exact: true }).click()
  await studio.importRecipe(
    recipeOf('lzlv').replace('t: 0.5', 't: 1.7').replaceAll('models/vela-h', 'models/vela-lost'),
  )
  await checkLooks(studio, 'problems')
  await studio.importRecipe(recipeOf('lzlv'))
  await studio.setEngine('WebAssembly')
  await studio.outputFolder(makeFolder('merged'))
  await studio.merge()
  await studio.waitDone()
  await checkLooks(studio, 'done')
  await studio.showTensors()
  await checkLooks(studio, 'done, with its table')
})

test('nothing overlaps or is cut off, and contrast holds: the guide left, another method, settings, vocabulary, model card', async ({
  studio,
}) => {
  test.setTimeout(240_000)
  const { page } = studio
  await studio.open()
  await page.getByRole('button', { name: 'Skip the guide' }).click()
  await addCase(studio, 'ties')
  await allAreExact(studio)
  await checkLooks(studio, 'ties')
  await addCase(studio, 'filter-order')
  await expect(page.getByRole('figure', { name: 'Depth map' })).toBeVisible()
  await checkLooks(studio, 'lanes of filters')
  await studio.openSettings()
  await checkLooks(studio, 'settings')
  for (const name of ['Vocabulary', 'Model card']) {
    await page.getByRole('tab', { name }).click()
    await checkLooks(studio, name)
  }
})

test('nothing overlaps or is cut off, and contrast holds: running, and with Continue offered', async ({
  studio,
  makeFolder,
}) => {
  test.setTimeout(240_000)
  const { page } = studio
  const output = makeFolder('out')
  await openLong(studio, writeLong(makeFolder), '[0.2, 0.7, 0.4]')
  await studio.outputFolder(output)
  await studio.merge()
  await expect.poll(() => shardsIn(output).length, { intervals: [20] }).toBeGreaterThan(2)
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await checkLooks(studio, 'running')
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await expect(page.getByRole('button', { name: 'Continue', exact: true })).toBeVisible()
  await checkLooks(studio, 'continue')
})

/** Middles of the depth map's cells of embed_tokens, each layer, norm and lm_head, in pixels of the page: from what the chart exports. */
async function cellMiddles(studio: Studio): Promise<number[]> {
  const map = studio.page.getByRole('figure', { name: 'Depth map' })
  const download = studio.page.waitForEvent('download')
  await map.getByRole('button', { name: 'Depth map as SVG' }).click()
  const svg = readFileSync(await (await download).path(), 'utf8')
  const left = (await map.locator('canvas').boundingBox())?.x ?? Number.NaN
  const cells = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"[^>]*opacity="1"/g)]
  const middles = cells.map(([, x, , width]) => Math.round(2 * (left + Number(x) + (Number(width) + 1) / 2)) / 2)
  return [...new Set(middles)].toSorted((a, b) => a - b)
}

for (const [width, height] of SIZES)
  test(`the depth map stands under the curve at ${width} × ${height}: every layer and the places beside them within a pixel`, async ({
    studio,
  }) => {
    const { page } = studio
    await openLzlv(studio, { width, height })
    // A point a layer.
    await studio.gradientList.fill('[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]')
    const sliders = page.getByRole('slider', { name: /^t (at depth|of )/ })
    await expect(sliders).toHaveCount(9)
    const points: number[] = []
    for (const slider of await sliders.all()) {
      const box = await slider.locator('.point-hit').boundingBox()
      if (box !== null) points.push(box.x + box.width / 2)
    }
    points.sort((a, b) => a - b)
    const middles = await cellMiddles(studio)
    expect(middles).toHaveLength(9)
    for (const [index, middle] of middles.entries())
      expect(Math.abs(middle - (points[index] ?? 0))).toBeLessThanOrEqual(1)
    const curve = await page.locator('.gradient-chart').boundingBox()
    const map = await page.getByRole('figure', { name: 'Depth map' }).boundingBox()
    expect(map?.y).toBeGreaterThanOrEqual((curve?.y ?? 0) + (curve?.height ?? 0))
  })

test('nothing moves by itself: models open, the plan comes, geometry arrives, a merge runs and ends', async ({
  studio,
  makeFolder,
}) => {
  const { page } = studio
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.addInitScript(() => {
    window.layoutShifts = []
    // The type of these entries is not in TypeScript's DOM library.
    interface Shift extends PerformanceEntry {
      readonly value: number
      readonly sources: readonly {
        readonly node: Node | null
        readonly previousRect: DOMRect
        readonly currentRect: DOMRect
      }[]
    }
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Shift[]) {
        const moved = entry.sources.map(({ node, previousRect, currentRect }) => {
          const element = node instanceof Element ? node : node?.parentElement
          const place = (rect: DOMRect) => `${rect.x},${rect.y} ${rect.width}×${rect.height}`
          return `${element?.tagName}.${element?.getAttribute('class')} ${place(previousRect)} → ${place(currentRect)}`
        })
        window.layoutShifts.push(`${entry.value.toFixed(5)}: ${moved.join('; ')}`)
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  // What moved in a frame is told after it.
  const shifts = () =>
    page.evaluate(async () => {
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
      await new Promise((resolve) => setTimeout(resolve, 50))
      return window.layoutShifts.splice(0)
    })
  await studio.open()
  await studio.openSettings()
  await studio.setEngine('WebAssembly')
  // Settings close under a hand, which moves what is below them.
  await page.locator('summary').filter({ hasText: 'Settings' }).click()
  await shifts()
  await addCase(studio, 'lzlv')
  await lzlvIsShown(studio)
  expect.soft(await shifts(), 'models and plan').toEqual([])
  await studio.outputFolder(makeFolder('merged'))
  await studio.merge()
  await studio.waitDone()
  expect.soft(await shifts(), 'merge').toEqual([])
})
