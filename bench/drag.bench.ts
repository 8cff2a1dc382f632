import { basename } from 'node:path'
import { modelsOf, recipeOf } from '../e2e/conformance-cases.ts'
import { expect, test } from '../e2e/fixtures.ts'
import { LLAMA_70B, writeLlama } from '../e2e/llama-shapes.ts'

const MOVES = 200

declare global {
  interface Window {
    /** Milliseconds until the frame that shows a pointer event is painted: since the page was given it, and since the browser had it. */
    paints: { page: number; browser: number }[]
  }
}

/** From a pointer event to the painted frame, at the true size of lzlv: three models of 723 tensors, 80 layers. */
test('a point is dragged 200 times over an 80-layer recipe', async ({ studio, makeFolder }) => {
  const { page } = studio
  await page.setViewportSize({ width: 1920, height: 1080 })
  const folders = ['mythospice', 'xwin', 'hermes'].map(makeFolder)
  for (const folder of folders) writeLlama(folder, LLAMA_70B, 15)
  const recipe = modelsOf('lzlv').reduce(
    (yaml, model, i) => yaml.replaceAll(`models/${basename(model)}`, basename(folders[i] ?? '')),
    recipeOf('lzlv'),
  )
  await studio.open()
  for (const folder of folders) await studio.addModel(folder)
  await studio.importRecipe(recipe)
  // What a drag costs, without what the opening of models costs: until every tensor has been sampled.
  await expect(page.locator('.basis')).toHaveText(/[1-9]\d* sampled of 723 tensors$/, { timeout: 60_000 })
  await expect
    .poll(() => page.workers().filter((worker) => worker.url().includes('geometry')).length, { timeout: 60_000 })
    .toBe(0)
  const point = page.getByRole('slider', { name: /^t at depth/ }).first()
  const box = await point.boundingBox()
  if (box === null) throw new Error('the point is on the page')
  await page.evaluate(() => {
    window.paints = []
    window.addEventListener(
      'pointermove',
      (event) => {
        const given = performance.now()
        requestAnimationFrame(() => {
          // A message posted in the frame is read when the frame is painted.
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => {
            const painted = performance.now()
            window.paints.push({ page: painted - given, browser: painted - event.timeStamp })
          }
          port2.postMessage(null)
        })
      },
      true,
    )
  })
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  for (let move = 0; move < MOVES; move++) {
    await page.mouse.move(x, y - 30 * Math.sin(move / 6) - 35)
    const [shown, table] = await page.evaluate(async () => {
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
      const slider = document.querySelector('[data-point="0"]')
      const cell = document.querySelector('.tensors tbody .col-t b')
      return [Number(slider?.getAttribute('aria-valuenow')).toFixed(4), cell?.textContent]
    })
    expect(table, `the table after move ${move + 1}`).toBe(shown)
  }
  await page.mouse.up()
  const frames = await page.evaluate(() => window.paints)
  for (const since of ['page', 'browser'] as const) {
    const sorted = frames.map((frame) => frame[since]).toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(1)
    console.log(
      `${sorted.length} moves, since the ${since} had the event: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms`,
    )
  }
  expect(frames.length).toBeGreaterThanOrEqual(MOVES)
})
