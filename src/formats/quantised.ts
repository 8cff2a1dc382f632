import type { TensorInfo } from '../tensor/tensor.ts'
import { type JsonObject, jsonInteger, jsonObject, jsonString } from './json.ts'

/** How a checkpoint's weights were made smaller, and the tensor that shows it. */
export interface Quantisation {
  /** As people call it: `GPTQ, 4 bits`. */
  readonly method: string
  readonly tensor: string
}

/** What each method stores in the place of weights, or beside them. The first that fits counts. */
const SIGNS: readonly (readonly [method: string, sign: RegExp])[] = [
  ['bitsandbytes, 4 bits', /\.quant_state\.bitsandbytes__|\.nested_absmax$|\.(absmax|quant_map)$/],
  ['bitsandbytes, 8 bits', /\.SCB$/],
  ['EXL2', /\.(q_invperm|q_scale_max|q_groups)$/],
  ['EXL3', /\.trellis$/],
  ['AQLM', /\.codebooks$/],
  ['HQQ', /\.W_q$/],
  ['compressed-tensors', /\.weight_packed$/],
  ['GPTQ', /\.g_idx$/],
  ['GPTQ or AWQ', /\.(qweight|qzeros)$/],
  ['FP8', /\.weight_scale(_inv)?$/],
  ['MXFP4', /_(blocks|scales)$/],
  ['MLX', /\.scales$/],
]

/** Methods by the names that config.json has for them. */
const METHODS: ReadonlyMap<string, string> = new Map([
  ['gptq', 'GPTQ'],
  ['awq', 'AWQ'],
  ['bitsandbytes', 'bitsandbytes'],
  ['compressed-tensors', 'compressed-tensors'],
  ['fp8', 'FP8'],
  ['fbgemm_fp8', 'FP8'],
  ['exl2', 'EXL2'],
  ['exl3', 'EXL3'],
  ['aqlm', 'AQLM'],
  ['hqq', 'HQQ'],
  ['mxfp4', 'MXFP4'],
])

/** The keys under which configs say that weights are quantised: transformers', and mlx's. */
export const QUANTISATION_KEYS: readonly string[] = ['quantization_config', 'quantization']

/** Tells quantised weights by the tensors that lie in their place; config.json gives them their name where it has one. */
export function findQuantisation(
  tensors: ReadonlyMap<string, TensorInfo>,
  config: JsonObject | null,
): Quantisation | null {
  for (const [method, sign] of SIGNS) {
    for (const tensor of tensors.values()) {
      if (sign.test(tensor.name) && isBeside(tensor, tensors)) {
        return { method: configuredMethod(config) ?? method, tensor: tensor.name }
      }
    }
  }
  return null
}

/**
 * A `scales` or `weight_scale` alone is no sign, since a model may have a parameter of that name: the weights beside it must be of a dtype
 * that no weights have as they are.
 */
function isBeside({ name }: TensorInfo, tensors: ReadonlyMap<string, TensorInfo>): boolean {
  const stem = /^(.*?)[._](weight_scale|weight_scale_inv|scales|blocks)$/.exec(name)?.[1]
  if (stem === undefined) return true
  const packed = [`${stem}.weight`, `${stem}_blocks`].map((other) => tensors.get(other)?.dtype)
  return packed.some((dtype) => dtype !== undefined && /^([UI]\d+|F[468])/.test(dtype))
}

/** The method and bits that config.json names; null where it names none. */
export function configuredMethod(config: JsonObject | null): string | null {
  for (const key of QUANTISATION_KEYS) {
    const found = jsonObject(config?.get(key))
    if (found === null) continue
    const named = jsonString(found.get('quant_method'))
    const method = named === null ? (key === 'quantization' ? 'MLX' : 'quantised') : (METHODS.get(named) ?? named)
    const four = found.get('load_in_4bit') === true ? 4 : found.get('load_in_8bit') === true ? 8 : null
    const bits = jsonInteger(found.get('bits')) ?? four
    return bits === null ? method : `${method}, ${bits} bits`
  }
  return null
}
