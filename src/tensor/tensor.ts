import type { DType } from './dtype.ts'

/** A stretch of a file that has a checksum: the record of a zip archive that a PyTorch storage lies in. */
export interface StoredRecord {
  readonly name: string
  /** Byte offset of its first byte in the file. */
  readonly offset: number
  readonly byteLength: number
  /** CRC-32 of its bytes. */
  readonly crc: number
}

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
  /** Where the file has a checksum of the storage that the tensor is a view of. */
  readonly record?: StoredRecord
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
