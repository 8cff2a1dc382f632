import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import { openLzlv } from './open-case.ts'
import { recordPainting } from './painted.ts'

const MOVES = 12

/** Everything that the table and the charts show, in view or not, with the charts' pixels. */
function everything(page: Page): Promise<string[]> {
  return page.evaluate(() => [
    ...[...document.querySelectorAll('.tensors tbody tr')].map((row) => (row as HTMLElement).innerText),
    ...[...document.querySelectorAll('.tensors tbody [title]')].map((cell) => (cell as HTMLElement).title),
    ...[...document.querySelectorAll('.chart-readout, .node-stage path')].map(
      (words) => words.textContent + (words.getAttribute('d') ?? ''),
    ),
    // What is painted over the page in flight is not of the page.
    ...[...document.querySelectorAll<HTMLCanvasElement>('canvas:not(.in-flight)')].map((canvas) => canvas.toDataURL()),
  ])
}

/** The point, and t of the first tensor, as they are painted in the frame that a pointer move makes. */
function watchFrames(): void {
  window.pointsAndCells = []
  const paintedAt = (selector: string, within: string): string | null => {
    const { left, right } = document.querySelector(selector)?.getBoundingClientRect() ?? { left: 0, right: 0 }
    const texts = window.paintedOver(document.querySelector(within)) ?? []
    return texts.findLast(({ x }) => x >= left && x < right)?.text ?? null
  }
  window.addEventListener(
    'pointermove',
    () =>
      requestAnimationFrame(() =>
        // Once every other callback of the frame has run, and before the next.
        queueMicrotask(() =>
          setTimeout(() => {
            const point = paintedAt('[data-point="0"]', '.gradient-chart')
            const cell = paintedAt('.tensors tbody .col-t', '.tensors tbody .col-t')
            window.pointsAndCells.push([Number(point ?? Number.NaN).toFixed(4), cell ?? ''])
          }),
        ),
      ),
    true,
  )
}

declare global {
  interface Window {
    pointsAndCells: [point: string, cell: string][]
  }
}

test('while a point is dragged the table shows its t in the same frame, and nothing is stale once the hand rests', async ({
  studio,
}) => {
  const { page } = studio
  await openLzlv(studio, { width: 1920, height: 1080 })
  await expect(page.locator('.tensors tbody .col-t').first()).toContainText('0.2500')
  const point = studio.gradientPoints.first()
  // Waits until the point stands still.
  await point.hover()
  const before = await everything(page)
  const box = await point.boundingBox()
  if (box === null) throw new Error('the point is on the page')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.evaluate(recordPainting)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await expect(point).toBeFocused()
  await page.evaluate(watchFrames)
  for (let move = 1; move <= MOVES; move++) await page.mouse.move(x, y - 9 * move)
  await expect
    .poll(() => page.evaluate(() => window.pointsAndCells.at(-1)?.[0]), 'after the last move')
    .toMatch(/^0\.7/)
  const frames = await page.evaluate(() => window.pointsAndCells)
  expect(frames.map(([, cell]) => cell)).toEqual(frames.map(([point]) => point))
  // With the button still down: what follows only a resting hand is there too, out of view.
  await expect(studio.tensorTable).toHaveAttribute('aria-busy', 'false')
  const resting = await everything(page)
  expect(resting).not.toEqual(before)
  await page.mouse.up()
  await expect(studio.gradientList).not.toHaveValue('[0.25, 0.3, 0.5]')
  // The same as a new plan of the recipe that the drag wrote.
  expect(await everything(page)).toEqual(resting)
})
