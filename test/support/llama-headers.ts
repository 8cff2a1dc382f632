import type { Checkpoint } from '../../src/formats/checkpoint.ts'
import type { DType } from '../../src/tensor/dtype.ts'
import { elementCount, type TensorInfo } from '../../src/tensor/tensor.ts'

/** Llama-2-70B: 80 layers, 723 tensors. */
export const LLAMA_70B_SIZE = {
  layers: 80,
  hidden: 8192,
  intermediate: 28_672,
  keyValue: 1024,
  vocabulary: 32_000,
} as const

/** An opened checkpoint of LLaMA's shapes without any bytes: enough to plan, for the depths and tensor counts of the real ones. */
export function llamaHeaders(
  name: string,
  size: { [K in keyof typeof LLAMA_70B_SIZE]: number } = LLAMA_70B_SIZE,
): Checkpoint {
  const { hidden, intermediate, keyValue, vocabulary } = size
  const shapes: [string, number[]][] = [['model.embed_tokens.weight', [vocabulary, hidden]]]
  for (let layer = 0; layer < size.layers; layer++) {
    const add = (part: string, ...shape: number[]) => shapes.push([`model.layers.${layer}.${part}.weight`, shape])
    add('input_layernorm', hidden)
    add('self_attn.q_proj', hidden, hidden)
    add('self_attn.k_proj', keyValue, hidden)
    add('self_attn.v_proj', keyValue, hidden)
    add('self_attn.o_proj', hidden, hidden)
    add('post_attention_layernorm', hidden)
    add('mlp.gate_proj', intermediate, hidden)
    add('mlp.up_proj', intermediate, hidden)
    add('mlp.down_proj', hidden, intermediate)
  }
  shapes.push(['model.norm.weight', [hidden]], ['lm_head.weight', [vocabulary, hidden]])
  const dtype: DType = 'F16'
  let offset = 0
  const tensors = shapes.map(([tensor, shape]): [string, TensorInfo] => {
    const byteLength = 2 * elementCount(shape)
    const info = { name: tensor, dtype, shape, byteLength, file: 0, offset }
    offset += byteLength
    return [tensor, info]
  })
  return {
    name,
    format: 'safetensors',
    files: [{ name: 'model.safetensors', blob: new Blob([]) }],
    tensors: new Map(tensors),
    config: null,
    sidecars: new Map(),
    readme: null,
    problems: [],
  }
}
