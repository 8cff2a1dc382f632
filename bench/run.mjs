// The benchmark: merges through the page, beside what the same browser needs to copy as many bytes.
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { requireChromium } from '../scripts/chromium.mjs'
import { gpuOf, measureMerge, serveApp } from './app.mjs'
import { launchBrowser } from './browser.mjs'
import { CopyLimit } from './copy-limit/limit.mjs'
import { MORE_WAYS, WAYS } from './copy-limit/measure.mjs'
import { generate } from './generate.mjs'
import { descendantsMemory } from './memory.mjs'
import { METHOD_RECIPES } from './method-recipes.mjs'
import { readOptions } from './options.mjs'
import { RECIPES } from './recipes.mjs'
import { inGigabytes, inSeconds, load, median, printTable, rate } from './table.mjs'
import { warm } from './warm.mjs'

const MERGE_HEAD = ['merge', 'engine', 'verified', 'seconds', 'GB/s', 'times copy limit', 'peak memory GB']
const COPY_HEAD = ['copy', 'ways', 'seconds', 'GB/s']
/** How near an expected time should be to the real one. */
const EXPECTED_WITHIN = 0.3
const MEMORY_EVERY_MS = 1000
const TIMEOUT_MS = 30 * 60_000

/** @param {import('./options.mjs').Options} options */
async function bench({ cases, ...options }) {
  await printMachine()
  if (cases.includes('70b')) await rehearse(options.layers, options.part)
  const measured = cases.filter((name) => name !== '70b')
  if (measured.length > 0) await benchInBrowser({ cases: measured, ...options })
}

/**
 * lzlv at its true size, without a disk (bench/rehearsal).
 * @param {number} layers
 * @param {string} part
 */
async function rehearse(layers, part) {
  const config = join('bench', 'rehearsal', 'rehearsal.config.ts')
  const child = spawn('npx', ['vitest', 'run', '--config', config], {
    stdio: 'inherit',
    env: { ...process.env, BENCH_LAYERS: String(layers), BENCH_PART: part },
  })
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, descendantsMemory(child.pid ?? 0))
  }, MEMORY_EVERY_MS)
  const code = await new Promise((resolve) => child.on('close', resolve))
  clearInterval(timer)
  console.log(`peak memory of the whole browser: ${(peak / 1e9).toFixed(2)} GB`)
  if (code !== 0) throw new Error('The rehearsal failed.')
}

/** @param {import('./options.mjs').Options} options */
async function benchInBrowser(options) {
  const browser = await launchBrowser()
  try {
    if (options.cases.includes('copy')) await benchCopies(browser, options)
    const merges = options.cases.filter((name) => name !== 'copy')
    if (merges.length > 0) await benchMerges(browser, merges, options)
  } finally {
    await browser.close()
  }
}

