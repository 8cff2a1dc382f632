import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CONFORMANCE, modelsOf, recipeOf } from '../e2e/conformance-cases.ts'
import { createReferenceEngine } from '../src/engine/reference.ts'
import type { ModelFolder } from '../src/formats/checkpoint.ts'
import { fixture, refusalOf } from '../src/formats/fixtures/folders.ts'
import { openCheckpoint } from '../src/formats/open-checkpoint.ts'
import { mergePlan } from '../src/merge/merge-plan.ts'
import type { TensorInfo } from '../src/tensor/tensor.ts'
import { readModelFolder } from './support/disk.ts'
import { memorySink, mergeInMemory, planInMemory } from './support/merge-in-memory.ts'

// The weights of a PyTorch zip have checksums: a wrong bit in them is never merged.

/** The folder with one bit of one of its files flipped. */
async function flip(folder: ModelFolder, file: string, at: number): Promise<ModelFolder> {
  const bytes = new Uint8Array((await folder.files.get(file)?.arrayBuffer()) ?? new ArrayBuffer(0))
  bytes[at] = (bytes[at] as number) ^ 0x10
  return { ...folder, files: new Map([...folder.files, [file, new Blob([bytes])]]) }
}

async function mergeOf(recipe: string, folders: readonly ModelFolder[]) {
  const { plan, opened } = await planInMemory(recipe, folders)
  const sink = memorySink()
  const merging = mergePlan({
    plan,
    inputs: opened,
    sink,
    engine: createReferenceEngine(),
    engineReason: 'the test chose it',
    verify: true,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  })
  return { merging, sink }
}

async function tensorIn(folder: ModelFolder, name: string): Promise<{ file: string; tensor: TensorInfo }> {
  const { tensors, files } = await openCheckpoint(folder)
  const tensor = tensors.get(name)
  const file = files[tensor?.file ?? -1]?.name
  if (tensor === undefined || file === undefined) throw new Error(`no tensor ${name}`)
  return { file, tensor }
}

describe('a wrong bit in the weights of a PyTorch zip', () => {
  it('ends the merge with the names of file and tensor, and nothing stays in the folder', async () => {
    const recipe = recipeOf('bin-inputs').replaceAll('models/', '')
    const folders = modelsOf('bin-inputs').map(readModelFolder)
    const bin = folders.find(({ name }) => name === 'tarn-bin1') as ModelFolder
    const name = 'model.layers.1.mlp.down_proj.weight'
    const { file, tensor } = await tensorIn(bin, name)
    expect((await mergeInMemory(recipe, folders)).report.tensors.length).toBeGreaterThan(0)
    for (const at of [tensor.offset, tensor.offset + tensor.byteLength - 1]) {
      const damaged = await flip(bin, file, at)
      const { merging, sink } = await mergeOf(recipe, [damaged, ...folders.filter((folder) => folder !== bin)])
      expect(await refusalOf(merging)).toMatch(new RegExp(`${file}.*${name}.*CRC`))
      expect([...sink.files.keys()]).toEqual([])
    }
  })
})

describe('storages that tensors share, or step through', () => {
  const folder: ModelFolder = { name: 'views', files: new Map([['pytorch_model.bin', fixture('views.bin')]]) }
  const recipe = 'merge_method: passthrough\nmodels: [{model: views}]\n'

  it('are read to their end for the checksum: a wrong bit that no tensor shows is found too', async () => {
    const { tensors } = await openCheckpoint(folder)
    const { merging } = await mergeOf(recipe, [folder])
    expect((await merging).tensors.length).toBe(tensors.size)
    const records = new Map([...tensors.values()].flatMap(({ record }) => (record ? [[record.offset, record]] : [])))
    expect(records.size).toBeGreaterThan(0)
    expect(records.size).toBeLessThan(tensors.size)
    for (const record of [...records.values()].slice(0, 4)) {
      for (const at of [record.offset, record.offset + record.byteLength - 1]) {
        const { merging: damaged } = await mergeOf(recipe, [await flip(folder, 'pytorch_model.bin', at)])
        expect(await refusalOf(damaged)).toContain(record.name)
      }
    }
  })
})

it('a file that PyTorch saved without checksums opens, with a warning', async () => {
  const bytes = new Uint8Array(readFileSync(`${CONFORMANCE}/../checksums/unsummed.bin`))
  const checkpoint = await openCheckpoint({ name: 'unsummed', files: new Map([['unsummed.bin', new Blob([bytes])]]) })
  expect(checkpoint.problems.map(({ message }) => message).join()).toContain('without checksums')
  expect([...checkpoint.tensors.values()].every(({ record }) => record === undefined)).toBe(true)
})
