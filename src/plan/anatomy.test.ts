import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jsonObject } from '../formats/json.ts'
import { parseJson } from '../formats/json-parser.ts'
import type { TensorInfo } from '../tensor/tensor.ts'
import { anatomyOf, hiddenSize, respell } from './anatomy.ts'
import { checkAnatomy } from './anatomy-check.ts'

const FOLDER = join(import.meta.dirname, '../../test/fixtures/architectures')

interface Fixture {
  readonly config: Record<string, unknown>
  readonly tensors: Record<string, number[]>
}

function load(name: string): Fixture {
  return JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Fixture
}

function checkpointOf({ config, tensors }: Fixture) {
  const infos = Object.entries(tensors).map(([name, shape]): [string, TensorInfo] => [
    name,
    { name, shape, dtype: 'F32', byteLength: 0, file: 0, offset: 0 },
  ])
  return { tensors: new Map(infos), config: jsonObject(parseJson(JSON.stringify(config), 'config.json')) }
}

/** Architecture, prefix of its layers, tensors of each layer, embedding, head, final norm. All have 3 layers of width 16. */
const ARCHITECTURES: readonly [string, string, number, string, string | null, string][] = [
  ['llama', 'model.layers.', 9, 'model.embed_tokens.weight', 'lm_head.weight', 'model.norm.weight'],
  ['mistral', 'model.layers.', 9, 'model.embed_tokens.weight', 'lm_head.weight', 'model.norm.weight'],
  ['mixtral', 'model.layers.', 16, 'model.embed_tokens.weight', 'lm_head.weight', 'model.norm.weight'],
  ['qwen2', 'model.layers.', 12, 'model.embed_tokens.weight', null, 'model.norm.weight'],
  ['qwen3', 'model.layers.', 11, 'model.embed_tokens.weight', 'lm_head.weight', 'model.norm.weight'],
  ['qwen3-moe', 'model.layers.', 18, 'model.embed_tokens.weight', 'lm_head.weight', 'model.norm.weight'],
  ['gemma2', 'model.layers.', 11, 'model.embed_tokens.weight', null, 'model.norm.weight'],
  ['gemma3-text', 'model.layers.', 13, 'model.embed_tokens.weight', null, 'model.norm.weight'],
  ['phi3', 'model.layers.', 6, 'model.embed_tokens.weight', 'lm_head.weight', 'model.norm.weight'],
  ['phi', 'model.layers.', 14, 'model.embed_tokens.weight', 'lm_head.weight', 'model.final_layernorm.weight'],
  [
    'gpt-neox',
    'gpt_neox.layers.',
    12,
    'gpt_neox.embed_in.weight',
    'embed_out.weight',
    'gpt_neox.final_layer_norm.weight',
  ],
  ['falcon', 'transformer.h.', 6, 'transformer.word_embeddings.weight', null, 'transformer.ln_f.weight'],
  [
    'falcon-40b',
    'transformer.h.',
    8,
    'transformer.word_embeddings.weight',
    'lm_head.weight',
    'transformer.ln_f.weight',
  ],
  ['stablelm', 'model.layers.', 11, 'model.embed_tokens.weight', 'lm_head.weight', 'model.norm.weight'],
  ['cohere', 'model.layers.', 8, 'model.embed_tokens.weight', null, 'model.norm.weight'],
  ['olmo2', 'model.layers.', 11, 'model.embed_tokens.weight', 'lm_head.weight', 'model.norm.weight'],
  ['gpt2', 'transformer.h.', 12, 'transformer.wte.weight', null, 'transformer.ln_f.weight'],
  ['gpt2-base', 'h.', 12, 'wte.weight', null, 'ln_f.weight'],
  ['bloom', 'transformer.h.', 12, 'transformer.word_embeddings.weight', null, 'transformer.ln_f.weight'],
  [
    'opt',
    'model.decoder.layers.',
    16,
    'model.decoder.embed_tokens.weight',
    null,
    'model.decoder.final_layer_norm.weight',
  ],
  ['mamba', 'backbone.layers.', 10, 'backbone.embeddings.weight', null, 'backbone.norm_f.weight'],
  [
    'gemma3',
    'language_model.model.layers.',
    13,
    'language_model.model.embed_tokens.weight',
    null,
    'language_model.model.norm.weight',
  ],
  [
    'llava',
    'language_model.model.layers.',
    9,
    'language_model.model.embed_tokens.weight',
    'language_model.lm_head.weight',
    'language_model.model.norm.weight',
  ],
  ['qwen2-vl', 'model.layers.', 12, 'model.embed_tokens.weight', 'lm_head.weight', 'model.norm.weight'],
]