async function printMachine() {
  const chromium = execFileSync(await requireChromium(), ['--version'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
  const cores = cpus()
  console.log(`${new Date().toISOString()} · ${cores.length} × ${cores[0]?.model.trim() ?? 'unknown processor'}`)
  console.log(`${(totalmem() / 1e9).toFixed(0)} GB of memory · ${process.platform} · ${chromium}\n`)
}

/**
 * @param {number} size
 * @param {number} count
 * @returns {string[]} folders of `count` checkpoints, in the page cache
 */
function inputs(size, count) {
  const folders = generate(size).slice(0, count)
  warm(folders)
  return folders
}

/**
 * @param {import('./browser.mjs').BenchBrowser} browser
 * @param {import('./options.mjs').Options} options
 */
async function benchCopies(browser, { size, rounds, everyWay }) {
  const rows = []
  for (const [name, { models }] of Object.entries(RECIPES)) {
    const limit = new CopyLimit(browser, inputs(size, models), everyWay ? [...WAYS, ...MORE_WAYS] : WAYS)
    for (let round = 0; round < rounds; round++) await limit.round()
    for (const row of limit.rows()) rows.push([`${models} in, 1 out (${name})`, ...row])
  }
  console.log()
  printTable(COPY_HEAD, rows)
}

/**
 * @param {import('./browser.mjs').BenchBrowser} browser
 * @param {string[]} names
 * @param {import('./options.mjs').Options} options
 */
async function benchMerges(browser, names, options) {
  const app = await serveApp()
  const rows = []
  const copies = []
  try {
    const gpu = options.engines.includes('WebGPU') ? await gpuOf(browser, app.url) : null
    for (const engine of options.engines) {
      if (engine === 'WebGPU' && gpu === null) {
        console.log('WebGPU: left out, because this browser has no adapter.')
        continue
      }
      const isSoftware = engine === 'WebGPU' && gpu !== null && gpu.isSoftware
      const size = isSoftware ? Math.min(options.webgpuSize, options.size) : options.size
      if (isSoftware)
        console.log(`WebGPU: ${gpu.name} is a software adapter, no GPU; so it merges checkpoints of ${size} GB.`)
      for (const name of names) {
        const measured = await benchMerge(browser, app.url, name, engine, size, options)
        rows.push(...measured.rows)
        copies.push(...measured.copies)
      }
    }
  } finally {
    await app.close()
  }
  console.log()
  printTable(MERGE_HEAD, rows)
  console.log('\nThe copy limits of the same runs:')
  printTable(COPY_HEAD, copies)
}

/**
 * Rounds of copy limit, merge, merge with verification: what disturbs the machine disturbs all alike.
 * @param {import('./browser.mjs').BenchBrowser} browser
 * @param {string} url
 * @param {string} name
 * @param {import('./app.mjs').Engine} engine
 * @param {number} size
 * @param {import('./options.mjs').Options} options
 */
async function benchMerge(browser, url, name, engine, size, { rounds, verify }) {
  const recipe = name === 'slerp' || name === 'lzlv' ? RECIPES[name] : METHOD_RECIPES[name]
  if (recipe === undefined) throw new Error(`no recipe ${name}`)
  const models = inputs(size, recipe.models)
  const layers = JSON.parse(readFileSync(join(models[0], 'config.json'), 'utf8')).num_hidden_layers
  const yaml = recipe.yaml.replaceAll('LAYERS', String(layers))
  const merge = { models, yaml, engine, memory: false, timeoutMs: TIMEOUT_MS }
  const limit = new CopyLimit(browser, models, WAYS)
  /** @type {Map<boolean, import('./app.mjs').Merge[]>} */
  const runs = new Map(verify.map((on) => [on, []]))
  for (let round = 0; round < rounds; round++) {
    await limit.round()
    for (const [on, list] of runs) {
      const run = await measureMerge(browser, url, { ...merge, verify: on })
      list.push(run)
      console.log(
        `  ${name}, ${engine}${on ? ', verified' : ''}: ${inSeconds(run.seconds)} s  [${load()}]  ${inWords(run.expected)}`,
      )
    }
  }
  printExpected([...runs.values()].flat())
  // Runs of their own: to look at the memory slows the browser.
  /** @type {Map<boolean, number | null>} */
  const peaks = new Map()
  for (const on of verify) {
    const { idle, peak } = await measureMerge(browser, url, { ...merge, verify: on, memory: true })
    peaks.set(on, idle === null || peak === null ? null : peak - idle)
  }
  const bytesRead = models.reduce((sum, model) => sum + weightBytes(model), 0)
  const label = `${name}, ${models.length} × ${(weightBytes(models[0]) / 1e9).toFixed(3)} GB`
  const rows = [...runs].map(([on, list]) => {
    const seconds = median(list.map((run) => run.seconds))
    const bytes = bytesRead + (list[0]?.bytesWritten ?? 0)
    const times = (seconds / limit.seconds()).toFixed(2)
    return [
      label,
      engine,
      on ? 'yes' : 'no',
      inSeconds(seconds),
      rate(bytes, seconds),
      times,
      inGigabytes([peaks.get(on) ?? null]),
    ]
  })
  return { rows, copies: limit.rows().map((row) => [label, ...row]) }
}

/** @param {import('./app.mjs').Expected} expected */
function inWords({ before, after }) {
  const words = [
    ...(before === null ? [] : [`${inSeconds(before)} s expected before`]),
    ...(after === null ? [] : [`${inSeconds(after)} s after the first second`]),
  ]
  return words.join(', ')
}

/** How often a merge took what was expected of it. @param {import('./app.mjs').Merge[]} runs */
function printExpected(runs) {
  for (const [kind, words] of /** @type {const} */ ([
    ['before', 'by what earlier runs took'],
    ['after', 'after the first second'],
  ])) {
    const pairs = runs.flatMap(({ seconds, expected }) => {
      const found = expected[kind]
      return found === null ? [] : [Math.abs(found / seconds - 1)]
    })
    const good = pairs.filter((error) => error <= EXPECTED_WITHIN).length
    if (pairs.length > 0)
      console.log(`  expected ${words}: within ${100 * EXPECTED_WITHIN} % in ${good} of ${pairs.length} runs`)
  }
}

/** @param {string} model */
function weightBytes(model) {
  return statSync(join(model, 'model.safetensors')).size
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options) await bench(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  // At once: after an interruption a server may still listen. Folders are removed on exit.
  process.exit(1)
}
