import { describe, expect, test } from 'vitest'
import { createReferenceEngine, createWasmEngine, createWebGpuEngine, type Engine } from '../src/engine/index.ts'
import { mergeInMemory } from './support/merge-in-memory.ts'
import { llama } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

/** The promise of the same bytes everywhere, for the methods that decide element by element. */

const own = (parameters: string) =>
  `models:\n  - {model: b, parameters: {${parameters}}}\n  - {model: c, parameters: {${parameters}}}\n`
const stage = (method: string, parameters: string, shared = '') =>
  `merge_method: ${method}\nbase_model: a\n${own(parameters)}${shared}dtype: bfloat16\n`
const SEEDED = 'parameters: {random_seed: 3, rescale: true}\n'

const RECIPES: readonly (readonly [string, string])[] = [
  ['ties', stage('ties', 'weight: 0.5, density: 0.4', 'parameters: {rescale: true}\n')],
  ['breadcrumbs_ties', stage('breadcrumbs_ties', 'weight: 0.5, density: 0.7, gamma: 0.02')],
  ['dare_ties', stage('dare_ties', 'weight: 0.5, density: 0.4', SEEDED)],
  ['della_linear', stage('della_linear', 'weight: 0.5, density: 0.5, epsilon: 0.1', SEEDED)],
  ['sce', stage('sce', 'weight: 1', 'parameters: {select_topk: 0.3}\n')],
  ['ramplus_tl', stage('ramplus_tl', 'weight: 1')],
  ['nearswap', 'merge_method: nearswap\nbase_model: a\nmodels: [{model: b}]\nparameters: {t: 0.01}\ndtype: float16\n'],
  ['arcee_fusion', 'merge_method: arcee_fusion\nbase_model: a\nmodels: [{model: b}]\ndtype: bfloat16\n'],
  ['model_stock by row', stage('model_stock', 'weight: 1', 'parameters: {filter_wise: true}\n')],
  [
    'a slerp of two element-wise stages',
    `name: one\n${stage('ties', 'weight: 0.5, density: 0.4')}---\nname: two\n${stage('dare_linear', 'weight: 0.5, density: 0.6', SEEDED)}---\n` +
      'merge_method: slerp\nbase_model: one\nmodels: [{model: one}, {model: two}]\nparameters: {t: 0.3}\ndtype: bfloat16\n',
  ],
]

async function gpuEngine(maxArenaBytes: number): Promise<Engine> {
  const adapter = await navigator.gpu.requestAdapter()
  if (adapter === null) throw new Error('this Chromium was started without WebGPU')
  return createWebGpuEngine(await adapter.requestDevice(), adapter.info, { maxArenaBytes })
}

// One for all: a browser gives a page only so much room for memories of WebAssembly.
const wasm = createWasmEngine()

describe.each(RECIPES)('%s writes the same bytes', (_, recipe) => {
  // Few tensors, as each hash needs a memory of its own. The embedding has 280 x 64 elements: two tiles of the smallest size.
  const models = ['a', 'b', 'c'].map((name, i) =>
    llama(name, { hidden: 64, layers: 1, vocabulary: 300 - 10 * i, skip: /layers/ }),
  )
  const bytes = async (engine: Engine, memoryBudget: number) => {
    const { files } = await mergeInMemory(recipe, models, { ...SETTINGS, memoryBudget }, engine)
    if (engine.kind === 'webgpu') engine.destroy()
    return files.get('model-00001-of-00001.safetensors')
  }
  const expected = bytes(createReferenceEngine(), 2 ** 30)

  test('with WebAssembly, resident and in the smallest tiles', async () => {
    expect(await bytes(await wasm, 2 ** 30)).toEqual(await expected)
    expect(await bytes(await wasm, 1)).toEqual(await expected)
  })

  test('with WebGPU', async () => {
    expect(await bytes(await gpuEngine(2 ** 27), 2 ** 30)).toEqual(await expected)
  })
})
