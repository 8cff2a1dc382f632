import { readdirSync } from 'node:fs'
import { compareWithCase } from './comparator.ts'
import { CASES, caseFolder, isSixteenBit, modelsOf, recipeOf } from './conformance-cases.ts'
import { fileHashes } from './file-hashes.ts'
import { expect, test } from './fixtures.ts'
import { openCase } from './open-case.ts'
import type { EngineName, Studio } from './studio.ts'

type ForcedEngine = Exclude<EngineName, 'Automatic'>

/** What is left to compare after a merge: its folder is removed with the test. */
interface Merged {
  readonly files: Record<string, string>
  readonly tensorsByEngine: Record<string, number>
}

/** Merges that an earlier test of this file did, so that the comparison of the engines needs no third one. */
const merged = new Map<string, Merged>()

async function merge(studio: Studio, name: string, engine: ForcedEngine, output: string): Promise<Merged> {
  const models = modelsOf(name)
  const before = models.map(fileHashes)
  await studio.open()
  for (const model of models) await studio.addModel(model)
  await studio.importRecipe(recipeOf(name))
  await studio.setEngine(engine)
  await studio.outputFolder(output)
  await studio.merge()
  await studio.waitDone()
  expect(models.map(fileHashes), 'the sources are as they were').toEqual(before)
  expect((await studio.writtenFiles()).sort(), 'the folder holds what the report lists').toEqual(
    readdirSync(output).sort(),
  )
  const result = { files: fileHashes(output), tensorsByEngine: await studio.tensorsByEngine() }
  merged.set(`${name} ${engine}`, result)
  return result
}

for (const name of CASES)
  test.describe(name, () => {
    // One after the other, in one process: the last test compares what the others wrote.
    test.describe.configure({ mode: 'default' })
    for (const engine of ['WebGPU', 'WebAssembly'] as const)
      test(`merged with ${engine}, it is the expected checkpoint`, async ({ studio, makeFolder }) => {
        const output = makeFolder('merged')
        const { tensorsByEngine } = await merge(studio, name, engine, output)
        const comparison = compareWithCase(caseFolder(name), output)
        expect([...comparison.failures, ...comparison.warnings]).toEqual([])
        const { [engine]: computed = 0, Copied: copied = 0, ...others } = tensorsByEngine
        expect(others, 'no tensor went through another engine').toEqual({})
        expect(computed + copied).toBe(comparison.tensors)
        // Only frankenmerge copies everything.
        if (name !== 'frankenmerge') expect(computed).toBeGreaterThan(0)
      })

    if (isSixteenBit(name))
      test('WebGPU and WebAssembly write the same bytes', async ({ studio, makeFolder }) => {
        const files = async (engine: ForcedEngine) =>
          (merged.get(`${name} ${engine}`) ?? (await merge(studio, name, engine, makeFolder('merged')))).files
        expect(await files('WebGPU')).toEqual(await files('WebAssembly'))
      })
  })

test('in many small shards it is the same checkpoint', async ({ studio, makeFolder }) => {
  const output = makeFolder('merged')
  await openCase(studio, 'lzlv')
  await studio.setEngine('WebAssembly')
  await studio.setShardSize('40KB')
  await studio.outputFolder(output)
  await studio.merge()
  await studio.waitDone()
  expect(readdirSync(output).filter((name) => name.endsWith('.safetensors')).length).toBeGreaterThan(5)
  const { failures, warnings } = compareWithCase(caseFolder('lzlv'), output)
  expect([...failures, ...warnings]).toEqual([])
})
