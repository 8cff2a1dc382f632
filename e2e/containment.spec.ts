import { createSocket } from 'node:dgram'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from '@playwright/test'
import { containmentHeaders, isolationHeaders, metaPolicy } from '../scripts/headers.ts'
import { modelsOf, recipeOf } from './conformance-cases.ts'
import { expect, test } from './fixtures.ts'
import { shardsIn, slerpOf, writeLong } from './long-merge.ts'
import { serveUnder } from './static-host.ts'
import type { Studio } from './studio.ts'

// Nothing leaves the machine: every request of every target is recorded, and a page that leaks shows that the record would see it.

const DIST = fileURLToPath(new URL('../dist', import.meta.url))

function recordRequests(context: BrowserContext): { readonly urls: string[]; stop(): void } {
  const urls: string[] = []
  const onRequest = (request: { url(): string }) => urls.push(request.url())
  context.on('request', onRequest)
  return { urls, stop: () => context.off('request', onRequest) }
}

async function prepare(studio: Studio, output: string, recipe: string, models: readonly string[]): Promise<void> {
  await studio.open()
  for (const model of models) await studio.addModel(model)
  await studio.importRecipe(recipe)
  await studio.setEngine('WebAssembly')
  await studio.outputFolder(output)
  await expect(studio.mergeButton).toBeEnabled()
  // The merge's worker and its kernels are loaded ahead; the charts and the sampling of the geometry load their own.
  await studio.page.waitForLoadState('networkidle')
}

test('a full merge asks for the own files of the app alone, and from the press of Merge to its end for none', async ({
  studio,
  makeFolder,
  context,
  baseURL,
}) => {
  const { urls, stop } = recordRequests(context)
  await prepare(studio, makeFolder('merged'), recipeOf('lzlv'), modelsOf('lzlv'))
  const before = urls.length
  await studio.merge()
  await studio.waitDone()
  const during = urls.slice(before)
  stop()
  const built = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).map((name) => new URL(name, baseURL).href)
  const own = new Set([...built, baseURL])
  expect(before).toBeGreaterThan(5)
  expect(urls.some((url) => /\/merge\.worker-[^/]*\.js$/.test(url))).toBe(true)
  expect(urls.some((url) => url.endsWith('.wasm'))).toBe(true)
  expect(urls.filter((url) => !own.has(url))).toEqual([])
  expect(during).toEqual([])
})

test('a merge that is gone on with asks for nothing either, from the press of Continue to its end', async ({
  studio,
  makeFolder,
  context,
}) => {
  const folders = writeLong(makeFolder)
  const output = makeFolder('out')
  await prepare(studio, output, slerpOf(folders), folders)
  await studio.setShardSize('10MB')
  await studio.merge()
  // What is only open has no bytes yet.
  await expect.poll(() => shardsIn(output).length, { intervals: [20] }).toBeGreaterThan(2)
  await studio.page.getByRole('button', { name: 'Cancel', exact: true }).click()
  // On another day: a new page, which is given the folders again.
  await studio.page.getByRole('button', { name: 'Continue', exact: true }).waitFor()
  await studio.page.reload()
  for (const folder of folders) await studio.addModel(folder)
  await studio.outputFolder(output)
  await studio.page.waitForLoadState('networkidle')
  const { urls, stop } = recordRequests(context)
  await studio.page.getByRole('button', { name: 'Continue', exact: true }).click()
  await studio.waitDone()
  stop()
  expect(urls).toEqual([])
})

/** Everything that a page could try to send its data away by, aimed at a server that listens. */
const leaksTo = (port: number, udp: number) => `
const away = 'http://127.0.0.1:${port}/'
fetch(away + 'fetch', { mode: 'no-cors' }).catch(() => {})
new Image().src = away + 'image'
navigator.sendBeacon(away + 'beacon', 'weights')
const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = away + 'style'; document.head.append(link)
try { new WebSocket('ws://127.0.0.1:${port}/socket') } catch {}
try {
  const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${udp}' }] })
  peer.createDataChannel('weights')
  peer.createOffer().then((offer) => peer.setLocalDescription(offer)).catch(() => {})
} catch {}
window.open(away + 'window')
setTimeout(() => { document.title = 'leaked' }, 1500)
`

