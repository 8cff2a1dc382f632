// What a plan costs: lzlv over three checkpoints of Llama-2-70B's shapes (723 tensors), and over three of a large mixture of experts
// (61 layers of 256 experts, 47,278 tensors), headers only. node bench/planning.mjs
import { createServer } from 'vite'
import { median, printTable } from './table.mjs'

const MODELS = ['Mythospice', 'Xwin', 'Hermes']
const stage = (name, base, other, t) =>
  `${name === '' ? '' : `name: ${name}\n`}merge_method: slerp\nbase_model: ${base}\nmodels: [{ model: ${base} }, { model: ${other} }]\nparameters: { t: ${t} }\ndtype: float16\n`
const RECIPE = [
  stage('C1', 'Mythospice', 'Xwin', '[0.25, 0.3, 0.5]'),
  stage('C2', 'Xwin', 'Hermes', '[0.4, 0.3, 0.25]'),
  stage('', 'C1', 'C2', '0.5'),
].join('---\n')

const server = await createServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, watch: null },
  optimizeDeps: { noDiscovery: true, include: [] },
})
try {
  const { planMerge } = await server.ssrLoadModule('/src/plan/plan-merge.ts')
  const { geometryOf } = await server.ssrLoadModule('/src/geometry/index.ts')
  const { parseRecipe } = await server.ssrLoadModule('/src/recipe/index.ts')
  const { llamaHeaders } = await server.ssrLoadModule('/test/support/llama-headers.ts')
  const settings = { dtype: null, shardBytes: null, memoryBudget: 2 ** 30 }
  const { recipe } = parseRecipe(RECIPE)
  const rows = []
  for (const [title, times, open] of [
    ['Llama-2-70B', 20, llamaHeaders],
    ['mixture of experts', 5, (name) => expertHeaders(llamaHeaders(name))],
  ]) {
    const checkpoints = new Map(MODELS.map((name) => [name, open(name)]))
    let plan = planMerge(recipe, checkpoints, settings)
    const planning = timed(times, () => {
      plan = planMerge(recipe, checkpoints, settings)
    })
    const geometry = timed(times, () =>
      geometryOf(
        plan,
        plan.jobs.map(() => null),
      ),
    )
    rows.push([`planMerge, ${title}, ${plan.jobs.length} tensors`, ...planning])
    rows.push([`geometryOf, ${title}`, ...geometry])
  }
  printTable(['what', 'median ms', 'longest ms'], rows)
} finally {
  await server.close()
}

/** The MLPs of 61 layers exchanged for 256 small experts each and a router. */
function expertHeaders(checkpoint) {
  const tensors = []
  let offset = 0
  const add = (name, shape) => {
    const byteLength = 2 * shape.reduce((product, size) => product * size, 1)
    tensors.push([name, { name, dtype: 'F16', shape, byteLength, file: 0, offset }])
    offset += byteLength
  }
  for (const { name, shape } of checkpoint.tensors.values()) {
    const [, layer, part] = /^model\.layers\.(\d+)\.(.*)$/.exec(name) ?? []
    if (layer !== undefined && Number(layer) >= 61) continue
    if (part === undefined || !part.startsWith('mlp.')) add(name, shape)
    else if (part === 'mlp.gate_proj.weight') {
      add(`model.layers.${layer}.mlp.gate.weight`, [256, 8192])
      for (let expert = 0; expert < 256; expert++) {
        const at = `model.layers.${layer}.mlp.experts.${expert}`
        for (const [projection, ...own] of [
          ['gate_proj', 2048, 8192],
          ['up_proj', 2048, 8192],
          ['down_proj', 8192, 2048],
        ])
          add(`${at}.${projection}.weight`, own)
      }
    }
  }
  return { ...checkpoint, tensors: new Map(tensors) }
}

function timed(times, run) {
  const took = Array.from({ length: times }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  }).toSorted((a, b) => a - b)
  return [median(took).toFixed(1), took.at(-1).toFixed(1)]
}
