// Merges of other shapes: three sizes, many tensors against two, tensors of more than 2 GiB. `node bench/shapes.mjs [sizes] [tensors] [large]`
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { measureMerge, serveApp } from './app.mjs'
import { launchBrowser } from './browser.mjs'
import { generateShape } from './generate.mjs'
import { RECIPES } from './recipes.mjs'
import { shapeFor } from './shape.mjs'
import { inGigabytes, inSeconds, load, printTable } from './table.mjs'
import { warm } from './warm.mjs'

const HEAD = [
  'group',
  'checkpoints',
  'tensors',
  'GB each',
  'seconds',
  'seconds for 1 GB',
  'peak memory over idle GB',
  'load',
]
const TIMEOUT_MS = 280_000

/** Nearly everything lies in the embedding and the head. */
const TWO_LARGE = { hidden: 2048, intermediate: 64, keyValue: 64, layers: 1, vocabulary: 121_600 }
/** 222 layers of 9 tensors, and 3 more. */
const MANY_SMALL = { hidden: 448, intermediate: 1232, keyValue: 56, layers: 222, vocabulary: 32_000 }
/** As Llama 3 70B has them: 2.1 GB each. */
const OVER_2_GIB = { hidden: 8192, intermediate: 64, keyValue: 64, layers: 1, vocabulary: 128_256 }

/** @type {Record<string, { name: string, shape: import('./shape.mjs').Shape, holes?: boolean }[]>} */
const GROUPS = {
  sizes: [0.5, 1.055, 3.165].map((size) => ({ name: `${size} GB`, shape: shapeFor(size) })),
  tensors: [
    { name: 'two large tensors', shape: TWO_LARGE },
    { name: 'many small tensors', shape: MANY_SMALL },
  ],
  large: [{ name: 'two tensors of 2.1 GB (zeros)', shape: OVER_2_GIB, holes: true }],
}

const named = process.argv.slice(2)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 1)
const app = await serveApp()
const browser = await launchBrowser()
const rows = []
try {
  // The first close in a fresh profile can take seconds.
  const warmUp = generateShape(shapeFor(0.1)).slice(0, 2)
  await measureMerge(browser, app.url, { ...mergeOf(warmUp, shapeFor(0.1)), memory: false })
  for (const [group, cases] of Object.entries(GROUPS)) {
    if (named.length > 0 && !named.includes(group)) continue
    const made = cases.map(({ name, shape, holes }) => {
      const models = generateShape(shape, holes).slice(0, 2)
      warm(models)
      return { name, shape, models }
    })
    // In turn, so that what disturbs the machine disturbs all alike.
    for (let round = 0; round < rounds; round++) for (const one of made) await measure(group, one)
  }
} finally {
  console.log()
  printTable(HEAD, rows)
  await browser.close()
  await app.close()
}

/**
 * @param {string} group
 * @param {{ name: string, shape: import('./shape.mjs').Shape, models: string[] }} made
 */
async function measure(group, { name, shape, models }) {
  const merge = mergeOf(models, shape)
  const { seconds } = await measureMerge(browser, app.url, { ...merge, memory: false })
  const { idle, peak } = await measureMerge(browser, app.url, { ...merge, memory: true })
  const gigabytes = statSync(join(models[0], 'model.safetensors')).size / 1e9
  rows.push([
    group,
    `2 × ${name}`,
    String(3 + 9 * shape.layers),
    gigabytes.toFixed(3),
    inSeconds(seconds),
    inSeconds(seconds / gigabytes),
    inGigabytes([idle === null || peak === null ? null : peak - idle]),
    load(),
  ])
  console.log(rows.at(-1)?.join('  '))
}

/**
 * @param {string[]} models
 * @param {import('./shape.mjs').Shape} shape
 */
function mergeOf(models, shape) {
  const yaml = RECIPES.slerp.yaml.replaceAll('LAYERS', String(shape.layers))
  return { models, yaml, engine: /** @type {const} */ ('WebAssembly'), verify: false, timeoutMs: TIMEOUT_MS }
}

process.exit(0)