interface Listener {
  /** What arrived, by way. */
  readonly heard: ReadonlySet<string>
  readonly port: number
  readonly udp: number
  close(): void
}

async function listen(): Promise<Listener> {
  const heard = new Set<string>()
  const server = createServer((request, response) => {
    if (request.url !== '/favicon.ico') heard.add((request.url ?? '').slice(1))
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin').end('')
  })
  server.on('upgrade', (_, socket) => {
    heard.add('socket')
    socket.destroy()
  })
  const stun = createSocket('udp4')
  stun.on('message', () => heard.add('WebRTC'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => stun.bind(0, '127.0.0.1', resolve))
  const close = () => {
    server.close()
    server.closeAllConnections()
    stun.close()
  }
  return { heard, port: (server.address() as AddressInfo).port, udp: stun.address().port, close }
}

/** Serves a page that leaks, with these headers on it and its script. */
async function openLeaky(page: Page, { port, udp }: Listener, headers: Record<string, string>, head: string) {
  const html = `<html><head>${head}<title>leaky</title></head><body><script src="/leaks.js"></script></body></html>`
  // A page that Playwright makes up has no address, and the browser would refuse it the local network whatever its policy.
  const server = createServer((request, response) => {
    const isScript = request.url === '/leaks.js'
    response.writeHead(200, { ...headers, 'Content-Type': isScript ? 'text/javascript' : 'text/html' })
    response.end(isScript ? leaksTo(port, udp) : html)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  await expect(page).toHaveTitle('leaked')
  server.close()
  server.closeAllConnections()
}

const META = `<meta http-equiv="Content-Security-Policy" content="${metaPolicy()}">`

test.describe('a page that leaks', () => {
  test.use({ allowComplaints: true })

  for (const [policy, headers, head, through] of [
    ['is held by the headers: nothing arrives', containmentHeaders, '', []],
    [
      'is held by the <meta> element alone as far as the documentation says: windows and WebRTC get through',
      {},
      META,
      ['WebRTC', 'window'],
    ],
    [
      'gets everything through when the policy is off, and the record sees it',
      isolationHeaders(),
      '',
      ['WebRTC', 'beacon', 'fetch', 'image', 'socket', 'style', 'window'],
    ],
  ] as const)
    test(policy, async ({ page, context }) => {
      const listener = await listen()
      const { urls, stop } = recordRequests(context)
      const sockets: string[] = []
      page.on('websocket', (socket) => sockets.push(socket.url()))
      await openLeaky(page, listener, { ...headers }, head)
      await expect.poll(() => [...listener.heard].sort()).toEqual([...through])
      stop()
      const seen = [...urls, ...sockets].join('\n')
      for (const way of through) if (way !== 'WebRTC') expect(seen).toContain(`127.0.0.1:${listener.port}/${way}`)
      for (const other of context.pages()) if (other !== page) await other.close()
      listener.close()
    })
})

test.describe('the facts about where files go', () => {
  test.use({ allowComplaints: true })

  test('say that the browser holds the page, where the headers are sent', async ({ studio }) => {
    await studio.open()
    await studio.page.getByRole('button', { name: 'Runs on this device' }).click()
    const facts = studio.page.getByRole('dialog', { name: 'Where your files go' })
    await expect(facts).toContainText('this host’s headers forbid the page and its workers every request')
    await expect(facts).not.toContainText('code alone')
  })

  test('say which promise rests on the code alone, where the host sends no headers', async ({ page }) => {
    const { server, url } = await serveUnder('/')
    await page.goto(url)
    await page.getByRole('button', { name: 'Runs on this device' }).click()
    const facts = page.getByRole('dialog', { name: 'Where your files go' })
    await expect(facts).toContainText('This host sends no containment headers.')
    await expect(facts).toContainText('rests on the page’s code alone')
    await page.goto('about:blank')
    server.close()
    server.closeAllConnections()
  })
})

test('the built page carries the policy, and the headers lie beside it', () => {
  const html = readFileSync(join(DIST, 'index.html'), 'utf8').replaceAll('&#39;', "'")
  expect(html).toContain(`content="${metaPolicy()}"`)
  expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<script'))
  const file = readFileSync(join(DIST, '_headers'), 'utf8')
  for (const [name, value] of Object.entries(containmentHeaders)) expect(file).toContain(`  ${name}: ${value}\n`)
})