test('every architecture that there is a fixture of is in the table', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'))
  expect(ARCHITECTURES.map(([name]) => `${name}.json`).toSorted()).toEqual(files.toSorted())
})

describe.each(ARCHITECTURES)('%s', (name, prefix, parts, embedding, head, norm) => {
  const checkpoint = checkpointOf(load(name))
  const anatomy = anatomyOf(checkpoint)

  test('has its layers, embedding, head and final norm found', () => {
    expect(anatomy).toMatchObject({ prefix, layers: 3, embedding, head })
    expect(anatomy.parts.map((set) => set.size)).toEqual([parts, parts, parts])
    expect(anatomy.after).toContain(norm)
    expect(anatomy.before).toContain(embedding)
    expect(hiddenSize(checkpoint, anatomy)).toBe(16)
  })

  test('has every tensor in one place', () => {
    const layers = anatomy.parts.flatMap((set, layer) => [...set.keys()].map((part) => `${prefix}${layer}.${part}`))
    const all = [...anatomy.before, ...layers, ...anatomy.after, ...anatomy.skipped]
    expect(all.toSorted()).toEqual([...checkpoint.tensors.keys()].toSorted())
  })

  test('is found without its config too', () => {
    expect(anatomyOf({ ...checkpoint, config: null })).toEqual(anatomy)
  })

  test('agrees with its config', () => {
    expect(checkAnatomy(checkpoint, anatomy, name)).toEqual([])
  })
})

test('towers that see are told from the text model', () => {
  for (const [name, count] of [
    ['gemma3', 98],
    ['llava', 91],
    ['qwen2-vl', 55],
  ] as const) {
    const { towers } = anatomyOf(checkpointOf(load(name)))
    expect(towers.size, name).toBe(count)
    expect([...towers].some((tensor) => tensor.includes('language_model') || tensor.startsWith('model.'))).toBe(false)
  }
})

test('an architecture that nobody has heard of works where its layers are numbered', () => {
  const tensors: Record<string, number[]> = { 'trunk.wte.weight': [48, 16], 'trunk.norm.weight': [16] }
  for (let layer = 0; layer < 4; layer++) {
    tensors[`trunk.cells.${layer}.mix.weight`] = [16, 16]
    tensors[`trunk.cells.${layer}.experts.${layer}.weight`] = [16, 16]
  }
  const anatomy = anatomyOf(checkpointOf({ config: {}, tensors }))
  expect(anatomy).toMatchObject({ prefix: 'trunk.cells.', layers: 4, embedding: 'trunk.wte.weight', stem: 'trunk.' })
  expect([...(anatomy.parts[2]?.keys() ?? [])]).toEqual(['mix.weight', 'experts.2.weight'])
})

test('buffers that loaders compute anew are no parameters, biases are', () => {
  const tensors = {
    'h.0.attn.bias': [1, 1, 64, 64],
    'h.0.attn.masked_bias': [],
    'h.0.attn.c_attn.bias': [48],
    'h.0.attention.bias': [16],
    'h.0.rotary_emb.inv_freq': [4],
  }
  const anatomy = anatomyOf(checkpointOf({ config: {}, tensors }))
  expect(anatomy.skipped).toEqual(['h.0.attn.bias', 'h.0.attn.masked_bias', 'h.0.rotary_emb.inv_freq'])
  expect([...(anatomy.parts[0]?.keys() ?? [])]).toEqual(['attn.c_attn.bias', 'attention.bias'])
})

test('a config of another model is named', () => {
  const { config, tensors } = load('llama')
  const checkpoint = checkpointOf({ config: { ...config, num_hidden_layers: 80, hidden_size: 8192 }, tensors })
  const messages = checkAnatomy(checkpoint, anatomyOf(checkpoint), 'llama').map(({ message }) => message)
  expect(messages[0]).toMatch(/tensors of 3 layers, and its config\.json says 80/)
  expect(messages[1]).toMatch(/embedding of 16 columns, and its config\.json says 8192/)
})

test('a text model is spelled as the multimodal one that it is merged with, and back', () => {
  const plain = anatomyOf(checkpointOf(load('llama')))
  const seeing = anatomyOf(checkpointOf(load('llava')))
  for (const [own, other] of [
    ['model.embed_tokens.weight', 'language_model.model.embed_tokens.weight'],
    ['model.norm.weight', 'language_model.model.norm.weight'],
    ['lm_head.weight', 'language_model.lm_head.weight'],
  ] as const) {
    expect(respell(own, plain, seeing)).toBe(other)
    expect(respell(other, seeing, plain)).toBe(own)
  }
})
