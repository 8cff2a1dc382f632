import type { ModelFolder } from '../../src/formats/checkpoint.ts'
import { encodeSafetensorsHeader } from '../../src/formats/safetensors-header.ts'
import type { FloatDType } from '../../src/tensor/dtype.ts'
import { bytesPerElement } from '../../src/tensor/dtype.ts'
import { elementCount } from '../../src/tensor/tensor.ts'
import { toBits } from './float64.ts'

export interface NewTensor {
  readonly name: string
  readonly dtype: FloatDType
  readonly shape: readonly number[]
  /** Rounded to the dtype on the way. */
  readonly values: Float64Array
}

/** A model folder with one safetensors file and a config.json, made in memory. */
export function modelFolder(name: string, tensors: readonly NewTensor[], config: object = {}): ModelFolder {
  const infos = tensors.map(({ name, dtype, shape }) => ({
    name,
    dtype,
    shape,
    byteLength: elementCount(shape) * bytesPerElement(dtype),
  }))
  const { header } = encodeSafetensorsHeader(infos)
  const parts = tensors.map(({ dtype, values }) => toBits(values, dtype))
  return {
    name,
    files: new Map([
      ['model.safetensors', new Blob([header, ...parts])],
      ['config.json', new Blob([JSON.stringify(config)])],
    ]),
  }
}

/** Numbers that are the same in every run: a 32-bit generator (mulberry32), normally distributed by summing twelve. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
  return () => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b, -6)
}

/** A tensor of seeded random BF16 values; the seed is its name. */
export function tensor(name: string, shape: readonly number[], dtype: FloatDType = 'BF16', seed = ''): NewTensor {
  const next = randomNumbers(
    [...`${seed}${name}`].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7),
  )
  return { name, dtype, shape, values: Float64Array.from({ length: elementCount(shape) }, () => 0.02 * next()) }
}

export interface LlamaSize {
  readonly layers?: number
  readonly hidden?: number
  readonly vocabulary?: number
  readonly dtype?: FloatDType
  /** In front of every name, such as `language_model.`. */
  readonly prefix?: string
  /** Tensors to leave out. */
  readonly skip?: RegExp
  readonly extra?: readonly NewTensor[]
}

/** A small model in the architecture of LLaMA; its values differ from those of models of other names. */
export function llama(name: string, size: LlamaSize): ModelFolder {
  const { layers = 2, hidden = 8, vocabulary = 12, dtype = 'BF16', prefix: stem = '', skip, extra = [] } = size
  const shapes: [string, number[]][] = [['model.embed_tokens.weight', [vocabulary, hidden]]]
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}.`
    for (const part of ['q_proj', 'k_proj', 'v_proj', 'o_proj']) {
      shapes.push([`${prefix}self_attn.${part}.weight`, [hidden, hidden]])
    }
    shapes.push(
      [`${prefix}mlp.up_proj.weight`, [2 * hidden, hidden]],
      [`${prefix}mlp.down_proj.weight`, [hidden, 2 * hidden]],
    )
    shapes.push([`${prefix}input_layernorm.weight`, [hidden]], [`${prefix}post_attention_layernorm.weight`, [hidden]])
  }
  shapes.push(['model.norm.weight', [hidden]], ['lm_head.weight', [vocabulary, hidden]])
  const tensors = shapes
    .filter(([tensorName]) => !skip?.test(tensorName))
    .map(([tensorName, shape]) => tensor(stem + tensorName, shape, dtype, name))
  return modelFolder(name, [...tensors, ...extra], {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    num_hidden_layers: layers,
    hidden_size: hidden,
    vocab_size: vocabulary,
    torch_dtype: 'bfloat16',
  })
}
