// What the browser's files can give: reads and writes, alone and together, in many ways. `node bench/file-io.mjs [group] ...`
import { giveFolder, launchBrowser } from './browser.mjs'
import { countCpu, THREAD_KINDS } from './cpu.mjs'
import { GROUPS } from './file-io/ways.mjs'
import { generate } from './generate.mjs'
import { outputFolder } from './output.mjs'
import { serveFolder } from './serve.mjs'
import { inSeconds, load, printTable } from './table.mjs'
import { warm } from './warm.mjs'

const MODULES = ['page.mjs', 'worker.mjs', 'reads.mjs', 'writes.mjs']
const HEAD = ['way', 'read s', 'written s', 'closed s', 'processor s', ...THREAD_KINDS, 'load']

const named = process.argv.slice(2)
const models = generate(1.055).slice(0, 2)
warm(models)
const server = await serveFolder(new URL('file-io/', import.meta.url), MODULES)
const browser = await launchBrowser()
const rows = []
try {
  for (const [group, ways] of Object.entries(GROUPS)) {
    if (named.length > 0 && !named.includes(group)) continue
    for (const [name, way] of Object.entries(ways)) {
      rows.push([`${group}: ${name}`, ...(await measure(way)), load()])
      console.log(rows.at(-1)?.join('  '))
    }
  }
} finally {
  printTable(HEAD, rows)
  await browser.close()
  server.close()
}

async function measure(way) {
  const page = await browser.context.newPage()
  const output = outputFolder()
  try {
    await page.goto(server.url)
    await page.waitForFunction(() => 'fileIo' in globalThis)
    for (const folder of [...models, output.path]) await giveFolder(page, folder)
    const counted = countCpu(browser.profile)
    const { read, written, closed } = await page.evaluate(async (settings) => {
      const handles = globalThis.benchFolders.splice(0)
      const folder = handles.pop()
      await folder.requestPermission({ mode: 'readwrite' })
      return globalThis.fileIo(handles, folder, settings)
    }, way)
    const cpu = counted()
    return [read, written, closed, cpu.reduce((sum, seconds) => sum + seconds, 0), ...cpu].map(inSeconds)
  } finally {
    await page.close()
    output.remove()
  }
}
