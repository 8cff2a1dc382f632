import { LLAMA_70B, type LlamaShape, tensorsOf } from '../../e2e/llama-shapes.ts'
import type { Checkpoint } from '../../src/formats/checkpoint.ts'
import type { TensorInfo } from '../../src/tensor/tensor.ts'

/** A checkpoint of these shapes that was never written: headers only, for tests of plans. */
export function checkpointOf(name: string, shape: LlamaShape = LLAMA_70B): Checkpoint {
  const tensors = new Map<string, TensorInfo>()
  let offset = 0
  for (const [tensor, form] of tensorsOf(shape)) {
    const byteLength = form.shape.reduce((a, b) => a * b, 2)
    tensors.set(tensor, {
      name: tensor,
      dtype: 'F16',
      shape: form.shape,
      byteLength,
      file: 0,
      offset,
    })
    offset += byteLength
  }
  return {
    name,
    format: 'safetensors',
    files: [],
    tensors,
    config: null,
    sidecars: new Map(),
    readme: null,
    problems: [],
  }
}
