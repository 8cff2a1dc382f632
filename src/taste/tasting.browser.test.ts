import { beforeAll, describe, expect, it } from 'vitest'
import lzlv from '../../test/fixtures/conformance/cases/lzlv/recipe.yml?raw'
import { mergeInMemory, type PlannedInMemory, planInMemory } from '../../test/support/merge-in-memory.ts'
import { SETTINGS } from '../../test/support/settings.ts'
import { createWasmEngine } from '../engine/index.ts'
import type { JsonObject } from '../formats/json.ts'
import { readLlamaConfig } from './llama/llama-config.ts'
import { LlamaModel } from './llama/llama-model.ts'
import { loadWeights } from './load-weights.ts'
import { tasteFiles } from './taste-files.ts'
import { Tasting } from './tasting.ts'
import { whyNoTaste } from './why-not.ts'

const FILES = import.meta.glob<string>('../../test/fixtures/conformance/models/vela-*/*', {
  query: '?url',
  import: 'default',
  eager: true,
})

async function folder(name: string) {
  const files = new Map<string, Blob>()
  for (const [path, url] of Object.entries(FILES)) {
    const [directory, file] = path.split('/').slice(-2)
    if (directory === name && file !== undefined) files.set(file, await (await fetch(url)).blob())
  }
  return { name, files }
}

const RECIPE = lzlv.replaceAll('models/', '')

const folders = () => Promise.all(['vela-m', 'vela-x', 'vela-h'].map(folder))

const TOKENS = Array.from({ length: 70 }, (_, i) => (i * 31 + 7) % 97)

let planned: PlannedInMemory
beforeAll(async () => {
  planned = await planInMemory(RECIPE, await folders())
})

async function tastingOf({ plan, opened }: PlannedInMemory) {
  const tasting = await Tasting.create(opened)
  tasting.setMerge({ jobs: plan.jobs, files: await tasteFiles(plan.files, opened) })
  return tasting
}

const never = new AbortController().signal
const REQUEST = { prompt: 'abc', seed: 5, temperature: 1, tokens: 12 }

describe('a tasting of the lzlv recipe', () => {
  it('runs the very model that the merge writes to disk', async () => {
    const { checkpoint: written } = await mergeInMemory(RECIPE, await folders(), SETTINGS, await createWasmEngine())
    const config = readLlamaConfig(written.config as JsonObject)
    const model = await LlamaModel.create(config)
    await loadWeights(model, written)
    const tasting = await tastingOf(planned)
    const merged = await tasting.modelOf('merged', never)
    expect([...merged.surprise(TOKENS)]).toEqual([...model.surprise(TOKENS)])
    tasting.destroy()
  })

  it('says the same for the same seed, and something else for another', async () => {
    const tasting = await tastingOf(planned)
    const say = (seed: number) => tasting.speak('merged', { ...REQUEST, seed }, () => undefined, never)
    const [first, again, other] = [await say(5), await say(5), await say(6)]
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    tasting.destroy()
  })

  it('hears a change of the gradient, and comes back to the same loss with it', async () => {
    const tasting = await tastingOf(planned)
    const texts = ['abcabcabc abc', 'abc']
    const before = await tasting.loss('merged', texts, never)
    const other = await planInMemory(RECIPE.replace('[0.4, 0.3, 0.25]', '[0.9, 0.8, 0.1]'), await folders())
    tasting.setMerge({ jobs: other.plan.jobs, files: await tasteFiles(other.plan.files, other.opened) })
    const bent = await tasting.loss('merged', texts, never)
    expect(bent.nats).not.toBe(before.nats)
    tasting.setMerge({ jobs: planned.plan.jobs, files: await tasteFiles(planned.plan.files, planned.opened) })
    expect(await tasting.loss('merged', texts, never)).toEqual(before)
    tasting.destroy()
  })

  it('lets inputs and the merged model speak in turn', async () => {
    const tasting = await tastingOf(planned)
    const alone = await tasting.speak(1, REQUEST, () => undefined, never)
    const [one, merged, two] = await Promise.all([
      tasting.speak(1, REQUEST, () => undefined, never),
      tasting.loss('merged', ['abcabc'], never),
      tasting.speak(1, REQUEST, () => undefined, never),
    ])
    expect([one, two]).toEqual([alone, alone])
    expect(merged.tokens).toBeGreaterThan(0)
    tasting.destroy()
  })

  it('ends what is not wanted any more', async () => {
    const tasting = await tastingOf(planned)
    const abort = new AbortController()
    const speaking = tasting.speak('merged', REQUEST, () => undefined, abort.signal)
    abort.abort()
    await expect(speaking).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(await tasting.speak('merged', REQUEST, () => undefined, never)).not.toBe('')
    tasting.destroy()
  })
})

it('says why a checkpoint cannot be tasted', async () => {
  const [checkpoint] = planned.opened
  if (checkpoint === undefined) throw new Error('nothing was opened')
  expect(whyNoTaste(checkpoint)).toBeNull()
  expect(whyNoTaste({ ...checkpoint, sidecars: new Map() })).toContain('has no tokenizer.json')
  expect(whyNoTaste({ ...checkpoint, config: null })).toContain('has no config.json')
  const gpt = new Map([...(checkpoint.config ?? []), ['model_type', 'gpt2'] as const])
  expect(whyNoTaste({ ...checkpoint, config: gpt })).toContain('model_type is "gpt2", and only llama, mistral')
})
