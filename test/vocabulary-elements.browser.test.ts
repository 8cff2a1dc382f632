import { describe, expect, test } from 'vitest'
import { createReferenceEngine, createWasmEngine, createWebGpuEngine, type Engine } from '../src/engine/index.ts'
import { mergeInMemory } from './support/merge-in-memory.ts'
import { SETTINGS } from './support/settings.ts'
import { FOLDERS, MIXED, OTHER_DTYPES, RECIPES } from './support/vocabulary-element-recipes.ts'

const UNIONS = RECIPES.map(([name, recipe]) => [name, `${recipe}tokenizer_source: union\n`, FOLDERS] as const)
const CASES = [
  ...UNIONS,
  ['stages of several kinds', MIXED, FOLDERS] as const,
  ['models of several dtypes', OTHER_DTYPES.recipe, OTHER_DTYPES.folders] as const,
]

async function gpuEngine(): Promise<Engine> {
  const adapter = await navigator.gpu.requestAdapter()
  if (adapter === null) throw new Error('this Chromium was started without WebGPU')
  return createWebGpuEngine(await adapter.requestDevice(), adapter.info)
}

// One of each for all: a browser gives a page only so much room for memories of WebAssembly.
const engines = Promise.all([createWasmEngine(), gpuEngine()])

describe.each(CASES)('%s over rows that are arranged by token', (_, recipe, folders) => {
  test('has the same bytes on every engine, and in the smallest tiles', async () => {
    const bytes = async (engine: Engine, memoryBudget: number) => {
      const { files } = await mergeInMemory(recipe, folders, { ...SETTINGS, memoryBudget }, engine)
      return files.get('model-00001-of-00001.safetensors')
    }
    const [wasm, gpu] = await engines
    const expected = await bytes(createReferenceEngine(), 2 ** 30)
    expect(await bytes(wasm, 2 ** 30)).toEqual(expected)
    expect(await bytes(wasm, 1)).toEqual(expected)
    expect(await bytes(gpu, 2 ** 30)).toEqual(expected)
  })
})
