// What a dragged point costs: lzlv over three checkpoints of Llama-2-70B's shapes (80 layers, 723 tensors, no bytes) with made-up Gram
// matrices; the plan, and the geometry of all tensors again for each new t. node bench/geometry.mjs
import { createServer } from 'vite'
import { median, printTable } from './table.mjs'

const MODELS = ['Mythospice', 'Xwin', 'Hermes']
const RECIPE = `
name: C1
merge_method: slerp
base_model: Mythospice
models: [{ model: Mythospice }, { model: Xwin }]
parameters: { t: [0.25, 0.3, 0.5] }
---
name: C2
merge_method: slerp
base_model: Xwin
models: [{ model: Xwin }, { model: Hermes }]
parameters: { t: [0.4, 0.3, 0.25] }
---
merge_method: slerp
base_model: C1
models: [{ model: C1 }, { model: C2 }]
parameters: { t: 0.5 }
dtype: float16
`

const server = await createServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, watch: null },
  optimizeDeps: { noDiscovery: true, include: [] },
})
try {
  const { geometryOf, sphereOf, stageTimes, tensorOf } = await server.ssrLoadModule('/src/geometry/index.ts')
  const { planMerge } = await server.ssrLoadModule('/src/plan/plan-merge.ts')
  const { parseRecipe } = await server.ssrLoadModule('/src/recipe/index.ts')
  const { llamaHeaders } = await server.ssrLoadModule('/test/support/llama-headers.ts')
  const checkpoints = new Map(MODELS.map((name) => [name, llamaHeaders(name)]))
  const { recipe } = parseRecipe(RECIPE)
  const settings = { dtype: null, shardBytes: null, memoryBudget: 2 ** 30 }
  const plan = planMerge(recipe, checkpoints, settings)
  const grams = plan.jobs.map(invented)
  let turn = 0
  const moved = () => {
    turn++
    return stageTimes(plan, (label, _, t) => (label === 'C1' ? t + 1e-4 * (turn % 100) : Number.NaN))
  }
  const geometry = geometryOf(plan, grams)
  printTable(
    ['what', 'median ms', '95th percentile ms'],
    [
      row('planMerge', 20, () => planMerge(recipe, checkpoints, settings)),
      row('new t for every stage (stageTimes)', 400, moved),
      row('geometryOf, same plan, new t', 400, () => geometryOf(plan, grams, moved())),
      row('tensorOf with intervals, one tensor', 400, () => tensorOf(geometry, turn++ % 723, grams[turn % 723])),
      row('sphereOf, one tensor', 400, () => sphereOf(geometry, turn++ % 723, grams[turn % 723])),
    ],
  )
} finally {
  await server.close()
}

/** Three directions some degrees apart, in 8 made-up tiles of a large tensor. */
function invented(job, index) {
  const apart = 0.05 + 0.4 * ((index * 0.618) % 1)
  const gram = Float64Array.from(
    [1, 1, 1, 1, 1, 1, 1, 1, 1],
    (x, i) => x - (i % 4 === 0 ? 0 : apart * apart * (1 + i / 20)),
  )
  gram[3] = gram[1]
  gram[6] = gram[2]
  gram[7] = gram[5]
  const grams = new Float64Array(72)
  for (let tile = 0; tile < 8; tile++)
    grams.set(
      gram.map((x) => x / 100 + 1e-4 * Math.sin(tile)),
      9 * tile,
    )
  const elements = job.shape.reduce((product, size) => product * size, 1)
  const tiles = { elements: new Float64Array(8).fill(16_384), grams, sums: new Float64Array(24), population: 1000 }
  return [{ gram, sums: new Float64Array(3), elements, differences: null, tiles }]
}

function row(name, times, run) {
  for (let i = 0; i < 30; i++) run()
  const took = Array.from({ length: times }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  }).toSorted((a, b) => a - b)
  return [name, median(took).toFixed(3), took[Math.floor(0.95 * times)].toFixed(3)]
}
