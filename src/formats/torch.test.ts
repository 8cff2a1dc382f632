import { describe, expect, it } from 'vitest'
import { fixture, refusalOf, wholeTensor } from './fixtures/folders.ts'
import { readSafetensors } from './safetensors.ts'
import { readTorch } from './torch.ts'

/** The fixtures were saved by PyTorch 2.13; beside each lies what `torch.load` gives, made contiguous, as safetensors. */
async function expectSame(torchFile: string, reference: string): Promise<string[]> {
  const file = { name: torchFile, blob: fixture(`./${torchFile}`) }
  const other = { name: reference, blob: fixture(`./${reference}`) }
  const { tensors, problems } = await readTorch(file.name, file.blob)
  const expected = new Map(
    (await readSafetensors(other.name, other.blob)).tensors.map((tensor) => [tensor.name, tensor]),
  )
  expect(new Set(tensors.map(({ name }) => name))).toEqual(new Set(expected.keys()))
  for (const tensor of tensors) {
    const same = expected.get(tensor.name)
    if (same === undefined) continue
    expect([tensor.name, tensor.dtype, tensor.shape]).toEqual([same.name, same.dtype, same.shape])
    expect(await wholeTensor([file], tensor), tensor.name).toEqual(await wholeTensor([other], same))
  }
  return problems.map(({ message }) => message)
}

describe('tensors of PyTorch files come out as torch.load gives them', () => {
  it('for 506 random views of shared storages, parameters and scalars, in the zip format', async () => {
    expect(await expectSame('views.bin', 'views.safetensors')).toEqual([])
  })

  it('for the same views in the format before version 1.6', async () => {
    expect(await expectSame('views-legacy.bin', 'views.safetensors')).toEqual([])
  })

  it('for dtypes that live in untyped storages, nested in a training checkpoint, with pickle protocol 4', async () => {
    const [warning] = await expectSame('untyped.bin', 'untyped.safetensors')
    expect(warning).toContain('"epoch", "args"')
  })

  it('for parameters, buffers and tensors that carry attributes of their own', async () => {
    expect(await expectSame('with-state.bin', 'with-state.safetensors')).toEqual([])
  })

  it('for a training checkpoint in the old format, whose optimizer has storages of its own', async () => {
    const [warning] = await expectSame('training-legacy.bin', 'training-legacy.safetensors')
    expect(warning).toContain('"optimizer"')
  })
})

it('keeps strides only where a view is not contiguous', async () => {
  const { tensors } = await readTorch('views.bin', fixture('./views.bin'), 2)
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  expect(byName.get('t')).toMatchObject({ shape: [20, 12], strides: [1, 20], file: 2 })
  expect(byName.get('cols')).toMatchObject({ shape: [12, 6], strides: [20, 1] })
  expect(byName.get('rows')).not.toHaveProperty('strides')
  expect(byName.get('scalar')).toMatchObject({ shape: [], byteLength: 4 })
})

it('says what a file is that only has the name of a PyTorch file', async () => {
  const header = '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'
  const safetensors = new Blob([new BigUint64Array([BigInt(header.length)]), header, 'x'])
  expect(await refusalOf(readTorch('a.bin', safetensors))).toContain('rename it to end in .safetensors')
  expect(await refusalOf(readTorch('a.bin', new Blob(['GGUF    '])))).toContain('GGUF')
  expect(await refusalOf(readTorch('a.bin', new Blob(['just some text'])))).toContain('neither a zip nor a pickle')
})
