import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Checkpoint } from '../formats/checkpoint.ts'
import { openCheckpoint } from '../formats/open-checkpoint.ts'
import { modelFacts } from './model-facts.ts'

const MODELS = join(import.meta.dirname, '../../test/fixtures/conformance/models')

async function open(name: string): Promise<Checkpoint> {
  const folder = join(MODELS, name)
  const files = new Map(readdirSync(folder).map((file) => [file, new Blob([readFileSync(join(folder, file))])]))
  return openCheckpoint({ name, files })
}

test('a card tells architecture, size and dtypes of a checkpoint from its headers', async () => {
  const facts = modelFacts(await open('vela-x'))
  expect(facts).toMatchObject({
    architecture: 'LlamaForCausalLM',
    layers: 6,
    hidden: 48,
    vocabulary: 97,
    tiedHead: false,
  })
  expect(facts.dtypes).toEqual(['F16', 'F32'])
  expect(facts.parameters).toBeGreaterThan(120_000)
})

test('a head that is tied to the embedding is told', async () => {
  const facts = modelFacts(await open('tarn-tied-a'))
  expect(facts.tiedHead).toBe(true)
})
