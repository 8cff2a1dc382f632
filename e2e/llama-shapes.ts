import { closeSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type TensorForm, writeSparseSafetensors } from './write-safetensors.ts'

/** The numbers that make a Llama-2 checkpoint's shapes. */
export interface LlamaShape {
  readonly layers: number
  readonly hidden: number
  readonly intermediate: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly vocabulary: number
}

export const LLAMA_7B: LlamaShape = {
  layers: 32,
  hidden: 4096,
  intermediate: 11_008,
  heads: 32,
  keyValueHeads: 32,
  vocabulary: 32_000,
}

export const LLAMA_70B: LlamaShape = {
  layers: 80,
  hidden: 8192,
  intermediate: 28_672,
  heads: 64,
  keyValueHeads: 8,
  vocabulary: 32_000,
}

/** The same depths with widths of a toy. */
export const TOY_7B: LlamaShape = {
  ...LLAMA_7B,
  hidden: 64,
  intermediate: 96,
  heads: 4,
  keyValueHeads: 4,
  vocabulary: 40,
}
export const TOY_70B: LlamaShape = {
  ...LLAMA_70B,
  hidden: 128,
  intermediate: 160,
  heads: 8,
  keyValueHeads: 2,
  vocabulary: 40,
}

/**
 * Writes a sharded F16 checkpoint of this shape into a new folder. The shards are headers followed by holes: they read as zeros
 * and occupy next to nothing on disk, whatever their size.
 */
export function writeLlama(folder: string, shape: LlamaShape, shardCount: number): void {
  writeConfig(folder, shape)
  const tensors = [...tensorsOf(shape)]
  const perShard = Math.ceil(tensors.length / shardCount)
  const weightMap: Record<string, string> = {}
  let total = 0
  for (let i = 0; i < shardCount; i++) {
    const of = String(shardCount).padStart(5, '0')
    const file = `model-${String(i + 1).padStart(5, '0')}-of-${of}.safetensors`
    const part = new Map(tensors.slice(i * perShard, (i + 1) * perShard))
    total += writeSparseSafetensors(join(folder, file), part)
    for (const name of part.keys()) weightMap[name] = file
  }
  const index = { metadata: { total_size: total }, weight_map: weightMap }
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify(index))
}

/**
 * Writes a checkpoint of this shape as one file with a hole in it, in which one tensor comes last and has bytes.
 *
 * @returns where in the file these bytes are
 */
export function writeLlamaInOneFile(folder: string, shape: LlamaShape, last: string, bytes: Uint8Array): number {
  writeConfig(folder, shape)
  const tensors = new Map(tensorsOf(shape))
  const form = tensors.get(last)
  if (form === undefined) throw new Error(`a checkpoint of this shape has no ${last}`)
  tensors.delete(last)
  tensors.set(last, form)
  const path = join(folder, 'model.safetensors')
  writeSparseSafetensors(path, tensors)
  const file = openSync(path, 'r+')
  const offset = statSync(path).size - bytes.length
  writeSync(file, bytes, 0, bytes.length, offset)
  closeSync(file)
  return offset
}

/** Makes the folder of a checkpoint of this shape, with its config. */
export function writeConfig(folder: string, shape: LlamaShape): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configOf(shape), null, 2))
}

function configOf(shape: LlamaShape): object {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: shape.hidden,
    intermediate_size: shape.intermediate,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.keyValueHeads,
    vocab_size: shape.vocabulary,
    max_position_embeddings: 4096,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: false,
    torch_dtype: 'float16',
  }
}

export function* tensorsOf(shape: LlamaShape): Generator<[string, TensorForm]> {
  const { hidden, intermediate, vocabulary } = shape
  const keyValue = (hidden / shape.heads) * shape.keyValueHeads
  const tensor = (name: string, ...dimensions: number[]): [string, TensorForm] => [
    `${name}.weight`,
    { dtype: 'F16', shape: dimensions },
  ]
  yield tensor('model.embed_tokens', vocabulary, hidden)
  for (let layer = 0; layer < shape.layers; layer++) {
    const at = `model.layers.${layer}`
    yield tensor(`${at}.input_layernorm`, hidden)
    yield tensor(`${at}.self_attn.q_proj`, hidden, hidden)
    yield tensor(`${at}.self_attn.k_proj`, keyValue, hidden)
    yield tensor(`${at}.self_attn.v_proj`, keyValue, hidden)
    yield tensor(`${at}.self_attn.o_proj`, hidden, hidden)
    yield tensor(`${at}.post_attention_layernorm`, hidden)
    yield tensor(`${at}.mlp.gate_proj`, intermediate, hidden)
    yield tensor(`${at}.mlp.up_proj`, intermediate, hidden)
    yield tensor(`${at}.mlp.down_proj`, hidden, intermediate)
  }
  yield tensor('model.norm', hidden)
  yield tensor('lm_head', vocabulary, hidden)
}
