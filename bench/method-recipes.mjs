// A merge by each method beside SLERP, with parameters of the kind that people use.
import { MODELS } from './generate.mjs'

const [amber, birch, cedar] = MODELS.map((name) => `models/${name}`)

/** @type {Record<string, { models: number, yaml: string }>} */
export const METHOD_RECIPES = {
  linear: three('linear', 'weight: 0.5', { isBased: false }),
  task_arithmetic: three('task_arithmetic', 'weight: 0.5'),
  nuslerp: two('nuslerp', 'weight: 0.5', { isBased: false }),
  multislerp: three('multislerp', 'weight: 0.5', { isBased: false }),
  karcher: three('karcher', '', { isBased: false }),
  model_stock: three('model_stock', ''),
  ties: three('ties', 'weight: 0.5, density: 0.4'),
  dare_linear: three('dare_linear', 'weight: 0.5, density: 0.5', { shared: 'random_seed: 1' }),
  dare_ties: three('dare_ties', 'weight: 0.5, density: 0.5', { shared: 'random_seed: 1' }),
  della: three('della', 'weight: 0.5, density: 0.5, epsilon: 0.1', { shared: 'random_seed: 1' }),
  breadcrumbs: three('breadcrumbs', 'weight: 0.5, density: 0.9, gamma: 0.01'),
  sce: three('sce', '', { shared: 'select_topk: 0.3' }),
  ram: three('ram', ''),
  nearswap: two('nearswap', '', { shared: 't: 0.001' }),
  arcee_fusion: two('arcee_fusion', ''),
  nuslerp_rows: two('nuslerp', 'weight: 0.5', { isBased: false, shared: 'nuslerp_flatten: false' }),
  model_stock_rows: three('model_stock', '', { shared: 'filter_wise: true' }),
}

/**
 * @param {string} method
 * @param {string} own parameters of each model
 * @param {{ isBased?: boolean, shared?: string }} [more]
 */
function three(method, own, more) {
  return recipe(method, [birch, cedar], own, more, [amber])
}

/**
 * @param {string} method
 * @param {string} own
 * @param {{ isBased?: boolean, shared?: string }} [more]
 */
function two(method, own, more) {
  return recipe(method, [birch], own, more, [amber])
}

/**
 * @param {string} method
 * @param {(string | undefined)[]} models
 * @param {string} own
 * @param {{ isBased?: boolean, shared?: string } | undefined} more
 * @param {(string | undefined)[]} base
 */
function recipe(method, models, own, { isBased = true, shared = '' } = {}, base) {
  const listed = isBased ? models : [...base, ...models]
  const lines = listed.map((model) => `  - model: ${model}\n${own === '' ? '' : `    parameters: { ${own} }\n`}`)
  const yaml =
    `merge_method: ${method}\n${isBased ? `base_model: ${base[0]}\n` : ''}models:\n${lines.join('')}` +
    `${shared === '' ? '' : `parameters: { ${shared} }\n`}dtype: bfloat16\n`
  return { models: models.length + 1, yaml }
}
