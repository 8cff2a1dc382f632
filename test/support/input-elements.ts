import { join } from 'node:path'
import { elementsOf } from '../../e2e/checkpoint-on-disk.ts'
import type { InputElements, TableInput, TableTensor } from '../../e2e/table-arithmetic.ts'
import { openCheckpoint } from '../../src/formats/open-checkpoint.ts'
import { readTensorBytes } from '../../src/formats/tensor-bytes.ts'
import { readModelFolder } from './disk.ts'

/** Reads every input that a table names, of folders under `modelsAt`; gives the reader of one of them. */
export async function inputReader(
  modelsAt: string,
  tensors: readonly TableTensor[],
): Promise<(input: TableInput) => InputElements> {
  const found = new Map<string, InputElements>()
  const inputs = tensors.flatMap((tensor) => tensor.inputs)
  for (const model of new Set(inputs.map((input) => input.model))) {
    const { files, tensors: stored } = await openCheckpoint(readModelFolder(join(modelsAt, model)))
    for (const { tensor } of inputs.filter((input) => input.model === model)) {
      const info = stored.get(tensor)
      if (info === undefined) throw new Error(`${model} has no ${tensor}`)
      const count = info.shape.reduce((product, length) => product * length, 1)
      const bytes = await readTensorBytes(files, info, 0, count)
      found.set(`${model} ${tensor}`, { bytes, elements: elementsOf({ ...info, bytes, file: '' }) })
    }
  }
  return ({ model, tensor }) => {
    const elements = found.get(`${model} ${tensor}`)
    if (elements === undefined) throw new Error(`${tensor} of ${model} was not read`)
    return elements
  }
}
