import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TensorBytes, writeSafetensors } from './write-safetensors.ts'

export const HIDDEN = 16
const LAYERS = 2

/** A token, or null for a row that no token has. */
export type Token = string | null

/**
 * Writes a small LLaMA whose rows stand for these tokens: BF16, untied, with a tokenizer.json of whole words.
 * @param extra tensors beside those of a LLaMA, or instead of them
 */
export function writeTokenModel(
  folder: string,
  tokens: readonly Token[],
  seed: number,
  extra: ReadonlyMap<string, TensorBytes> = new Map(),
): void {
  mkdirSync(folder, { recursive: true })
  const next = numbers(seed)
  const tensors = new Map<string, TensorBytes>()
  const add = (name: string, ...shape: number[]) =>
    tensors.set(`${name}.weight`, {
      dtype: 'BF16',
      shape,
      bytes: bf16(
        shape.reduce((a, b) => a * b),
        next,
      ),
    })
  add('model.embed_tokens', tokens.length, HIDDEN)
  for (let layer = 0; layer < LAYERS; layer++) {
    const at = `model.layers.${layer}`
    for (const part of ['q', 'k', 'v', 'o']) add(`${at}.self_attn.${part}_proj`, HIDDEN, HIDDEN)
    for (const part of ['gate', 'up']) add(`${at}.mlp.${part}_proj`, 24, HIDDEN)
    add(`${at}.mlp.down_proj`, HIDDEN, 24)
    for (const part of ['input', 'post_attention']) add(`${at}.${part}_layernorm`, HIDDEN)
  }
  add('model.norm', HIDDEN)
  add('lm_head', tokens.length, HIDDEN)
  writeSafetensors(join(folder, 'model.safetensors'), new Map([...tensors, ...extra]))
  const json = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value, null, 2))
  json('config.json', {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: HIDDEN,
    intermediate_size: 24,
    num_hidden_layers: LAYERS,
    num_attention_heads: 2,
    num_key_value_heads: 2,
    vocab_size: tokens.length,
    tie_word_embeddings: false,
    torch_dtype: 'bfloat16',
  })
  const ids = tokens.flatMap((token, id) => (token === null ? [] : [{ token, id }]))
  const isAdded = ({ token }: { readonly token: string }) => token.startsWith('<|')
  json('tokenizer.json', {
    version: '1.0',
    added_tokens: ids.filter(isAdded).map(({ token, id }) => ({ id, content: token, special: true })),
    model: {
      type: 'WordLevel',
      unk_token: tokens[0],
      vocab: Object.fromEntries(ids.filter((entry) => !isAdded(entry)).map(({ token, id }) => [token, id])),
    },
  })
  json('tokenizer_config.json', { chat_template: `template ${seed}` })
}

/** Numbers between -1 and 1, the same for the same seed (Lehmer's generator, modulus 2^31 - 1). */
function numbers(seed: number): () => number {
  let state = seed * 7919 + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return (state / 2_147_483_647) * 2 - 1
  }
}

function bf16(count: number, next: () => number): Uint8Array {
  const bytes = new Uint8Array(count * 2)
  const view = new DataView(bytes.buffer)
  const word = new DataView(new ArrayBuffer(4))
  for (let i = 0; i < count; i++) {
    word.setFloat32(0, next())
    view.setUint16(i * 2, word.getUint16(0), true)
  }
  return bytes
}
