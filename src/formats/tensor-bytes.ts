import { bitsPerElement } from '../tensor/dtype.ts'
import type { TensorInfo } from '../tensor/tensor.ts'
import { readRange } from './blob.ts'
import type { WeightFile } from './checkpoint.ts'
import { readStrided } from './strided.ts'

/**
 * Reads elements [from, to) of a tensor, counted in row-major order.
 * @param files the weight files of the tensor's checkpoint
 * @returns contiguous bytes in the stored dtype, little-endian; a fresh buffer, aligned for any typed array
 * @throws StudioError naming file and tensor where the file was changed, moved or deleted
 */
export async function readTensorBytes(
  files: readonly WeightFile[],
  tensor: TensorInfo,
  from: number,
  to: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = files[tensor.file]
  if (file === undefined) throw new Error(`tensor ${tensor.name} lies in file ${tensor.file} of ${files.length}`)
  if (tensor.strides !== undefined) return readStrided(file, tensor, tensor.strides, from, to)
  const bits = bitsPerElement(tensor.dtype)
  if ((from * bits) % 8 !== 0 || (to * bits) % 8 !== 0) {
    throw new Error(`elements ${from} to ${to} of ${tensor.name} do not lie on byte boundaries`)
  }
  const begin = tensor.offset + (from * bits) / 8
  return readRange(file, begin, tensor.offset + (to * bits) / 8, `tensor "${tensor.name}"`)
}
