import { describe, expect, test } from 'vitest'
import { createReferenceEngine, createWasmEngine } from '../src/engine/index.ts'
import { mergeInMemory } from './support/merge-in-memory.ts'
import { modelFolder, type NewTensor, tensor } from './support/model-in-memory.ts'
import { SETTINGS } from './support/settings.ts'

/** NaN and infinities are counted by tensor and model, whatever looked through the values: a kernel that met none, or this program. */

const own = 'models:\n  - {model: b, parameters: {weight: 0.5}}\n  - {model: c, parameters: {weight: 0.5}}\n'
const stage = (method: string, shared = '') =>
  `merge_method: ${method}\nbase_model: a\n${own}parameters: {${shared}}\ndtype: bfloat16\n`

const RECIPES: readonly (readonly [string, string])[] = [
  ['ties', stage('ties', 'density: 0.4, rescale: true')],
  ['breadcrumbs', stage('breadcrumbs', 'density: 0.7, gamma: 0.02')],
  ['dare_linear', stage('dare_linear', 'density: 0.5, random_seed: 1')],
  ['della', stage('della', 'density: 0.5, epsilon: 0.1, random_seed: 1')],
  ['sce', stage('sce', 'select_topk: 0.3')],
  ['ram', stage('ram')],
  ['model_stock by row', stage('model_stock', 'filter_wise: true')],
  [
    'a slerp of two element-wise stages',
    `name: one\n${stage('ties', 'density: 0.4')}---\nname: two\n${stage('dare_linear', 'density: 0.6')}---\n` +
      'merge_method: slerp\nbase_model: one\nmodels: [{model: one}, {model: two}]\nparameters: {t: 0.3}\ndtype: bfloat16\n',
  ],
  [
    'a slerp of an element-wise stage and of a model that it lacks',
    `name: one\nmerge_method: ties\nbase_model: a\nmodels: [{model: b, parameters: {weight: 0.5}}]\nparameters: {density: 0.4}\ndtype: bfloat16\n---\n` +
      'merge_method: slerp\nbase_model: one\nmodels: [{model: one}, {model: c}]\nparameters: {t: 0.3}\ndtype: bfloat16\n',
  ],
]

/** With so many elements a tensor is several of the smallest tiles. */
const SHAPE = [48, 1024]
const PLAIN = 'model.layers.0.plain.weight'
const ODD = 'model.layers.0.odd.weight'
const EMBEDDING = 'model.embed_tokens.weight'

function odd(
  model: string,
  name: string,
  shape: readonly number[],
  nan: readonly number[],
  infinite: readonly number[],
) {
  const made: NewTensor = tensor(name, shape, 'BF16', model)
  for (const at of nan) made.values[at] = Number.NaN
  for (const [i, at] of infinite.entries())
    made.values[at] = i % 2 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return made
}

const MODELS = [
  modelFolder('a', [
    // The last rows of the base are in no other model.
    odd('a', EMBEDDING, [300, 64], [3, 290 * 64 + 7], []),
    tensor(PLAIN, SHAPE, 'BF16', 'a'),
    odd('a', ODD, SHAPE, [], [48 * 1024 - 1]),
  ]),
  modelFolder('b', [
    tensor(EMBEDDING, [280, 64], 'BF16', 'b'),
    tensor(PLAIN, SHAPE, 'BF16', 'b'),
    odd('b', ODD, SHAPE, [0, 1, 20_000], [40_000, 16_384]),
  ]),
  modelFolder('c', [
    odd('c', EMBEDDING, [280, 64], [], [279 * 64 + 63]),
    tensor(PLAIN, SHAPE, 'BF16', 'c'),
    odd('c', ODD, SHAPE, [12_345], []),
  ]),
]

const EXPECTED = [
  // The second is in a row that the result lacks: it is not read.
  { checkpoint: 'a', tensor: EMBEDDING, nan: 1, infinite: 0 },
  { checkpoint: 'a', tensor: ODD, nan: 0, infinite: 1 },
  { checkpoint: 'b', tensor: ODD, nan: 3, infinite: 2 },
  { checkpoint: 'c', tensor: EMBEDDING, nan: 0, infinite: 1 },
  { checkpoint: 'c', tensor: ODD, nan: 1, infinite: 0 },
]

const wasm = createWasmEngine()

describe.each(RECIPES)('%s', (_, recipe) => {
  test('counts those of every model', async () => {
    for (const engine of [createReferenceEngine(), await wasm])
      for (const memoryBudget of [2 ** 30, 1]) {
        const { report } = await mergeInMemory(recipe, MODELS, { ...SETTINGS, memoryBudget }, engine)
        const found = report.nonFinite.toSorted((a, b) =>
          `${a.checkpoint} ${a.tensor}` < `${b.checkpoint} ${b.tensor}` ? -1 : 1,
        )
        expect(found, `${engine.kind}, budget ${memoryBudget}`).toEqual(EXPECTED)
      }
  })
})
