import type { Checkpoint } from '../formats/checkpoint.ts'
import { mapConcurrently } from '../formats/concurrent.ts'
import { readTensorBytes } from '../formats/tensor-bytes.ts'
import { elementCount } from '../tensor/tensor.ts'
import type { LlamaModel } from './llama/llama-model.ts'

const READS_IN_FLIGHT = 4

/** Puts a checkpoint's weights into a model. @throws StudioError naming file and tensor where one cannot be read or has another shape */
export async function loadWeights(model: LlamaModel, { files, tensors }: Pick<Checkpoint, 'files' | 'tensors'>) {
  const found = model.weights.names().flatMap((name) => tensors.get(name) ?? [])
  await mapConcurrently(found, READS_IN_FLIGHT, async (tensor) => {
    const bytes = await readTensorBytes(files, tensor, 0, elementCount(tensor.shape))
    model.weights.set(tensor.name, bytes, tensor.dtype, tensor.shape)
  })
}
