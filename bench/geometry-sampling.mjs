// How soon geometry shows after two models of 1.055 GB are opened: samples in the worker, from real files in a real Chromium, five first
// visits and one that remembers; then everything read, and whether the intervals held. node bench/geometry-sampling.mjs
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import { giveFolder, launchBrowser } from './browser.mjs'
import { generate } from './generate.mjs'
import { load, median, printTable } from './table.mjs'

const folders = generate(1.055).slice(0, 2)
const root = fileURLToPath(new URL('..', import.meta.url))
const server = await createServer({ root, logLevel: 'error', server: { port: 0, host: '127.0.0.1', open: false } })
await server.listen()
const browser = await launchBrowser()
try {
  const page = await browser.context.newPage()
  page.on('pageerror', (error) => console.error(error))
  const address = server.httpServer?.address()
  if (address === null || typeof address !== 'object') throw new Error('the server has no port')
  await page.goto(`http://127.0.0.1:${address.port}/bench/geometry-sampling/`)
  await page.waitForFunction(() => 'bench' in globalThis)
  for (const folder of folders) await giveFolder(page, folder)
  console.log(load())
  const found = await page.evaluate(() => globalThis.bench())
  const row = (name, pick) => [name, ...['first', 'all', 'end'].map((key) => pick(key).toFixed(0))]
  printTable(
    ['ms after the plan', 'first tensors', 'every tensor', 'all tiles'],
    [
      row('first visit, median of 5', (key) => median(found.visits.map((visit) => visit[key]))),
      row('slowest of 5', (key) => Math.max(...found.visits.map((visit) => visit[key]))),
      row('second visit', (key) => found.again[key]),
    ],
  )
  console.log(
    `${found.tensors} tensors, opened in ${found.opened.toFixed(0)} ms; exact sums of ${found.sampledTensors} tensors on demand: ${(found.measured / 1000).toFixed(1)} s; ${found.held} of ${found.sampledTensors} intervals held, median width ${found.width.toExponential(1)}`,
  )
} finally {
  await browser.close()
  await server.close()
}
