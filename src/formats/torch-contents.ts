import type { Problem } from '../problem.ts'
import type { TensorInfo } from '../tensor/tensor.ts'

/** What a PyTorch file holds. */
export interface TorchContents {
  readonly tensors: readonly TensorInfo[]
  /** Warnings: what was left out because it is not a tensor. */
  readonly problems: readonly Problem[]
}
