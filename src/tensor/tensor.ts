import type { DType } from './dtype.ts'

/** One tensor of a checkpoint: where its bytes lie, and what they mean. Row-major and contiguous unless `strides` says otherwise. */
export interface TensorInfo {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Bytes of the tensor when it is laid out contiguously. */
  readonly byteLength: number
  /** Index of its weight file in `Checkpoint.files`. */
  readonly file: number
  /** Byte offset of the first element in that file. */
  readonly offset: number
  /** In elements, a number per dimension; only for views of PyTorch storages that are not contiguous. */
  readonly strides?: readonly number[]
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
