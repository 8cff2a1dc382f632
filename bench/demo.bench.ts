import { expect, test } from '../e2e/fixtures.ts'

const ROUNDS = 5
const DRAGS = 20

/** From an empty studio to a merged model that speaks, and from the end of a drag to its new text and losses. */
test('the demo speaks', async ({ studio, context, baseURL }) => {
  const { page } = studio
  const said = page.getByRole('article', { name: 'Merged' }).locator('p')
  const session = await context.newCDPSession(page)
  const opened: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    await page.goto('about:blank')
    await session.send('Storage.clearDataForOrigin', { origin: new URL(baseURL ?? '').origin, storageTypes: 'all' })
    await studio.open()
    const start = performance.now()
    await page.getByRole('button', { name: 'Try the demo' }).click()
    await expect(said).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 })
    await expect(said).toContainText(/GUIDE: .{10}/s)
    opened.push((performance.now() - start) / 1000)
  }
  const list = page.getByRole('textbox', { name: 'Gradient as a list' })
  const times: { text: number; losses: number }[] = []
  for (let drag = 0; drag < DRAGS; drag++) {
    const t = (0.3 + 0.02 * drag).toFixed(2)
    await list.fill(`[${t}, ${t}, ${t}]`)
    times.push(
      await page.evaluate(async () => {
        const merged = document.querySelector('.taste-merged .said-text')
        const numbers = () => [...document.querySelectorAll('.loss-number')].map((cell) => cell.textContent)
        const before = numbers()
        const start = performance.now()
        document
          .querySelector<HTMLInputElement>('[aria-label="Gradient as a list"]')
          ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
        const until = (is: () => boolean) =>
          new Promise<number>((resolve) => {
            const look = () => (is() ? resolve(performance.now() - start) : requestAnimationFrame(look))
            look()
          })
        await until(() => merged?.getAttribute('aria-busy') === 'true')
        const text = await until(() => merged?.getAttribute('aria-busy') === 'false')
        const losses = await until(() => numbers().every((number, i) => number !== before[i]))
        return { text, losses }
      }),
    )
  }
  const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
  console.log(
    `from the click on “Try the demo” to the merged model’s text: ${opened.map((s) => s.toFixed(1)).join(', ')} s`,
  )
  for (const what of ['text', 'losses'] as const) {
    const values = times.map((time) => time[what])
    console.log(
      `from a new gradient to new ${what}: median ${median(values).toFixed(0)} ms, longest ${Math.max(...values).toFixed(0)} ms`,
    )
  }
})
