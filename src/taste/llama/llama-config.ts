import {
  describeJson,
  type JsonObject,
  jsonBoolean,
  jsonInteger,
  jsonNumber,
  jsonObject,
  jsonString,
} from '../../formats/json.ts'
import { StudioError } from '../../problem.ts'

/** How positions turn queries and keys. */
export type RopeScaling =
  | { readonly kind: 'default' }
  | { readonly kind: 'linear'; readonly factor: number }
  | {
      readonly kind: 'llama3'
      readonly factor: number
      readonly lowFrequency: number
      readonly highFrequency: number
      readonly originalContext: number
    }

/** The shape of a LLaMA-like decoder (Touvron et al. 2023): what its forward pass needs of config.json. */
export interface LlamaConfig {
  readonly hidden: number
  readonly intermediate: number
  readonly layers: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly headSize: number
  readonly vocabulary: number
  readonly normEpsilon: number
  readonly ropeTheta: number
  readonly ropeScaling: RopeScaling
  /** The head uses the embedding's rows. */
  readonly tied: boolean
  /** Most tokens that the model was made for. */
  readonly context: number
}

/** Architectures whose forward pass is LLaMA's; biases and head norms are taken where a checkpoint has them. */
const MODEL_TYPES = new Set(['llama', 'mistral', 'qwen2', 'qwen3'])

/** The kernels work on 8 weights of a matrix at a time, and on 4 numbers of a head. */
const GRAIN = 8
const HEAD_GRAIN = 4

/** @throws StudioError naming the key, where the model is not of this family */
export function readLlamaConfig(config: JsonObject): LlamaConfig {
  const type = jsonString(config.get('model_type'))
  if (type === null || !MODEL_TYPES.has(type)) {
    throw untasted(
      `model_type is ${describeJson(config.get('model_type'))}, and only ${[...MODEL_TYPES].join(', ')} are run here`,
    )
  }
  const activation = jsonString(config.get('hidden_act')) ?? 'silu'
  if (activation !== 'silu') throw untasted(`hidden_act is ${JSON.stringify(activation)}, expected "silu"`)
  const size = (key: string, otherwise?: number): number => {
    const found = jsonInteger(config.get(key)) ?? otherwise ?? null
    if (found === null || found < 1)
      throw untasted(`${key} is ${describeJson(config.get(key))}, expected a whole number above 0`)
    return found
  }
  const hidden = size('hidden_size')
  const heads = size('num_attention_heads')
  const keyValueHeads = size('num_key_value_heads', heads)
  const headSize = size('head_dim', Math.floor(hidden / heads))
  const intermediate = size('intermediate_size')
  for (const [key, value, grain] of [
    ['hidden_size', hidden, GRAIN],
    ['intermediate_size', intermediate, GRAIN],
    ['head_dim', headSize, HEAD_GRAIN],
    ['num_attention_heads', heads, keyValueHeads],
  ] as const)
    if (value % grain !== 0) throw untasted(`${key} is ${value}, expected a multiple of ${grain}`)
  const rope = jsonObject(config.get('rope_parameters')) ?? jsonObject(config.get('rope_scaling'))
  return {
    hidden,
    intermediate,
    layers: size('num_hidden_layers'),
    heads,
    keyValueHeads,
    headSize,
    vocabulary: size('vocab_size'),
    normEpsilon: jsonNumber(config.get('rms_norm_eps')) ?? 1e-6,
    ropeTheta: jsonNumber(rope?.get('rope_theta')) ?? jsonNumber(config.get('rope_theta')) ?? 10_000,
    ropeScaling: readScaling(rope),
    tied: jsonBoolean(config.get('tie_word_embeddings')) ?? false,
    context: Math.min(size('max_position_embeddings', 2048), jsonInteger(config.get('sliding_window')) ?? Infinity),
  }
}

function readScaling(rope: JsonObject | null): RopeScaling {
  const kind = jsonString(rope?.get('rope_type')) ?? jsonString(rope?.get('type')) ?? 'default'
  const number = (key: string): number => {
    const found = jsonNumber(rope?.get(key))
    if (found === null || found <= 0)
      throw untasted(`${key} of rope_scaling is ${describeJson(rope?.get(key))}, expected a number above 0`)
    return found
  }
  if (kind === 'default') return { kind }
  if (kind === 'linear') return { kind, factor: number('factor') }
  if (kind === 'llama3') {
    return {
      kind,
      factor: number('factor'),
      lowFrequency: number('low_freq_factor'),
      highFrequency: number('high_freq_factor'),
      originalContext: number('original_max_position_embeddings'),
    }
  }
  throw untasted(
    `the kind of rope_scaling is ${JSON.stringify(kind)}, and only default, linear and llama3 are run here`,
  )
}

function untasted(what: string): StudioError {
  return new StudioError(`config.json: ${what}; this model cannot be tasted, merging it works.`)
}
