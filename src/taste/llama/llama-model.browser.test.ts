import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../formats/json.ts'
import { openCheckpoint } from '../../formats/open-checkpoint.ts'
import { loadWeights } from '../load-weights.ts'
import { readLlamaConfig } from './llama-config.ts'
import { LlamaModel } from './llama-model.ts'

const FILES = import.meta.glob<string>('../../../test/fixtures/taste/llama/*/*', {
  query: '?url',
  import: 'default',
  eager: true,
})

/** F32 sums in another order than PyTorch's, over logits up to 8. */
const TOLERANCE = 2e-4

const MODELS = [...new Set(Object.keys(FILES).map((path) => path.split('/').at(-2) ?? ''))]

async function open(name: string) {
  const files = new Map<string, Blob>()
  for (const [path, url] of Object.entries(FILES)) {
    const [folder, file] = path.split('/').slice(-2)
    if (folder === name && file !== undefined) files.set(file, await (await fetch(url)).blob())
  }
  const expected = JSON.parse(await (files.get('logits.json') as Blob).text()) as {
    tokens: number[]
    places: number[]
    logits: number[][]
    surprise: number[]
  }
  const checkpoint = await openCheckpoint({ name, files })
  const model = await LlamaModel.create(readLlamaConfig(checkpoint.config as JsonObject))
  await loadWeights(model, checkpoint)
  return { model, expected }
}

function largestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length)
  let most = 0
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs((found[i] ?? 0) - (expected[i] ?? 0))
    if (!(difference <= most)) most = difference
  }
  return most
}

describe.each(MODELS)('the forward pass of %s', (name) => {
  it('gives the logits of transformers, for whole texts and for texts that go on token by token', async () => {
    const { model, expected } = await open(name)
    const { tokens, places, logits } = expected
    for (const [k, place] of places.entries()) {
      model.restart()
      expect(largestDifference(model.next(tokens.slice(0, place + 1)), logits[k] ?? [])).toBeLessThan(TOLERANCE)
    }
    model.restart()
    for (const [place, token] of tokens.entries()) {
      const found = model.next([token])
      const k = places.indexOf(place)
      if (k >= 0) expect(largestDifference(found, logits[k] ?? [])).toBeLessThan(TOLERANCE)
    }
  })

  it('gives the surprise of transformers at every token', async () => {
    const { model, expected } = await open(name)
    expect(largestDifference(model.surprise(expected.tokens), expected.surprise)).toBeLessThan(TOLERANCE)
  })
})

it('says that the context is full, and that a token is none', async () => {
  const { model } = await open('llama-bf16')
  expect(() => model.next([101])).toThrow('token 101 is not one of 101')
  model.restart()
  expect(() => model.next(Array.from({ length: model.context + 1 }, () => 1))).toThrow('do not fit a context of 256')
})

it('says which tensor is missing', async () => {
  const sizes = ['hidden_size', 'intermediate_size', 'num_hidden_layers', 'vocab_size']
  const config = new Map<string, JsonValue>(sizes.map((key) => [key, { raw: '8' }]))
  config.set('model_type', 'llama').set('num_attention_heads', { raw: '1' })
  const model = await LlamaModel.create(readLlamaConfig(config))
  expect(() => model.next([1])).toThrow('no tensor model.embed_tokens.weight')
})
