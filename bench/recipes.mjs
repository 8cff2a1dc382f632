// The merges that are measured. No value is exactly 0 or 1: then a tensor would be copied, not merged.
import { MODELS } from './generate.mjs'

const [amber, birch, cedar] = MODELS.map((name) => `models/${name}`)

/** @type {Record<'slerp' | 'lzlv', { models: number, yaml: string }>} */
export const RECIPES = {
  slerp: {
    models: 2,
    yaml: `slices:
  - sources:
      - model: ${amber}
        layer_range: [0, LAYERS]
      - model: ${birch}
        layer_range: [0, LAYERS]
merge_method: slerp
base_model: ${amber}
parameters:
  t:
    - filter: self_attn
      value: [0.1, 0.5, 0.3, 0.7, 0.9]
    - filter: mlp
      value: [0.9, 0.5, 0.7, 0.3, 0.1]
    - value: 0.5
dtype: bfloat16
`,
  },
  lzlv: {
    models: 3,
    yaml: `${stage('component1', amber, birch, '[0.25, 0.3, 0.5]')}---
${stage('component2', birch, cedar, '[0.4, 0.3, 0.25]')}---
${stage(null, 'component1', 'component2', '0.5')}`,
  },
}

/**
 * @param {string | null} name
 * @param {string | undefined} base
 * @param {string | undefined} other
 * @param {string} t
 */
function stage(name, base, other, t) {
  return `${name === null ? '' : `name: ${name}\n`}merge_method: slerp
base_model: ${base}
models:
  - model: ${base}
  - model: ${other}
parameters:
  t: ${t}
dtype: bfloat16
`
}
