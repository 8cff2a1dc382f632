import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import { serveUnder } from './static-host.ts'

const DIST = fileURLToPath(new URL('../dist', import.meta.url))

/** Kilobytes of compressed script that the page may load before it can be used. */
const SCRIPT_BUDGET = 300

async function kept(page: Page): Promise<void> {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
}

async function hearsMerged(page: Page): Promise<void> {
  const said = page.getByRole('article', { name: 'Merged' }).locator('p')
  await expect(said).toHaveAttribute('aria-busy', 'false')
  await expect(said).toContainText(/GUIDE: .{10}/s)
}

// A request that fails for want of a network is a complaint, and so is a host beside the one under test.
test.describe('kept files', () => {
  test.use({ allowComplaints: true })

  test('after the first visit the page works without a network, and the demo too once it was opened', async ({
    studio,
    context,
  }) => {
    const { page } = studio
    await studio.open()
    await kept(page)
    await page.getByRole('button', { name: 'Try the demo' }).click()
    await hearsMerged(page)
    await context.setOffline(true)
    try {
      await page.reload()
      await page.getByRole('tab', { name: 'Taste' }).click()
      await hearsMerged(page)
    } finally {
      await context.setOffline(false)
    }
  })

  test('without a network and without an earlier visit the demo says so', async ({ studio, context }) => {
    const { page } = studio
    await studio.open()
    await kept(page)
    await context.setOffline(true)
    try {
      await page.reload()
      await page.getByRole('button', { name: 'Try the demo' }).click()
      await expect(studio.alerts).toContainText('this device is offline, and the demo was not opened here before')
    } finally {
      await context.setOffline(false)
    }
  })

  test('the built page works under a path of a static host that sends no headers', async ({ page }) => {
    const { server, url } = await serveUnder('/tools/slerp/')
    try {
      await page.goto(url)
      await page.getByRole('button', { name: 'Try the demo' }).click()
      await hearsMerged(page)
      await kept(page)
      expect(await page.evaluate(async () => (await navigator.serviceWorker.ready).scope)).toBe(url)
      const manifest = await page.evaluate(
        async () =>
          (await (await fetch('manifest.webmanifest')).json()) as { start_url: string; icons: { src: string }[] },
      )
      for (const path of [manifest.start_url, ...manifest.icons.map(({ src }) => src)])
        expect((await page.request.get(new URL(path, url).href)).status()).toBe(200)
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

test(`the page loads less than ${SCRIPT_BUDGET} kB of compressed script before it can be used`, () => {
  const html = readFileSync(join(DIST, 'index.html'), 'utf8')
  const scripts = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].flatMap(([, name]) => name ?? [])
  expect(scripts.length).toBeGreaterThan(0)
  const bytes = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(DIST, name))).length, 0)
  expect(bytes).toBeLessThan(SCRIPT_BUDGET * 1000)
})
